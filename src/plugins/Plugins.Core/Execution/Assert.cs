using System.Globalization;
using Kestra.Expressions;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Execution;

/// <summary>Fails when one of its conditions does not hold.</summary>
[Plugin("io.kestra.plugin.core.execution.Assert", Title = "Assert some conditions to control task output data.")]
[PluginMetric("failed", "counter")]
[PluginMetric("success", "counter")]
public sealed class Assert : IRunnableTask
{
    /// <summary>Expressions; all are looked at, whatever the first ones give.</summary>
    [PluginProperty(Required = true, Dynamic = true)]
    public IReadOnlyList<string> Conditions { get; init; } = [];

    public Property<string>? ErrorMessage { get; init; }

    public Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var failed = Conditions.Count(condition => !Holds(context, condition));
        context.Metrics.Counter("failed", failed);
        context.Metrics.Counter("success", Conditions.Count - failed);
        if (failed == 0)
        {
            return Task.FromResult(TaskResult.Empty);
        }

        var message = string.Create(CultureInfo.InvariantCulture, $"{failed} assertion{(failed > 1 ? "s" : "")} failed!");
        throw new TaskFailedException(ErrorMessage?.Render(context) is { } more ? $"{message}\n{more}" : message);
    }

    private static bool Holds(IRunContext context, string condition)
    {
        try
        {
            if (ValueConversion.IsTruthy(context.Render(condition)))
            {
                return true;
            }

            context.Logger.Error($"Assertion `{condition}` failed!");
        }
        catch (ExpressionException error)
        {
            context.Logger.Error($"Assertion `{condition}` failed, failed to render `{error.Message}`");
        }

        return false;
    }
}

using Kestra.Expressions;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Execution;

/// <summary>Fails when one of its conditions does not hold.</summary>
[Plugin("io.kestra.plugin.core.execution.Assert", Title = "Assert some conditions to control task output data.")]
public sealed class Assert : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<IReadOnlyList<string>>? Conditions { get; init; }

    public Property<string>? ErrorMessage { get; init; }

    public Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var written = Conditions?.Raw as IReadOnlyList<object?> ?? [Conditions?.Raw];
        var failed = 0;
        foreach (var condition in written.OfType<string>())
        {
            if (!ValueConversion.IsTruthy(context.Render(condition)))
            {
                failed++;
                context.Logger.Error($"Assertion `{condition}` is not valid.");
            }
        }

        context.Metrics.Counter("failed", failed);
        context.Metrics.Counter("success", written.Count - failed);
        return failed == 0
            ? Task.FromResult(TaskResult.Empty)
            : throw new TaskFailedException(ErrorMessage?.Render(context) ?? $"{failed} assertion{(failed > 1 ? "s" : "")} failed!");
    }
}

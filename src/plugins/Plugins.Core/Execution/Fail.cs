using Kestra.Expressions;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Execution;

/// <summary>Fails on purpose, always or under a condition.</summary>
[Plugin("io.kestra.plugin.core.execution.Fail", Aliases = ["io.kestra.core.tasks.executions.Fail"], Title = "Intentionally fail the execution.")]
public sealed class Fail : IRunnableTask
{
    private const string DefaultMessage = "Task failure";

    [PluginProperty(Dynamic = true)]
    public string? Condition { get; init; }

    public Property<string> ErrorMessage { get; init; } = Property.Of<string>(DefaultMessage);

    public Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        if (Condition is null)
        {
            throw new TaskFailedException(ErrorMessage.Or(context, DefaultMessage));
        }

        if (!ValueConversion.IsTruthy(context.Render(Condition)))
        {
            return Task.FromResult(TaskResult.Empty);
        }

        context.Logger.Error(ErrorMessage.Or(context, DefaultMessage));
        throw new TaskFailedException("Fail on a condition");
    }
}

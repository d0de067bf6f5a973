using Kestra.Expressions;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Execution;

/// <summary>Fails on purpose, always or under a condition.</summary>
[Plugin("io.kestra.plugin.core.execution.Fail", Aliases = ["io.kestra.core.tasks.executions.Fail"], Title = "Intentionally fail the execution.")]
public sealed class Fail : IRunnableTask
{
    public string? Condition { get; init; }

    public Property<string> ErrorMessage { get; init; } = Property.Of<string>("Task failure");

    public Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        if (Condition is not null && !ValueConversion.IsTruthy(context.Render(Condition)))
        {
            return Task.FromResult(TaskResult.Empty);
        }

        throw new TaskFailedException(ErrorMessage.Or(context, "Task failure"));
    }
}

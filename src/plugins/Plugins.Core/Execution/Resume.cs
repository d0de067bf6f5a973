using Kestra.Plugins.Services;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Execution;

/// <summary>Resumes a paused execution.</summary>
[Plugin("io.kestra.plugin.core.execution.Resume", Title = "Resume a paused execution.")]
public sealed class Resume : IRunnableTask
{
    public Property<string>? Namespace { get; init; }

    public Property<string>? FlowId { get; init; }

    /// <summary>The execution that it runs in, without it.</summary>
    public Property<string>? ExecutionId { get; init; }

    public Property<IReadOnlyDictionary<string, object?>>? Inputs { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var execution = ExecutionTarget.Of(context, ExecutionId, Namespace, FlowId);
        var inputs = Inputs?.Render(context) ?? new OrderedDictionary<string, object?>();
        await context.Service<IExecutionControl>().ResumeAsync(context.TenantId, execution, inputs, cancellationToken);
        return TaskResult.Empty;
    }
}

using Kestra.Engine;
using Kestra.Flows.Inputs;
using Kestra.Hosting.Flows;
using Kestra.Hosting.Inputs;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Plugins.Flowables;
using Kestra.Plugins.Services;
using Kestra.Plugins.Tasks;
using Kestra.Storage;

namespace Kestra.Worker.PluginServices;

/// <summary>Resumes executions for tasks.</summary>
internal sealed class ExecutionControl(IExecutionReader reader, IExecutionCommands commands, IStore store, StoredFlows flows, FlowInputs inputs, EngineEnvironment environment) : IExecutionControl
{
    public async Task ResumeAsync(string tenantId, string executionId, IReadOnlyDictionary<string, object?> given, CancellationToken cancellationToken)
    {
        var execution = await reader.FindAsync(tenantId, executionId, cancellationToken) ?? throw new TaskFailedException($"No execution found for execution id {executionId}");
        var stored = await store.Flows.FindAsync(tenantId, execution.Namespace, execution.FlowId, execution.FlowRevision, allowDeleted: true, cancellationToken)
            ?? throw new TaskFailedException($"Flow not found for execution ID {executionId}");
        var flow = flows.Read(stored);
        var resolved = await ResolveAsync(flow, execution, given, cancellationToken);
        switch (await commands.SubmitAsync(new ExecutionRequest(tenantId, executionId, new Command.Resume(resolved, By: null)), cancellationToken))
        {
            case CommandOutcome.Refused refused:
                throw new TaskFailedException(refused.Refusal.Message);
            case CommandOutcome.NotFound:
                throw new TaskFailedException($"No execution found for execution id {executionId}");
            case CommandOutcome.Overloaded:
                throw new TaskFailedException($"The execution {executionId} could not be resumed: the server has too much to do. A `retry` on the task tries again.");
        }
    }

    private async Task<IReadOnlyDictionary<string, object?>?> ResolveAsync(Flow flow, Execution execution, IReadOnlyDictionary<string, object?> given, CancellationToken cancellationToken)
    {
        var definitions = OnResume(flow, execution);
        if (definitions.Count == 0)
        {
            return null;
        }

        try
        {
            return InputResolver.Values(await inputs.ResolveAllAsync(flow, definitions, execution.Id, given, cancellationToken));
        }
        catch (InputResolutionException error)
        {
            throw new TaskFailedException(error.Message, inner: error);
        }
    }

    // The task that the execution waits at says which inputs its resume takes.
    private IReadOnlyList<InputDefinition> OnResume(Flow flow, Execution execution)
    {
        var program = FlowProgram.Compile(flow, environment);
        return (execution.TaskRunList ?? [])
            .Where(static run => run.State.Current == StateType.PAUSED)
            .Select(run => (program.Find(run.TaskId)?.Plugin as IPauseTask)?.OnResume)
            .FirstOrDefault(static definitions => definitions is not null) ?? [];
    }
}

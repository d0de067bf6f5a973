using Kestra.Engine;
using Kestra.Flows.Inputs;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Plugins.Flowables;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Flows;
using Microsoft.AspNetCore.Http;
using NodaTime;

namespace Kestra.Webserver.Executions;

/// <summary>The revision that a replay runs.</summary>
/// <param name="Number">Null keeps that of the source, unless <paramref name="IsLatest"/>.</param>
internal readonly record struct ReplayRevision(int? Number, bool IsLatest = false)
{
    public static ReplayRevision Same { get; } = new(null);
    public static ReplayRevision Latest { get; } = new(null, IsLatest: true);
}

/// <summary>Builds the commands that need the execution's flow: resumes with their inputs, replays.</summary>
internal sealed class ExecutionActions(ExecutionInputs inputs, FlowRevisions revisions, EngineEnvironment environment, IIdSource ids, TimeProvider time)
{
    /// <summary>A resume without inputs from outside: defaults count.</summary>
    /// <exception cref="ApiException">An input without default is required.</exception>
    public async Task<Command> ResumeAsync(Execution execution, CancellationToken cancellationToken)
    {
        var flow = await FlowOfAsync(execution, null, cancellationToken);
        var resolved = await inputs.ResolveAsync(flow, OnResume(flow, execution), execution.Id, new OrderedDictionary<string, object?>(), cancellationToken);
        return new Command.Resume(resolved, By: null);
    }

    /// <summary>A resume with the inputs of a request.</summary>
    public async Task<Command> ResumeAsync(HttpContext http, Execution execution)
    {
        var flow = await FlowOfAsync(execution, null, http.RequestAborted);
        var definitions = OnResume(flow, execution);
        var given = await inputs.ReadAsync(http, flow, definitions, execution.Id);
        return new Command.Resume(await inputs.ResolveAsync(flow, definitions, execution.Id, given, http.RequestAborted), By: null);
    }

    /// <summary>What became of each input of a resume, without resuming.</summary>
    public async Task<(Flow Flow, IReadOnlyList<ResolvedInput> Inputs)> ValidateResumeAsync(HttpContext http, Execution execution)
    {
        var flow = await FlowOfAsync(execution, null, http.RequestAborted);
        var given = await ExecutionInputs.ValuesOnlyAsync(http);
        return (flow, await inputs.ResolveAllAsync(flow, OnResume(flow, execution), execution.Id, given, http.RequestAborted));
    }

    /// <summary>The document of a replay with an id of its own.</summary>
    /// <param name="taskRunId">Where it begins; null is the start.</param>
    /// <param name="withInputs">A request whose inputs replace those of the source; null keeps them.</param>
    /// <exception cref="ApiException">No such flow revision or task run, or an input is wrong.</exception>
    public async Task<Execution> ReplayAsync(Execution source, string? taskRunId, ReplayRevision revision, IReadOnlyList<Breakpoint>? breakpoints, HttpContext? withInputs, CancellationToken cancellationToken)
    {
        var flow = ExecutionDesk.Runnable(await FlowOfAsync(source, revision, cancellationToken));
        var id = ids.Next();
        IReadOnlyDictionary<string, object?>? replaced = null;
        if (withInputs is not null)
        {
            var given = await inputs.ReadAsync(withInputs, flow, flow.Inputs ?? [], id);
            replaced = await inputs.ResolveAsync(flow, flow.Inputs ?? [], id, given, cancellationToken);
        }

        try
        {
            return Replays.Build(source, FlowProgram.Compile(flow, environment), id, taskRunId, flow.Revision, replaced, Instant.FromDateTimeOffset(time.GetUtcNow())) with { Breakpoints = breakpoints };
        }
        catch (KeyNotFoundException)
        {
            throw ApiException.IllegalArgument("No task found to restart execution from!");
        }
    }

    /// <summary>The state that a queued execution may be sent to.</summary>
    public static StateType UnqueueTarget(StateType state) => state is StateType.RUNNING or StateType.CANCELLED or StateType.FAILED
        ? state
        : throw ApiException.IllegalArgument($"Invalid target state: {state}. Valid states are: RUNNING, CANCELLED, FAILED");

    /// <summary>The flow of an execution as it runs, also a deleted one.</summary>
    public async Task<Flow> FlowOfAsync(Execution execution, ReplayRevision? revision, CancellationToken cancellationToken)
    {
        var number = revision is { IsLatest: true } ? null : revision?.Number ?? execution.FlowRevision;
        var stored = await revisions.FindAsync(execution.TenantId, execution.Namespace, execution.FlowId, number, cancellationToken, allowDeleted: true)
            ?? throw ApiException.NotFound("Requested Flow is not found.");
        return revisions.ReadRunnable(stored);
    }

    // The task that the execution waits at says which inputs its resume takes.
    private IReadOnlyList<InputDefinition> OnResume(Flow flow, Execution execution)
    {
        var waiting = (execution.TaskRunList ?? []).Where(static run => run.State.Current == StateType.PAUSED).Select(static run => run.TaskId).ToHashSet(StringComparer.Ordinal);
        var program = FlowProgram.Compile(flow, environment);
        foreach (var taskId in waiting)
        {
            if (program.Find(taskId)?.Plugin is IPauseTask { OnResume: { } definitions })
            {
                return definitions;
            }
        }

        return [];
    }
}

using Kestra.Engine.Running;
using Kestra.Engine.Variables;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using Kestra.Model.Logs;
using Kestra.Plugins.Tasks;

namespace Kestra.Engine.Deciding;

/// <content>Task runs that are executions of other flows.</content>
internal sealed partial class Pass
{
    private void BeginSubflow(RunNode node, IExecutableTask task)
    {
        if (task is IBatchExecutableTask batch)
        {
            BeginBatch(node, batch);
            return;
        }

        if (node.State == StateType.RESTARTED && task.RestartsFailed && PreviousSubflow(node) is { } previous)
        {
            Out(node);
            Do(new Effect.RestartSubflow(node.Id, previous));
            return;
        }

        RequestSubflow(node, task);
    }

    private void RequestSubflow(RunNode node, IExecutableTask task)
    {
        var variables = VariableTree.Of(state, node);
        if (node.Task!.IsPure)
        {
            Answer(node, () => task.Request(Renderer(variables, CancellationToken.None)), request => StartSubflow(node, (SubflowRequest)request!));
        }
        else
        {
            Ask(node, "subflow", cancellation => task.Request(Renderer(variables, cancellation)));
        }
    }

    private static string? PreviousSubflow(RunNode node) => node.Run.Outputs?.GetValueOrDefault("executionId") as string;

    private void StartSubflow(RunNode node, SubflowRequest request)
    {
        Out(node);

        // The execution that is underway is meant again after a crash; a new attempt is a new execution.
        var id = node.State == StateType.RUNNING && PreviousSubflow(node) is { } underway ? underway : DerivedId.Of(node.Id, node.CurrentAttempt);
        Do(StartOf(node, request, id, node.Run.Iteration));
    }

    private Effect.StartSubflow StartOf(RunNode node, SubflowRequest request, string executionId, int? iteration) => new()
    {
        TaskRunId = node.Id,
        SubflowExecutionId = executionId,
        Namespace = request.Namespace,
        FlowId = request.FlowId,
        Revision = request.Revision,
        Inputs = request.Inputs,
        Labels = request.Labels,
        InheritedLabels = [.. (state.Header.Labels ?? []).Where(label => request.InheritLabels || label.IsSystem)],
        Trigger = new ExecutionTrigger(node.Run.TaskId, node.Task!.Definition.Type, SubflowTrigger(node, iteration)),
        AskedBy = state.Header.Trigger,
        ScheduleDate = request.ScheduleDate,
        Kind = state.Kind,
    };

    private OrderedDictionary<string, object?> SubflowTrigger(RunNode node, int? number)
    {
        var variables = new OrderedDictionary<string, object?>
        {
            ["executionId"] = state.Id,
            ["namespace"] = state.Namespace,
            ["flowId"] = state.FlowId,
            ["flowRevision"] = state.Header.FlowRevision,
            ["taskRunId"] = node.Id,
            ["taskId"] = node.Run.TaskId,
        };
        if (node.Run.Outputs is { Count: > 0 } outputs)
        {
            variables["taskRunOutputs"] = outputs;
        }

        if (node.Run.Value is { } value)
        {
            variables["taskRunValue"] = value;
        }

        if (number is { } iteration)
        {
            variables["taskRunIteration"] = iteration;
        }

        return variables;
    }

    public void SubflowStarted(Command.SubflowStarted start)
    {
        var executionId = start.SubflowExecutionId;
        if (state.Find(start.TaskRunId) is not { Task.Plugin: IExecutableTask task, Sent: not null } node || node.IsTerminated)
        {
            return;
        }

        if (start.Created is { } created)
        {
            // The UI makes a link of it.
            Log(node, LogLevel.INFO, $"Created new execution [[link execution=\"{executionId}\" flowId=\"{created.FlowId}\" namespace=\"{created.Namespace}\"]]");
        }

        if (node.Batch is { } batch)
        {
            BatchStarted(node, batch, executionId, task.Wait);
            return;
        }

        SetRunning(node);
        var outputs = new OrderedDictionary<string, object?> { ["executionId"] = executionId };
        if (task.Wait)
        {
            SetRun(node.Run with { Outputs = outputs });
            if (state.StopsSubflows || state.Current == StateType.KILLED)
            {
                // The kill came while the subflow was being created.
                Do(new Effect.KillSubflow(executionId));
            }

            return;
        }

        AnswerJob(node);
        outputs["state"] = nameof(StateType.CREATED);
        SetRun(node.Run with { Outputs = outputs });
        EndRun(node, StateType.SUCCESS);
    }

    public void SubflowRefused(Command.SubflowRefused refusal)
    {
        if (state.Find(refusal.TaskRunId) is not { Task.Plugin: IExecutableTask, Sent: not null } node || node.IsTerminated)
        {
            return;
        }

        // Nothing has begun when the first answer is a refusal: then the task fails as one whose only execution can't be created.
        if (node.Batch is { } batch && node.State == StateType.RUNNING && batch.Knows(refusal.SubflowExecutionId))
        {
            Log(node, LogLevel.ERROR, refusal.Message);
            Move(node, batch, refusal.SubflowExecutionId, StateType.FAILED);
            return;
        }

        AnswerJob(node);
        node.Batch = null;
        FailRun(node, refusal.Message);
    }

    public void SubflowEnded(Command.SubflowEnded end)
    {
        if (state.Find(end.TaskRunId) is not { Task.Plugin: IExecutableTask { Wait: true } task, Waiting: null } node || node.IsTerminated)
        {
            return;
        }

        // After a crash it may come before the scope of its run has been built again: then it is found there later.
        if (node.Sent is null && (node.State != StateType.RUNNING || task is IBatchExecutableTask || PreviousSubflow(node) != end.SubflowExecutionId))
        {
            return;
        }

        if (node.Batch is { } batch)
        {
            BatchEnded(node, batch, end);
            return;
        }

        if (end.State == StateType.RETRIED)
        {
            // It goes on as another execution.
            WaitForReplacement(node, end.Replacement);
            return;
        }

        if (task.OutputTemplates is not { Count: > 0 } templates || end.DeclaresOutputs)
        {
            TakeSubflowEnd(node, new SubflowOutputs(end, end.Outputs, end.OutputsError));
        }
        else if (!Environment.AllowsSubflowOutputs)
        {
            RefuseOutputs(node, end);
        }
        else
        {
            // They look at the execution that has ended, which is read off the loop.
            Ask(node, "subflowOutputs", cancellation => OutputsOf(end, templates, cancellation));
        }
    }

    private void RefuseOutputs(RunNode node, Command.SubflowEnded end)
    {
        AnswerJob(node);
        SetRunning(node);
        SetRun(node.Run with { Outputs = EndOf(end) });
        Log(node, LogLevel.WARN, "Defining outputs inside the Subflow task is not allowed.");
        FailSubflow(node);
    }

    private static OrderedDictionary<string, object?> EndOf(Command.SubflowEnded end) =>
        new() { ["executionId"] = end.SubflowExecutionId, ["state"] = end.State.ToString() };

    /// <summary>Outputs that the task, and not the flow that it has run, declares.</summary>
    private SubflowOutputs OutputsOf(Command.SubflowEnded end, IReadOnlyDictionary<string, object?> templates, CancellationToken cancellation)
    {
        try
        {
            var variables = Environment.VariablesOf(state.TenantId, end.SubflowExecutionId);
            return new SubflowOutputs(end, Environment.Expressions.RenderValue(templates, Scope(variables, cancellation), recursive: false) as IReadOnlyDictionary<string, object?>, null);
        }
        catch (Exception error) when (error is not (OutOfMemoryException or OperationCanceledException))
        {
            return new SubflowOutputs(end, null, error.Message);
        }
    }

    private void TakeSubflowEnd(RunNode node, SubflowOutputs outputs)
    {
        var end = outputs.End;
        AnswerJob(node);
        SetRunning(node);
        var values = EndOf(end);
        if (outputs.Values is { Count: > 0 } rendered)
        {
            values["outputs"] = StoredValues.Of(rendered);
        }

        SetRun(node.Run with { Outputs = values });
        if (outputs.Error is { } error)
        {
            Log(node, LogLevel.WARN, $"Failed to extract outputs with the error: '{error}'");
            FailSubflow(node);
        }
        else
        {
            EndSubflow(node, ((IExecutableTask)node.Task!.Plugin).TransmitFailed, end);
        }
    }

    private void FailSubflow(RunNode node)
    {
        if (!Retry(node, node.Run with { Attempts = CloseLast(node.Run.Attempts!, StateType.FAILED) }, now))
        {
            EndRun(node, FailState(node));
        }
    }

    /// <param name="Error">Why there are none although there should be.</param>
    private sealed record SubflowOutputs(Command.SubflowEnded End, IReadOnlyDictionary<string, object?>? Values, string? Error);

    private void WaitForReplacement(RunNode node, string? replacement)
    {
        if (replacement is not null)
        {
            SetRun(node.Run with { Outputs = Merge(node.Run.Outputs, new OrderedDictionary<string, object?> { ["executionId"] = replacement }) });

            // It may have ended long ago, when this run has asked for an execution of an earlier attempt.
            Do(new Effect.AskSubflow(node.Id, replacement));
        }
    }

    private void EndSubflow(RunNode node, bool transmits, Command.SubflowEnded end)
    {
        var ended = end.State;
        var to = transmits && ended is StateType.FAILED or StateType.KILLED or StateType.WARNING or StateType.PAUSED ? ended : StateType.SUCCESS;
        var allowed = Allowed(node, to);
        if (allowed is StateType.FAILED or StateType.WARNING)
        {
            Log(node, allowed == StateType.FAILED ? LogLevel.ERROR : LogLevel.WARN, $"Subflow execution [[link execution=\"{end.SubflowExecutionId}\"]] ends in {allowed} state");
        }

        if (to == StateType.FAILED && Retry(node, node.Run with { Attempts = CloseLast(node.Run.Attempts!, StateType.FAILED) }, now))
        {
            return;
        }

        // The history shows the subflow's own end before what the task makes of it.
        ChangeRun(node, ended);
        EndRun(node, allowed);
    }

    private static List<Label> MergeLabels(IReadOnlyList<Label> first, IReadOnlyList<Label> second)
    {
        var merged = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var label in first.Concat(second))
        {
            merged[label.Key] = label.Value;
        }

        return [.. merged.Select(pair => new Label(pair.Key, pair.Value))];
    }
}

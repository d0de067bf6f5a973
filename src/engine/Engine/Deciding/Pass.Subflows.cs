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
        var previous = PreviousSubflow(node);
        if (previous is not null && task.RestartsFailed && node.State == StateType.RESTARTED)
        {
            SetRunning(node);
            state.OpenJobs++;
            node.Sent = node.CurrentAttempt;
            Do(new Effect.RestartSubflow(node.Id, previous));
            return;
        }

        SetRunning(node);
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
        var own = state.Header;
        var inherited = (own.Labels ?? []).Where(label => request.InheritLabels ? label.Key is not (Label.Restarted or Label.Replay) : label.Key == Label.CorrelationId);
        node.Sent = node.CurrentAttempt;
        state.OpenJobs++;
        Do(new Effect.StartSubflow
        {
            TaskRunId = node.Id,
            SubflowExecutionId = DerivedId.Of(node.Id, node.CurrentAttempt),
            Namespace = request.Namespace,
            FlowId = request.FlowId,
            Revision = request.Revision,
            Inputs = request.Inputs,
            Labels = MergeLabels([.. inherited], request.Labels),
            Trigger = new ExecutionTrigger(node.Run.TaskId, node.Task!.Definition.Type, SubflowTrigger(node)),
            ScheduleDate = request.ScheduleDate,
            Kind = state.Kind,
        });
    }

    private OrderedDictionary<string, object?> SubflowTrigger(RunNode node)
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

        if (node.Run.Iteration is { } iteration)
        {
            variables["taskRunIteration"] = iteration;
        }

        return variables;
    }

    public void SubflowStarted(string taskRunId, string executionId)
    {
        if (state.Find(taskRunId) is not { Task.Plugin: IExecutableTask task } node || node.IsTerminated)
        {
            return;
        }

        var outputs = new OrderedDictionary<string, object?> { ["executionId"] = executionId };
        if (task.Wait)
        {
            SetRun(node, node.Run with { Outputs = outputs });
            if (state.Current.IsTerminated)
            {
                // The kill came while the subflow was being created.
                Do(new Effect.KillSubflow(executionId));
            }

            return;
        }

        AnswerJob(node);
        outputs["state"] = nameof(StateType.CREATED);
        SetRun(node, node.Run with { Outputs = outputs });
        EndRun(node, StateType.SUCCESS);
    }

    public void SubflowRefused(string taskRunId, string message)
    {
        if (state.Find(taskRunId) is { } node && !node.IsTerminated)
        {
            AnswerJob(node);
            FailRun(node, message);
        }
    }

    public void SubflowEnded(string taskRunId, string executionId, StateType ended, IReadOnlyDictionary<string, object?>? outputs)
    {
        // One that is replaced by a new execution goes on there.
        if (ended == StateType.RETRIED || state.Find(taskRunId) is not { Task.Plugin: IExecutableTask { Wait: true } } node || node.IsTerminated)
        {
            return;
        }

        AnswerJob(node);
        var values = new OrderedDictionary<string, object?> { ["executionId"] = executionId, ["state"] = ended.ToString() };
        if (outputs is { Count: > 0 })
        {
            values["outputs"] = outputs;
        }

        SetRun(node, node.Run with { Outputs = values });
        if (ended is not (StateType.SUCCESS or StateType.WARNING))
        {
            Log(node, LogLevel.INFO, $"Subflow execution [[link execution=\"{executionId}\"]] ends in {ended} state");
        }

        EndSubflow(node, ((IExecutableTask)node.Task!.Plugin).TransmitFailed, ended);
    }

    private void EndSubflow(RunNode node, bool transmits, StateType ended)
    {
        if (state.Current.IsTerminated && ended == StateType.KILLED)
        {
            CloseRun(node, StateType.KILLED);
            Ended(node);
            return;
        }

        var to = transmits && ended is StateType.FAILED or StateType.KILLED or StateType.WARNING or StateType.PAUSED ? ended : StateType.SUCCESS;
        if (!transmits)
        {
            to = StateType.SUCCESS;
        }

        if (to == StateType.FAILED && Retry(node))
        {
            return;
        }

        // The history shows the subflow's own end before what the task makes of it.
        var shown = Allowed(node, to);
        if (shown != to)
        {
            ChangeRun(node, to);
        }

        EndRun(node, shown);
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

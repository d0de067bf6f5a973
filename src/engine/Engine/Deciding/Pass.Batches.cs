using Kestra.Engine.Running;
using Kestra.Engine.Variables;
using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using Kestra.Model.Logs;
using Kestra.Plugins.Tasks;

namespace Kestra.Engine.Deciding;

/// <content>Task runs that are many executions of another flow, one for each part of a list.</content>
internal sealed partial class Pass
{
    private const string BatchQuestion = "batch";
    private const string RowsQuestion = "rows";

    private void BeginBatch(RunNode node, IBatchExecutableTask task)
    {
        var list = (node.Parent?.Children ?? state.Roots).Find(run => run.Run.TaskId == task.SplitTaskId)?.Run.Outputs?.GetValueOrDefault("splits") as string;
        var variables = VariableTree.Of(state, node);
        Ask(node, BatchQuestion, cancellation => Requests(task, list, variables, cancellation));
    }

    private List<SubflowRequest> Requests(IBatchExecutableTask task, string? list, IReadOnlyDictionary<string, object?> variables, CancellationToken cancellation)
    {
        if (list is null || Host() is not { } host)
        {
            throw new InvalidOperationException($"The task '{task.SplitTaskId}' has not left a list of parts");
        }

        var parts = host.ReadFile(list, null).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [.. parts.Select((part, index) => task.Request(Renderer(ForPart(variables, part, index + 1), cancellation)))];
    }

    private static OrderedDictionary<string, object?> ForPart(IReadOnlyDictionary<string, object?> variables, string part, int iteration) => new(variables, StringComparer.Ordinal)
    {
        ["taskrun"] = new OrderedDictionary<string, object?> { ["items"] = part, ["iteration"] = iteration },
    };

    private void StartBatch(RunNode node, List<SubflowRequest> requests)
    {
        var task = (IBatchExecutableTask)node.Task!.Plugin;
        if (requests.Count == 0)
        {
            EndRun(node, StateType.SUCCESS);
            return;
        }

        var restarts = task.RestartsFailed && BeganByRestart(node);
        Out(node);
        var batch = new SubflowBatch(requests.Count, task.Wait, restarts);
        node.Batch = batch;

        // The same executions are meant again after a restart that goes on with them, and after a crash; a retry begins others.
        var generation = task.RestartsFailed ? node.Run.State.Histories.Count(static entry => entry.State == StateType.RETRYING) : node.CurrentAttempt;
        for (var index = 0; index < requests.Count; index++)
        {
            var id = DerivedId.Of($"{node.Id}/{generation}", index);
            batch.Add(id, index);
            Do(StartOf(node, requests[index], id, index + 1) with { RestartsFailed = restarts });
        }
    }

    // Its history tells, also when memory was lost since.
    private static bool BeganByRestart(RunNode node) =>
        node.Run.State.Histories.Last(static entry => entry.State is StateType.CREATED or StateType.RESTARTED).State == StateType.RESTARTED;

    private void ShowBatch(RunNode node, SubflowBatch batch) => SetRun(node.Run with
    {
        Outputs = new OrderedDictionary<string, object?>
        {
            ["iterations"] = batch.ToOutput(),
            ["numberOfBatches"] = batch.Count,
            ["subflowOutputsBaseUri"] = RowsFolder(node),
        },
    });

    private string RowsFolder(RunNode node) =>
        $"/{state.Namespace.Replace('.', '/')}/{Slug.Of(state.FlowId)}/executions/{state.Id}/tasks/{Slug.Of(node.Run.TaskId)}/{node.Id}/outputs";

    private void BatchStarted(RunNode node, SubflowBatch batch, string executionId, bool waits)
    {
        if (batch.Knows(executionId))
        {
            Move(node, batch, executionId, waits ? StateType.RUNNING : StateType.SUCCESS);
            if (waits && (state.StopsSubflows || state.Current == StateType.KILLED))
            {
                Do(new Effect.KillSubflow(executionId));
            }
        }
    }

    private void BatchEnded(RunNode node, SubflowBatch batch, Command.SubflowEnded end)
    {
        if (!batch.Knows(end.SubflowExecutionId))
        {
            return;
        }

        if (end.OutputsError is { } error)
        {
            Log(node, LogLevel.WARN, $"Failed to extract outputs with the error: '{error}'");
        }

        if (end.State == StateType.RETRIED)
        {
            if (end.Replacement is { } replacement)
            {
                batch.Replace(end.SubflowExecutionId, replacement);
                Do(batch.RestartsFailed ? new Effect.RestartSubflow(node.Id, replacement) : new Effect.AskSubflow(node.Id, replacement));
            }
        }
        else if (end.Outputs is { Count: > 0 } outputs && Environment.WriteRow is { } write)
        {
            var path = $"{RowsFolder(node)}/{batch.IterationOf(end.SubflowExecutionId)}/outputs.ion";
            Do(new Effect.Evaluate($"{RowsQuestion}:{node.Id}", null, _ => Written(end, () => write(state.TenantId, path, outputs))));
        }
        else
        {
            Move(node, batch, end.SubflowExecutionId, end.State);
        }
    }

    private static RowsWritten Written(Command.SubflowEnded end, Action write)
    {
        try
        {
            write();
            return new RowsWritten(end, null);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return new RowsWritten(end, error.Message);
        }
    }

    private void RowsTaken(string taskRunId, Command.Evaluated answer)
    {
        if (answer.Value is not RowsWritten written || state.Find(taskRunId) is not { Batch: { } batch, IsTerminated: false } node)
        {
            return;
        }

        if (written.Error is { } error)
        {
            Log(node, LogLevel.WARN, $"Failed to extract outputs with the error: '{error}'");
        }

        Move(node, batch, written.End.SubflowExecutionId, written.Error is null ? written.End.State : StateType.FAILED);
    }

    private void Move(RunNode node, SubflowBatch batch, string executionId, StateType to)
    {
        if (!batch.Move(executionId, to))
        {
            return;
        }

        if (node.State != StateType.RUNNING)
        {
            SetRunning(node);
        }

        ShowBatch(node, batch);
        if (batch.Finished == batch.Count)
        {
            EndBatch(node, batch);
        }
    }

    private void EndBatch(RunNode node, SubflowBatch batch)
    {
        AnswerJob(node);
        node.Batch = null;
        var result = ((IExecutableTask)node.Task!.Plugin).TransmitFailed ? batch.Result : StateType.SUCCESS;
        if (result != StateType.FAILED || !Retry(node, node.Run with { Attempts = CloseLast(node.Run.Attempts!, StateType.FAILED) }, now))
        {
            EndRun(node, Allowed(node, result));
        }
    }

    private sealed record RowsWritten(Command.SubflowEnded End, string? Error);
}

using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Logs;
using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Engine;

/// <summary>
/// What a decision asks the world to do. Effects are carried out after the decision's commit; after a crash they may be
/// carried out again, so each receiver recognises a repetition by the ids inside.
/// </summary>
public abstract record Effect
{
    private Effect()
    {
    }

    /// <summary>Send one attempt of a task run to a worker.</summary>
    /// <param name="TaskRun">As of now; its attempts do not include the one that is sent.</param>
    /// <param name="Attempt">0-based.</param>
    /// <param name="Variables">A consistent view as of this decision that any thread may read later.</param>
    public sealed record DispatchJob(TaskRun TaskRun, int Attempt, TaskDefinition Task, ITask Plugin,
        IReadOnlyDictionary<string, object?> Variables, string? WorkerGroup) : Effect;

    /// <summary>Stop the runs of the execution, or one of them.</summary>
    public sealed record KillJobs(string? TaskRunId) : Effect;

    /// <summary>Create an execution of another flow. Its id is given, so that a repetition finds it existing.</summary>
    public sealed record StartSubflow : Effect
    {
        public required string TaskRunId { get; init; }

        /// <summary>Id of the execution to create.</summary>
        public required string SubflowExecutionId { get; init; }
        public required string Namespace { get; init; }
        public required string FlowId { get; init; }

        /// <summary>Null is the newest.</summary>
        public int? Revision { get; init; }

        /// <summary>Rendered, not yet resolved against the flow's inputs.</summary>
        public required IReadOnlyDictionary<string, object?> Inputs { get; init; }

        /// <summary>Labels of the task, over those of the flow.</summary>
        public required IReadOnlyList<Label> Labels { get; init; }

        /// <summary>Labels that are passed on from the parent, under those of the flow.</summary>
        public required IReadOnlyList<Label> InheritedLabels { get; init; }
        public required ExecutionTrigger Trigger { get; init; }

        /// <summary>What started the execution that asks; null when nothing did.</summary>
        public ExecutionTrigger? AskedBy { get; init; }
        public Instant? ScheduleDate { get; init; }
        public ExecutionKind? Kind { get; init; }

        /// <summary>An execution that exists already and has failed is restarted.</summary>
        public bool RestartsFailed { get; init; }
    }

    /// <summary>Restart an existing subflow execution instead of creating one.</summary>
    public sealed record RestartSubflow(string TaskRunId, string SubflowExecutionId) : Effect;

    /// <summary>Ask an execution for its end, if it exists and has ended; answered by <see cref="Command.SubflowEnded"/>.</summary>
    public sealed record AskSubflow(string TaskRunId, string SubflowExecutionId) : Effect;

    /// <summary>Kill an execution that a task of this one has started.</summary>
    public sealed record KillSubflow(string SubflowExecutionId) : Effect;

    /// <summary>Tell the execution that started this one how it ended.</summary>
    /// <param name="Replacement">The execution that goes on in its place, when it is RETRIED.</param>
    public sealed record NotifyParent(string ParentExecutionId, string ParentTaskRunId, StateType State, IReadOnlyDictionary<string, object?>? Outputs, string? Replacement) : Effect
    {
        /// <inheritdoc cref="Command.SubflowEnded.DeclaresOutputs"/>
        public bool DeclaresOutputs { get; init; }

        /// <inheritdoc cref="Command.SubflowEnded.OutputsError"/>
        public string? OutputsError { get; init; }
    }

    /// <summary>Create the execution that replaces this one (retry by a new execution).</summary>
    /// <param name="At">When it shall be created.</param>
    public sealed record CreateReplacement(Execution Execution, Instant At) : Effect;

    /// <param name="Key">Unique over all executions; setting it again replaces the timer.</param>
    public sealed record SetTimer(string Key, Instant DueAt, ReadOnlyMemory<byte> Payload) : Effect;

    public sealed record CancelTimer(string Key) : Effect;

    /// <summary>Ask for a place within the flow's concurrency limit; answered by <see cref="Command.SlotDecided"/>.</summary>
    public sealed record RequestSlot(int Limit) : Effect;

    /// <summary>Stand in the queue for a place; answered by <see cref="Command.SlotDecided"/> when there is one.</summary>
    public sealed record WaitForSlot(int Limit) : Effect;

    /// <summary>Take a place although none may be free.</summary>
    public sealed record HoldSlot : Effect;

    /// <summary>Give the place back, or leave the queue.</summary>
    public sealed record ReleaseSlot : Effect;

    /// <summary>Evaluate off the loop what touches the outside; answered by <see cref="Command.Evaluated"/>.</summary>
    /// <param name="Run">Does the evaluation, may block, may be called on any thread and more than once.</param>
    public sealed record Evaluate(string EvaluationId, TaskRun? TaskRun, Func<CancellationToken, object?> Run) : Effect;

    public sealed record EmitLog(LogEntry Entry) : Effect;

    public sealed record EmitMetric(MetricEntry Entry) : Effect;
}

using Kestra.Model;
using Kestra.Model.Executions;
using NodaTime;

namespace Kestra.Engine;

/// <summary>
/// What can happen to one execution from outside. The list is closed: <see cref="ExecutionDecider"/> handles each of them,
/// and a command that is not legal in the execution's state is refused as a whole.
/// </summary>
public abstract record Command
{
    private Command()
    {
    }

    /// <summary>Begins an execution. Creating one that exists already with the same id is refused as <see cref="RefusalCode.AlreadyExists"/>.</summary>
    /// <param name="Execution">Complete and in state CREATED: ids, pinned revision, resolved inputs, labels, trigger. A replay also brings the task runs that it keeps, in state CREATED or RESTARTED.</param>
    public sealed record Create(Execution Execution) : Command
    {
        /// <summary>Why the execution can't run, known before it begins: it is created, logs this as an error and is FAILED. Null runs it.</summary>
        public string? Failure { get; init; }
    }

    /// <summary>A worker began an attempt. Workers send it only for attempts that last; a result without it is complete by itself.</summary>
    /// <param name="Attempt">0-based number of the attempt, as in the job.</param>
    public sealed record TaskStarted(string TaskRunId, int Attempt, Instant StartedAt, string WorkerId) : Command;

    /// <summary>The end of an attempt. A late or repeated one is accepted and changes nothing.</summary>
    /// <param name="State">SUCCESS, WARNING, FAILED, KILLED or SKIPPED, before allowFailure and retries are applied.</param>
    /// <param name="Outputs">Null when the attempt produced none.</param>
    /// <param name="WorkerId">Null when no worker began the attempt: the job was killed on its way, and leaves no attempt behind.</param>
    public sealed record TaskResult(string TaskRunId, int Attempt, StateType State, Instant StartedAt, Instant EndedAt,
        IReadOnlyDictionary<string, object?>? Outputs, string? WorkerId, string? LogFile = null) : Command
    {
        /// <summary>Task runs that the task produced besides its own, in state terminated; added to the execution.</summary>
        public IReadOnlyList<TaskRun>? DynamicTaskRuns { get; init; }

        /// <summary>Of a job that was killed before any worker began it.</summary>
        public static TaskResult NeverBegun(string taskRunId, int attempt, Instant now) => new(taskRunId, attempt, StateType.KILLED, now, now, null, WorkerId: null);
    }

    /// <summary>A child of a WorkingDirectory as its worker sees it; unknown ids are added, known ones replaced until they are terminated.</summary>
    public sealed record ChildReported(TaskRun TaskRun) : Command;

    /// <summary>The worker that had the job is gone; the job is sent again, within the limit of resubmissions.</summary>
    public sealed record WorkerLost(string TaskRunId, int Attempt) : Command;

    /// <summary>A timer that the engine had asked for is due.</summary>
    public sealed record TimerFired(string Key, ReadOnlyMemory<byte> Payload) : Command;

    /// <summary>Answers <see cref="Effect.RequestSlot"/>, and later a place in the queue.</summary>
    public sealed record SlotDecided(bool Granted) : Command;

    /// <summary>Answers <see cref="Effect.Evaluate"/>.</summary>
    /// <param name="Error">Message of the failure; then the value is null.</param>
    public sealed record Evaluated(string EvaluationId, object? Value, string? Error) : Command;

    /// <summary>The execution that a Subflow task asked for exists.</summary>
    /// <param name="Created">The flow of an execution that was created just now; null when it existed already.</param>
    public sealed record SubflowStarted(string TaskRunId, string SubflowExecutionId, SubflowTarget? Created = null) : Command;

    /// <summary>The execution that a Subflow task asked for can't be created: unknown or disabled flow, invalid inputs.</summary>
    public sealed record SubflowRefused(string TaskRunId, string SubflowExecutionId, string Message) : Command;

    /// <summary>An execution started by a task of this one has reached a terminal state.</summary>
    /// <param name="Replacement">For RETRIED: the execution that goes on in its place, for which is waited from now on.</param>
    public sealed record SubflowEnded(string TaskRunId, string SubflowExecutionId, StateType State, IReadOnlyDictionary<string, object?>? Outputs, string? Replacement = null) : Command
    {
        /// <summary>Its flow has outputs of its own; those that the task declares are not looked at then.</summary>
        public bool DeclaresOutputs { get; init; }

        /// <summary>Why the outputs of the flow could not be rendered; null when they could, and when that is not known any more.</summary>
        public string? OutputsError { get; init; }
    }

    /// <summary>Another execution waits for the end of this one and may have missed it: if it has ended, that is told again.</summary>
    public sealed record TellEnd(string ParentExecutionId, string ParentTaskRunId) : Command;

    /// <param name="Cascade">Subflow executions are killed too.</param>
    public sealed record Kill(bool Cascade = true) : Command;

    public sealed record Pause : Command;

    /// <param name="Inputs">Values of the pause's onResume inputs, resolved.</param>
    /// <param name="By">Name of the user, when known.</param>
    public sealed record Resume(IReadOnlyDictionary<string, object?>? Inputs, string? By) : Command;

    /// <summary>Runs a terminated or paused execution again from its failed task runs.</summary>
    /// <param name="Revision">Flow revision to go on with; the caller passes the matching program. Null keeps the revision.</param>
    public sealed record Restart(int? Revision) : Command;

    /// <summary>Gives a task run of a terminated execution another state and goes on from there.</summary>
    public sealed record ChangeTaskRunState(string TaskRunId, StateType State) : Command;

    /// <summary>Gives a terminated execution another terminal state.</summary>
    public sealed record ChangeState(StateType State) : Command;

    /// <summary>Replaces the user labels; system labels stay.</summary>
    public sealed record SetLabels(IReadOnlyList<Label> Labels) : Command;

    /// <summary>Runs a CREATED, QUEUED or PAUSED execution now, without a slot.</summary>
    public sealed record ForceRun : Command;

    /// <summary>Takes a QUEUED execution out of the queue.</summary>
    /// <param name="State">RUNNING, CANCELLED or FAILED.</param>
    public sealed record Unqueue(StateType State) : Command;

    /// <summary>Goes on after a breakpoint.</summary>
    /// <param name="Breakpoints">Those that hold from now on; null keeps the remaining ones.</param>
    public sealed record ResumeFromBreakpoint(IReadOnlyList<Breakpoint>? Breakpoints) : Command;
}

/// <summary>Why a command was not carried out.</summary>
/// <param name="Message">For the user: what is wrong and, where there is one, the remedy.</param>
public sealed record Refusal(RefusalCode Code, string Message);

public enum RefusalCode
{
    /// <summary>An execution with this id exists.</summary>
    AlreadyExists,

    /// <summary>The command is not legal in the execution's state.</summary>
    IllegalState,

    /// <summary>The command names a task run, task or revision that does not exist.</summary>
    NotFound,

    /// <summary>The command's own values are wrong.</summary>
    Invalid,

    /// <summary>The execution's document would exceed its limit.</summary>
    TooLarge,
}

using Kestra.Engine;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Plugins.Tasks;
using Kestra.Storage.Executions;

namespace Kestra.Hosting.Lanes;

/// <summary>One attempt of one task run, for a worker of its group.</summary>
public sealed record WorkerJob
{
    public required string TenantId { get; init; }
    public required string Namespace { get; init; }
    public required string FlowId { get; init; }
    public required int FlowRevision { get; init; }
    public required string ExecutionId { get; init; }
    public ExecutionKind? Kind { get; init; }

    public ExecutionPlace Place => new(TenantId, Namespace, FlowId);

    /// <summary>A command to the job's execution.</summary>
    public ExecutionRequest Request(Command command) => new(TenantId, ExecutionId, command) { Place = Place };

    /// <summary>The task run as it was when the job was sent; its attempts do not include this one.</summary>
    public required TaskRun TaskRun { get; init; }

    /// <summary>0-based number of this attempt.</summary>
    public required int Attempt { get; init; }
    public required TaskDefinition Task { get; init; }

    /// <summary>The bound plugin object.</summary>
    public required ITask Plugin { get; init; }

    /// <summary>The compiled flow; a WorkingDirectory takes its children from it.</summary>
    public required FlowProgram Program { get; init; }

    /// <summary>The variables as of the moment of sending; a consistent view that may be read from any thread.</summary>
    public required IReadOnlyDictionary<string, object?> Variables { get; init; }

    /// <summary>Null is the group of workers without a group.</summary>
    public string? WorkerGroup { get; init; }

    /// <summary>The job that a decision sends.</summary>
    /// <param name="state">The execution as of that decision.</param>
    public static WorkerJob Of(ExecutionState state, Effect.DispatchJob job) => new()
    {
        TenantId = state.TenantId,
        Namespace = state.Namespace,
        FlowId = state.FlowId,
        FlowRevision = state.Program.Flow.Revision ?? 0,
        ExecutionId = state.Id,
        Kind = state.Kind,
        TaskRun = job.TaskRun,
        Attempt = job.Attempt,
        Task = job.Task,
        Plugin = job.Plugin,
        Program = state.Program,
        Variables = job.Variables,
        WorkerGroup = job.WorkerGroup,
    };
}

/// <summary>The lane of jobs from the executor of a process to its worker.</summary>
public interface IWorkerJobs
{
    /// <summary>Called by an executor after the commit that decided the job; may repeat one after a crash.</summary>
    ValueTask DispatchAsync(WorkerJob job, CancellationToken cancellationToken);

    /// <summary>Jobs that no worker has begun yet.</summary>
    int Waiting { get; }

    /// <summary>Stops the runs of an execution, or one task run of it. Unknown ones are ignored.</summary>
    /// <param name="attempts">Of the execution that are not answered.</param>
    /// <returns>Those that had not begun and never will: whoever asked answers for them.</returns>
    IReadOnlyList<WorkerJob> Kill(string tenantId, string executionId, string? taskRunId, IEnumerable<(string TaskRunId, int Attempt)> attempts);

    /// <summary>
    /// A job that was running when its execution went to another process. Its row there names the worker beside this lane, which
    /// never claimed it; from this call on it is the caller's to look after.
    /// </summary>
    /// <returns>Null when there is none.</returns>
    WorkerJob? TakeHandedOver(string taskRunId, int attempt);

    /// <summary>Whether the job's result is still to come.</summary>
    bool IsUnderway(WorkerJob job);

    /// <summary>Called after each look at the rows of the worker: what is over and had no row for many looks never had one.</summary>
    void ForgetHandedOver();
}

/// <summary>Where a worker gets its jobs from. One that it took is answered with a result, or runs again elsewhere.</summary>
public interface IWorkerJobSource
{
    /// <summary>Jobs for one worker, until cancelled. The next one is asked for only when there is a slot for it.</summary>
    IAsyncEnumerable<WorkerJob> TakeAsync(string? workerGroup, CancellationToken cancellationToken);

    /// <summary>Asked when a job that was taken is about to run.</summary>
    /// <returns>False when it must not any more: it was given to others meanwhile, or stopped. A job of another source may run.</returns>
    bool TryStart(WorkerJob job) => true;

    /// <summary>The job's result has been handed over, or there is none; it may be forgotten. One of another source is ignored.</summary>
    void Done(WorkerJob job);

    /// <summary>Hands the kill requests that concern this process to a worker, until disposed. The handler must return at once.</summary>
    IDisposable SubscribeKills(Action<KillRequest> handler);
}

/// <param name="TaskRunId">Null means all runs of the execution, but for those after its end.</param>
/// <param name="Attempt">Null means every attempt of the task run.</param>
public readonly record struct KillRequest(string TenantId, string ExecutionId, string? TaskRunId, int? Attempt = null)
{
    public bool Means(WorkerJob job) => job.TenantId == TenantId && job.ExecutionId == ExecutionId
        && (TaskRunId is null ? job.TaskRun.ForceExecution != true : job.TaskRun.Id == TaskRunId)
        && (Attempt is null || Attempt == job.Attempt);
}

using Kestra.Engine;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Plugins.Tasks;

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
}

/// <summary>The lane of jobs from executors to workers.</summary>
public interface IWorkerJobs
{
    /// <summary>Called by an executor after the commit that decided the job; may repeat one after a crash.</summary>
    ValueTask DispatchAsync(WorkerJob job, CancellationToken cancellationToken);

    /// <summary>Stops the runs of an execution, or one task run of it. Unknown ones are ignored.</summary>
    void Kill(string tenantId, string executionId, string? taskRunId);

    /// <summary>Jobs for one worker, until cancelled. A job that was taken is answered with a result or runs again elsewhere.</summary>
    IAsyncEnumerable<WorkerJob> TakeAsync(string? workerGroup, CancellationToken cancellationToken);

    /// <summary>The job's result has been handed over; it may be forgotten.</summary>
    void Done(WorkerJob job);

    /// <summary>Hands the kill requests that concern this process to a worker, until disposed. The handler must return at once.</summary>
    IDisposable SubscribeKills(Action<KillRequest> handler);
}

public readonly record struct KillRequest(string TenantId, string ExecutionId, string? TaskRunId);

using NodaTime;

namespace Kestra.Storage.Executions;

/// <summary>
/// One attempt of a task run, or one evaluation of a trigger, that waits for a worker of another process, or is with one. What it
/// needs is read from its execution or its flow.
/// </summary>
public sealed record WorkerJobRow
{
    /// <summary>Given by the store in the order of writing; 0 before. Another row for the same attempt has another one.</summary>
    public long Id { get; init; }

    /// <summary>Where its execution is decided.</summary>
    public required int Partition { get; init; }
    public required string TenantId { get; init; }
    public required string ExecutionId { get; init; }
    public required string Namespace { get; init; }
    public required string FlowId { get; init; }
    public required int FlowRevision { get; init; }
    public required string TaskRunId { get; init; }

    /// <summary>0-based.</summary>
    public required int Attempt { get; init; }

    public ExecutionPlace Place => new(TenantId, Namespace, FlowId);

    /// <summary>Null is the group of workers without a group.</summary>
    public string? WorkerGroup { get; init; }

    /// <summary>It runs after the end of its execution, and a kill of the whole execution does not mean it.</summary>
    public bool Forced { get; init; }

    /// <summary>For a job of a trigger, whose id is in place of execution and task run; null for a task.</summary>
    public TriggerWatch? Watch { get; init; }

    /// <summary>Id of the worker that has it, from the beginning when it ran before its row was written; null while it waits.</summary>
    public string? ClaimedBy { get; init; }

    /// <summary>By the store's clock.</summary>
    public Instant? ClaimedAt { get; init; }

    /// <summary>It shall not run, or not go on.</summary>
    public bool Killed { get; init; }
}

/// <summary>What a worker is to watch.</summary>
/// <param name="IsRealtime">It is watched until it is stopped; otherwise it is looked at once.</param>
/// <param name="Due">When that was due, to the second.</param>
public sealed record TriggerWatch(string TriggerId, bool IsRealtime, OffsetDateTime Due);

/// <summary>Jobs of an execution that shall stop.</summary>
/// <param name="TaskRunId">Null means all of the execution, but for those that run after its end.</param>
public readonly record struct JobKill(string TenantId, string ExecutionId, string? TaskRunId)
{
    public bool Means(WorkerJobRow job) => job.ExecutionId == ExecutionId && job.TenantId == TenantId && (TaskRunId is null ? !job.Forced : job.TaskRunId == TaskRunId);
}

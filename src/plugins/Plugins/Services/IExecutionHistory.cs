using Kestra.Model.Executions;
using NodaTime;

namespace Kestra.Plugins.Services;

/// <summary>Executions other than the present one, as tasks may read and remove them.</summary>
public interface IExecutionHistory
{
    /// <summary>How many executions started in a span of time.</summary>
    /// <param name="flowId">Null counts all flows of the namespace.</param>
    /// <param name="states">Null counts every state.</param>
    /// <param name="to">Null is now.</param>
    Task<long> CountAsync(string tenantId, string @namespace, string? flowId, IReadOnlyList<StateType>? states, Instant from, Instant? to, CancellationToken cancellationToken);

    /// <summary>Removes ended executions with what belongs to them.</summary>
    Task<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken);
}

/// <summary>Which executions to remove, and what of them.</summary>
public sealed record PurgeRequest
{
    public required string TenantId { get; init; }

    /// <summary>That namespace and those below it; null is all.</summary>
    public string? Namespace { get; init; }
    public string? FlowId { get; init; }

    /// <summary>Started no earlier.</summary>
    public Instant? StartedFrom { get; init; }

    /// <summary>Ended no later.</summary>
    public required Instant EndedUntil { get; init; }
    public IReadOnlyList<StateType>? States { get; init; }
    public bool Executions { get; init; } = true;
    public bool Logs { get; init; } = true;
    public bool Metrics { get; init; } = true;
    public bool Files { get; init; } = true;

    /// <summary>Executions that are removed together.</summary>
    public int BatchSize { get; init; } = 100;
}

/// <summary>What was removed.</summary>
public sealed record PurgeResult(long Executions, long Logs, long Metrics, long Files);

using Kestra.Storage.Executions;

namespace Kestra.Executor;

/// <summary>
/// What an executor leaves alone because dealing with it does harm; for troubleshooting. Commands to it are dropped, and what is open
/// stays as it is stored.
/// </summary>
public sealed record SkippedExecutions
{
    /// <summary>Ids of executions.</summary>
    public IReadOnlySet<string> Executions { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    public IReadOnlySet<ExecutionPlace> Flows { get; init; } = new HashSet<ExecutionPlace>();

    public IReadOnlySet<(string TenantId, string Namespace)> Namespaces { get; init; } = new HashSet<(string TenantId, string Namespace)>();

    public IReadOnlySet<string> Tenants { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    public bool IsEmpty => Executions.Count == 0 && Flows.Count == 0 && Namespaces.Count == 0 && Tenants.Count == 0;

    /// <param name="place">Null when the flow of the execution is not known yet.</param>
    public bool Covers(string tenantId, string executionId, ExecutionPlace? place) =>
        Executions.Contains(executionId)
        || Tenants.Contains(tenantId)
        || (place is { } flow && (Flows.Contains(flow) || Namespaces.Contains((flow.TenantId, flow.Namespace))));
}

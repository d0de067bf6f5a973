using Kestra.Model.Logs;
using NodaTime;

namespace Kestra.Plugins.Services;

/// <summary>Logs of executions as tasks may read and remove them.</summary>
public interface IExecutionLogs
{
    /// <summary>Whether the execution exists.</summary>
    Task<bool> ExecutionExistsAsync(string tenantId, string executionId, CancellationToken cancellationToken);

    /// <summary>Entries of one execution in the order they were written.</summary>
    /// <param name="minimum">That level and more severe ones.</param>
    IAsyncEnumerable<LogEntry> ReadAsync(string tenantId, string executionId, LogLevel minimum, string? taskId, CancellationToken cancellationToken);

    /// <summary>Removes entries.</summary>
    /// <returns>How many.</returns>
    Task<long> PurgeAsync(LogPurge purge, CancellationToken cancellationToken);
}

/// <summary>Which log entries to remove; null is no restriction.</summary>
public sealed record LogPurge(
    string TenantId,
    string? Namespace,
    string? FlowId,
    string? ExecutionId,
    IReadOnlyList<LogLevel>? Levels,
    Instant? From,
    Instant Until);

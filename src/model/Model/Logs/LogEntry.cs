using Kestra.Model.Executions;
using NodaTime;

namespace Kestra.Model.Logs;

/// <summary>In the order of severity, most severe first, as Kestra's enumeration has it.</summary>
public enum LogLevel { ERROR, WARN, INFO, DEBUG, TRACE }

/// <summary>One line of an execution's or trigger's log.</summary>
public sealed record LogEntry
{
    public required string TenantId { get; init; }
    public required string Namespace { get; init; }
    public required string FlowId { get; init; }
    public string? TaskId { get; init; }
    public string? ExecutionId { get; init; }
    public string? TaskRunId { get; init; }

    /// <summary>0-based; null for logs of triggers and of the execution itself.</summary>
    public int? AttemptNumber { get; init; }
    public string? TriggerId { get; init; }
    public required Instant Timestamp { get; init; }
    public required LogLevel Level { get; init; }
    public string? Thread { get; init; }
    public required string Message { get; init; }
    public bool Deleted { get; init; }
    public ExecutionKind? ExecutionKind { get; init; }
}

public enum MetricType { counter, timer }

/// <param name="Value">For a timer, milliseconds.</param>
public sealed record MetricEntry(
    string TenantId,
    string Namespace,
    string FlowId,
    string TaskId,
    string ExecutionId,
    string TaskRunId,
    MetricType Type,
    string Name,
    double Value,
    Instant Timestamp,
    IReadOnlyDictionary<string, string> Tags,
    ExecutionKind? ExecutionKind = null);

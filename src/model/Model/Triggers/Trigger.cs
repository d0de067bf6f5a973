using Kestra.Model.Executions;
using NodaTime;

namespace Kestra.Model.Triggers;

/// <summary>The stored state of one trigger of one flow.</summary>
public sealed record Trigger
{
    public required string TenantId { get; init; }
    public required string Namespace { get; init; }
    public required string FlowId { get; init; }
    public required string TriggerId { get; init; }

    /// <summary>Date of the last evaluation.</summary>
    public ZonedDateTime? Date { get; init; }
    public ZonedDateTime? NextExecutionDate { get; init; }
    public Backfill? Backfill { get; init; }
    public IReadOnlyList<StateType>? StopAfter { get; init; }
    public bool Disabled { get; init; }

    /// <summary>The execution that holds the trigger; while set, the trigger is not evaluated.</summary>
    public string? ExecutionId { get; init; }
    public Instant? UpdatedDate { get; init; }

    /// <summary>Set while a worker evaluates the trigger.</summary>
    public ZonedDateTime? EvaluateRunningDate { get; init; }
    public string? WorkerId { get; init; }
}

/// <summary>Runs of a schedule for dates in the past.</summary>
public sealed record Backfill
{
    public required ZonedDateTime Start { get; init; }
    public ZonedDateTime? End { get; init; }
    public ZonedDateTime? CurrentDate { get; init; }
    public bool Paused { get; init; }
    public IReadOnlyDictionary<string, object?>? Inputs { get; init; }
    public IReadOnlyList<Label>? Labels { get; init; }
    public ZonedDateTime? PreviousNextExecutionDate { get; init; }
}

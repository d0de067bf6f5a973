using NodaTime;

namespace Kestra.Model.Triggers;

/// <summary>What has been met of a multiple condition (or of the preconditions of a flow trigger) within one span of time.</summary>
public sealed record MultipleConditionWindow
{
    public required string TenantId { get; init; }

    /// <summary>Of the flow that is triggered.</summary>
    public required string Namespace { get; init; }

    /// <summary>The flow that is triggered.</summary>
    public required string FlowId { get; init; }

    /// <summary>Unique in its flow.</summary>
    public required string ConditionId { get; init; }

    /// <summary>The first moment of the span, to the millisecond.</summary>
    public required Instant Start { get; init; }

    /// <summary>The last moment of the span, to the millisecond.</summary>
    public required Instant End { get; init; }

    /// <summary>By key of the part; a part that was not met may be absent.</summary>
    public IReadOnlyDictionary<string, bool> Results { get; init; } = new OrderedDictionary<string, bool>();

    /// <summary>Of the executions that met parts, later ones over earlier ones; null when none had any.</summary>
    public IReadOnlyDictionary<string, object?>? Outputs { get; init; }

    public bool Contains(Instant moment) => Start <= moment && moment <= End;
}

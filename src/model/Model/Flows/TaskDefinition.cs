using Kestra.Model.Executions;
using Kestra.Model.Logs;
using NodaTime;

namespace Kestra.Model.Flows;

/// <summary>A task as a flow declares it: the properties that every task has, and the raw map of its plugin's own.</summary>
public sealed record TaskDefinition
{
    public required string Id { get; init; }

    /// <summary>As written: a class name or one of its aliases.</summary>
    public required string Type { get; init; }
    public string? Version { get; init; }
    public string? Description { get; init; }
    public RetryDefinition? Retry { get; init; }

    /// <summary>Expression or ISO text of a duration.</summary>
    public string? Timeout { get; init; }
    public bool Disabled { get; init; }
    public WorkerGroup? WorkerGroup { get; init; }
    public LogLevel? LogLevel { get; init; }
    public bool AllowFailure { get; init; }
    public bool AllowWarning { get; init; }
    public bool LogToFile { get; init; }

    /// <summary>Expression; null is the default <c>true</c>.</summary>
    public string? RunIf { get; init; }
    public TaskCache? TaskCache { get; init; }

    /// <summary>The plugin's own properties as raw values, plugin defaults already merged in. Nested tasks are raw maps here; the plugin's class has them typed.</summary>
    public required IReadOnlyDictionary<string, object?> Properties { get; init; }
}

/// <param name="Ttl">How long an entry is used; null is for ever.</param>
public sealed record TaskCache(bool Enabled, Duration? Ttl);

/// <summary>A condition: a type and its own properties.</summary>
public sealed record ConditionDefinition(string Type, IReadOnlyDictionary<string, object?> Properties);

/// <summary>A trigger as a flow declares it.</summary>
public sealed record TriggerDefinition
{
    public required string Id { get; init; }
    public required string Type { get; init; }
    public string? Version { get; init; }
    public string? Description { get; init; }
    public IReadOnlyList<ConditionDefinition>? Conditions { get; init; }
    public bool Disabled { get; init; }
    public WorkerGroup? WorkerGroup { get; init; }
    public LogLevel? LogLevel { get; init; }
    public IReadOnlyList<Label>? Labels { get; init; }
    public IReadOnlyList<StateType>? StopAfter { get; init; }
    public bool LogToFile { get; init; }
    public bool FailOnTriggerError { get; init; }

    /// <summary>The plugin's own properties as raw values.</summary>
    public required IReadOnlyDictionary<string, object?> Properties { get; init; }
}

using NodaTime;

namespace Kestra.Model.Flows;

/// <summary>A flow: the parsed form of its YAML source, one revision of it.</summary>
public sealed record Flow
{
    public string TenantId { get; init; } = Tenants.Default;
    public required string Namespace { get; init; }
    public required string Id { get; init; }

    /// <summary>Given by the store, 1 and up; null before the flow was stored.</summary>
    public int? Revision { get; init; }
    public string? Description { get; init; }
    public IReadOnlyList<Label>? Labels { get; init; }
    public IReadOnlyList<InputDefinition>? Inputs { get; init; }
    public IReadOnlyList<OutputDefinition>? Outputs { get; init; }
    public IReadOnlyDictionary<string, object?>? Variables { get; init; }
    public IReadOnlyList<TaskDefinition> Tasks { get; init; } = [];
    public IReadOnlyList<TaskDefinition>? Errors { get; init; }
    public IReadOnlyList<TaskDefinition>? Finally { get; init; }
    public IReadOnlyList<TaskDefinition>? AfterExecution { get; init; }
    public IReadOnlyList<ListenerDefinition>? Listeners { get; init; }
    public IReadOnlyList<TriggerDefinition>? Triggers { get; init; }
    public IReadOnlyList<PluginDefault>? PluginDefaults { get; init; }
    public IReadOnlyList<PluginDefault>? TaskDefaults { get; init; }
    public ConcurrencyDefinition? Concurrency { get; init; }
    public RetryDefinition? Retry { get; init; }
    public IReadOnlyList<SlaDefinition>? Sla { get; init; }
    public IReadOnlyList<CheckDefinition>? Checks { get; init; }
    public bool Disabled { get; init; }
    public bool Deleted { get; init; }
    public WorkerGroup? WorkerGroup { get; init; }

    /// <summary>The YAML text, byte for byte as the user gave it.</summary>
    public string? Source { get; init; }

    /// <summary>Why the source could not be read, when it could not; such a flow has no tasks and can't be executed.</summary>
    public string? Exception { get; init; }
}

public static class Tenants
{
    /// <summary>The tenant of an installation without tenants.</summary>
    public const string Default = "main";
}

public sealed record WorkerGroup(string? Key, WorkerGroupFallback? Fallback);

public enum WorkerGroupFallback { FAIL, WAIT, CANCEL }

public sealed record PluginDefault(string Type, bool Forced, IReadOnlyDictionary<string, object?>? Values);

public sealed record ListenerDefinition(string? Description, IReadOnlyList<ConditionDefinition>? Conditions, IReadOnlyList<TaskDefinition> Tasks);

public enum ConcurrencyBehavior { QUEUE, CANCEL, FAIL }

/// <param name="Limit">How many executions of the flow may hold a slot at once; 1 and up.</param>
public sealed record ConcurrencyDefinition(int Limit, ConcurrencyBehavior Behavior = ConcurrencyBehavior.QUEUE);

public enum RetryType { constant, exponential, random }

public enum RetryBehavior { RETRY_FAILED_TASK, CREATE_NEW_EXECUTION }

public sealed record RetryDefinition
{
    public required RetryType Type { get; init; }

    /// <summary>Longest time between the first attempt's start and the start of a further one; null is unlimited.</summary>
    public Duration? MaxDuration { get; init; }

    /// <summary>How many attempts at all, the first included; null is unlimited.</summary>
    public int? MaxAttempts { get; init; }
    public bool WarningOnRetry { get; init; }
    public RetryBehavior Behavior { get; init; }

    /// <summary>constant, exponential: the delay, or the first one.</summary>
    public Duration? Interval { get; init; }

    /// <summary>exponential, random: the longest delay.</summary>
    public Duration? MaxInterval { get; init; }

    /// <summary>exponential: growth per attempt; null is 2.</summary>
    public double? DelayFactor { get; init; }

    /// <summary>random: the shortest delay.</summary>
    public Duration? MinInterval { get; init; }
}

public enum SlaType { MAX_DURATION, EXECUTION_ASSERTION }

public enum SlaBehavior { NONE, CANCEL, FAIL }

public sealed record SlaDefinition(string Id, SlaType Type, SlaBehavior Behavior, IReadOnlyList<Label>? Labels, Duration? Duration, string? Assert);

public enum CheckStyle { INFO, SUCCESS, WARNING, ERROR }

public enum CheckBehavior { BLOCK_EXECUTION, FAIL_EXECUTION, CREATE_EXECUTION }

public sealed record CheckDefinition(string Condition, string Message, CheckStyle Style = CheckStyle.INFO, CheckBehavior Behavior = CheckBehavior.BLOCK_EXECUTION);

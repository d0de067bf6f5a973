using NodaTime;

namespace Kestra.Model.Executions;

/// <summary>
/// An execution as it is stored and shown: an immutable document. Property order, names and null rules of its JSON
/// are those of Kestra 1.0. The engine works on its own state and produces this.
/// </summary>
public sealed record Execution
{
    public required string TenantId { get; init; }
    public required string Id { get; init; }
    public required string Namespace { get; init; }
    public required string FlowId { get; init; }
    public int? FlowRevision { get; init; }

    /// <summary>Flat, in order of creation; null until the first task run exists.</summary>
    public IReadOnlyList<TaskRun>? TaskRunList { get; init; }
    public IReadOnlyDictionary<string, object?>? Inputs { get; init; }
    public IReadOnlyDictionary<string, object?>? Outputs { get; init; }
    public IReadOnlyList<Label>? Labels { get; init; }
    public IReadOnlyDictionary<string, object?>? Variables { get; init; }
    public required State State { get; init; }

    /// <summary>The execution that this one was replayed or retried from.</summary>
    public string? ParentId { get; init; }

    /// <summary>First of the chain of replays; its own id for a fresh execution.</summary>
    public string? OriginalId { get; init; }
    public ExecutionTrigger? Trigger { get; init; }
    public bool Deleted { get; init; }
    public ExecutionMetadata? Metadata { get; init; }

    /// <summary>When the execution shall start, if it was created for a later time.</summary>
    public Instant? ScheduleDate { get; init; }

    /// <summary>W3C trace context.</summary>
    public string? TraceParent { get; init; }
    public IReadOnlyList<TaskFixture>? Fixtures { get; init; }

    /// <summary>Null means normal.</summary>
    public ExecutionKind? Kind { get; init; }
    public IReadOnlyList<Breakpoint>? Breakpoints { get; init; }
}

public enum ExecutionKind { NORMAL, TEST, PLAYGROUND }

/// <param name="AttemptNumber">1-based; grows with each flow-level retry, restart and resume from a pause.</param>
/// <param name="OriginalCreatedDate">Kept along a retry chain.</param>
public sealed record ExecutionMetadata(int AttemptNumber, Instant OriginalCreatedDate);

/// <summary>What started an execution: a trigger, or the task of a parent execution.</summary>
public sealed record ExecutionTrigger(string Id, string Type, IReadOnlyDictionary<string, object?>? Variables, string? LogFile = null);

/// <summary>A result given in advance for a task, used by unit tests of flows.</summary>
public sealed record TaskFixture(string Id, string? Value, StateType? State, IReadOnlyDictionary<string, object?>? Outputs, string? Description = null);

/// <summary>A place to stop: a task, or the task for one value of a loop.</summary>
public readonly record struct Breakpoint(string Id, string? Value)
{
    /// <summary>Parses <c>taskId</c> or <c>taskId.value</c>, split at the first dot.</summary>
    public static Breakpoint Parse(string text)
    {
        var dot = text.IndexOf('.');
        return dot < 0 ? new Breakpoint(text, null) : new Breakpoint(text[..dot], text[(dot + 1)..]);
    }

    public override string ToString() => Value is null ? Id : $"{Id}.{Value}";
}

using System.Globalization;
using Kestra.Model.Executions;
using Kestra.Storage.Triggers;

namespace Kestra.Hosting.Lanes;

/// <summary>
/// Changes of the states of executions, for those who act on them. A change that somebody wants is stored with the decision that
/// made it, and is handed out again until it is done: at least once, whatever dies in between.
/// </summary>
public interface IExecutionChanges
{
    /// <summary>
    /// Hands changes to a handler until disposed, in their order; first those that were not done when the last handler stopped.
    /// There is at most one.
    /// </summary>
    IDisposable Subscribe(IExecutionChangeHandler handler);

    /// <summary>Names the time since which this process alone may move the windows of a flow; null while another one may.</summary>
    long? TenureOf(string tenantId, string @namespace, string flowId);

    /// <summary>The change need not be handed out again. Returns when that is durable, together with what came of it; a call that failed may be repeated.</summary>
    /// <returns>False when another process may have moved one of the windows since they were read: nothing was done, and the change has to be looked at anew.</returns>
    Task<bool> DoneAsync(ExecutionChange change, ChangeOutcome outcome, CancellationToken cancellationToken);
}

/// <summary>Takes changes; both calls come from the executor's loop and must return at once.</summary>
public interface IExecutionChangeHandler
{
    bool Wants(string tenantId, string @namespace, string flowId, StateType state);

    void Take(ExecutionChange change);
}

/// <param name="Key">Names the change; the same when it is handed out again.</param>
/// <param name="Execution">As of the change: its current state is the one that was reached.</param>
public sealed record ExecutionChange(string Key, Execution Execution)
{
    private const string Whole = "change:", Windows = "change-window:", Start = "change-start:";

    /// <summary>What of it is still to be done; null is everything.</summary>
    public ChangeTarget? Target { get; init; }

    /// <summary>Names what has happened, whatever of it is still to be done.</summary>
    public string Origin => OriginOf(Execution);

    /// <summary>An execution has reached its current state.</summary>
    public static ExecutionChange Of(Execution execution) => new(OriginOf(execution), execution);

    /// <summary>The part of the change that is about one flow. An execution is created without a look at the task runs of the other one.</summary>
    public ExecutionChange For(ChangeTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var place = string.Create(CultureInfo.InvariantCulture, $"{Execution.Id}:{Execution.State.Histories.Count}:{target.Namespace}.{target.FlowId}");
        return target.TriggerId is { } trigger
            ? new ExecutionChange($"{Start}{place}:{trigger}", Execution with { TaskRunList = null }) { Target = target }
            : new ExecutionChange($"{Windows}{place}", Execution) { Target = target };
    }

    /// <summary>Whether a key names a change, or a part of one.</summary>
    public static bool IsKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.StartsWith(Whole, StringComparison.Ordinal) || key.StartsWith(Windows, StringComparison.Ordinal) || key.StartsWith(Start, StringComparison.Ordinal);
    }

    private static string OriginOf(Execution execution) => string.Create(CultureInfo.InvariantCulture, $"{Whole}{execution.Id}:{execution.State.Histories.Count}");
}

/// <summary>A flow for which something is to be done because of a change.</summary>
public sealed record ChangeTarget(string Namespace, string FlowId)
{
    /// <summary>The trigger of which an execution is to be created: its windows have moved already. Null when they are still to be moved.</summary>
    public string? TriggerId { get; init; }

    /// <summary>Of the executions that led to it.</summary>
    public IReadOnlyDictionary<string, object?>? Outputs { get; init; }
}

/// <summary>What came of a change.</summary>
public sealed record ChangeOutcome
{
    public static ChangeOutcome Nothing { get; } = new();

    /// <summary>Windows as they are from now on.</summary>
    public IReadOnlyList<WindowMove> Windows { get; init; } = [];

    /// <summary>What is still to be done; it is handed out as changes of their own.</summary>
    public IReadOnlyList<ChangeTarget> Targets { get; init; } = [];
}

/// <param name="Tenure">In which the window was read.</param>
public readonly record struct WindowMove(ConditionWindowChange Change, long Tenure);

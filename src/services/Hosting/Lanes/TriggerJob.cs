using Kestra.Model.Flows;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Hosting.Lanes;

/// <summary>One evaluation of a polling trigger, or one run of a realtime trigger, for a worker of its group.</summary>
public sealed record TriggerJob
{
    public required TriggerKey Key { get; init; }

    /// <summary>Names this evaluation; the id of the execution that it may lead to, so that its files lie where that execution's do.</summary>
    public required string ExecutionId { get; init; }
    public required Flow Flow { get; init; }
    public required TriggerDefinition Definition { get; init; }

    /// <summary>The bound plugin object, an <see cref="IPollingTrigger"/> or an <see cref="IRealtimeTrigger"/>.</summary>
    public required ITrigger Plugin { get; init; }

    /// <summary>When the evaluation was due.</summary>
    public required ZonedDateTime Date { get; init; }

    /// <summary>What expressions of the trigger see.</summary>
    public required IReadOnlyDictionary<string, object?> Variables { get; init; }

    public bool IsRealtime => Plugin is IRealtimeTrigger;

    public TriggerEvaluation Evaluation => new(Key, ExecutionId);

    /// <summary>What the key of the trigger's worker group rendered to; null is the group of workers without a group.</summary>
    public string? WorkerGroup { get; init; }
}

/// <summary>Names one evaluation of a trigger.</summary>
/// <param name="Id">Unique; see <see cref="TriggerJob.ExecutionId"/>.</param>
public readonly record struct TriggerEvaluation(TriggerKey Key, string Id);

/// <summary>The worker's end of the lane of trigger jobs.</summary>
public interface ITriggerJobSource
{
    /// <summary>Jobs for one worker, until cancelled. The next one is asked for when it can begin.</summary>
    /// <param name="realtime">Realtime triggers, or polling ones.</param>
    IAsyncEnumerable<TriggerJob> TakeAsync(string? workerGroup, bool realtime, CancellationToken cancellationToken);

    /// <summary>The job no longer runs here.</summary>
    /// <param name="isAnswered">The scheduler has its answer; otherwise another worker may take it.</param>
    void Done(TriggerJob job, bool isAnswered);

    /// <summary>Hands the ids of killed jobs to a worker, until disposed. The handler must return at once.</summary>
    IDisposable SubscribeKills(Action<string> handler);
}

/// <summary>The lane of trigger jobs from the scheduler to the worker beside it.</summary>
public interface ITriggerJobs : ITriggerJobSource
{
    /// <summary>There is a place for one more job of the group.</summary>
    bool HasRoom(string? workerGroup);

    /// <summary>Hands a job over; false when there is no place for it.</summary>
    bool TryDispatch(TriggerJob job);

    /// <summary>Takes a job back: one that waits is never handed out, one that runs is stopped. Unknown ones are ignored.</summary>
    void Kill(string executionId);
}

/// <summary>The lane of answers from workers to the scheduler. Every call is answered when its effect is durable; a call that failed may be repeated.</summary>
public interface ITriggerResults
{
    /// <summary>A worker has the job.</summary>
    Task StartedAsync(TriggerEvaluation evaluation, string workerId, CancellationToken cancellationToken);

    /// <summary>The job is over.</summary>
    Task<TriggerReception> AnswerAsync(TriggerEvaluation evaluation, TriggerAnswer answer, CancellationToken cancellationToken);

    /// <summary>A realtime trigger tells of one event; its job goes on.</summary>
    /// <param name="executionId">Of the execution to create; the same when the call is repeated.</param>
    Task<TriggerReception> EventAsync(TriggerEvaluation evaluation, string executionId, IReadOnlyDictionary<string, object?> variables, CancellationToken cancellationToken);

    /// <summary>The worker that had the job is gone, and what it may still answer is void: the trigger is evaluated anew.</summary>
    Task LostAsync(TriggerEvaluation evaluation, CancellationToken cancellationToken);
}

/// <summary>What became of an answer.</summary>
public enum TriggerReception
{
    Taken,

    /// <summary>Nobody waits for the job any more: its trigger was changed, disabled, unlocked or deleted.</summary>
    Void,

    /// <summary>The executor is overloaded; the call is to be repeated after a while.</summary>
    Later,
}

/// <summary>How a trigger job ended.</summary>
public abstract record TriggerAnswer
{
    private TriggerAnswer()
    {
    }

    /// <summary>Nothing has happened; for a realtime trigger: it ended although nobody asked it to.</summary>
    public sealed record Nothing : TriggerAnswer;

    /// <param name="Variables">Variable <c>trigger</c> of the execution to create.</param>
    public sealed record Happened(IReadOnlyDictionary<string, object?> Variables) : TriggerAnswer;

    /// <param name="Message">For the user, without secrets; the worker has logged it already.</param>
    public sealed record Failed(string Message) : TriggerAnswer;
}

using System.Collections.Concurrent;
using Kestra.Model.Triggers;

namespace Kestra.Scheduler;

/// <summary>A trigger whose expressions are being evaluated.</summary>
/// <param name="Row">What the evaluation began with; when the trigger has moved since, it came to nothing.</param>
internal sealed record Preparation(TriggerEntry Entry, Trigger Row, Task<FiringOutcome> Work);

/// <summary>
/// Waits for evaluations a little while, so that one that takes long (it asks a slow service for an input) keeps no other
/// trigger from its date; it is taken up again when it is through.
/// </summary>
/// <param name="wake">Is called when a late one is through, from any thread.</param>
internal sealed class Preparations(SchedulerOptions options, TimeProvider time, Action wake)
{
    private readonly ConcurrentQueue<Preparation> finished = new();
    private int late;

    /// <summary>How many more may be begun now.</summary>
    public int Room => options.FiringLimit - Volatile.Read(ref late);

    /// <summary>A late one can be taken up.</summary>
    public bool HasFinished => !finished.IsEmpty;

    /// <summary>Those that are through in time; the others are late.</summary>
    public async Task<IReadOnlyList<(TriggerEntry Entry, FiringOutcome Outcome)>> WaitAsync(IReadOnlyList<Preparation> begun, CancellationToken cancellationToken)
    {
        var all = Task.WhenAll(begun.Select(static preparation => preparation.Work));
        if (!all.IsCompleted)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(all, Task.Delay(options.FiringPatience, time, patience.Token));
            await patience.CancelAsync();
        }

        var done = new List<(TriggerEntry Entry, FiringOutcome Outcome)>(begun.Count);
        foreach (var preparation in begun)
        {
            if (preparation.Work.IsCompleted)
            {
                done.Add((preparation.Entry, await preparation.Work));
            }
            else
            {
                Interlocked.Increment(ref late);
                _ = FinishAsync(preparation);
            }
        }

        return done;
    }

    /// <summary>Those that were late and are through. A trigger that has moved meanwhile takes its place in the queue instead.</summary>
    public List<(TriggerEntry Entry, FiringOutcome Outcome)> TakeFinished(TriggerBook book)
    {
        var done = new List<(TriggerEntry Entry, FiringOutcome Outcome)>();
        while (finished.TryDequeue(out var preparation))
        {
            Interlocked.Decrement(ref late);
            var (entry, row, work) = preparation;
            if (book.Find(entry.Key) == entry && ReferenceEquals(entry.Row, row) && work.IsCompletedSuccessfully && !entry.IsQueued)
            {
                done.Add((entry, work.Result));
            }
        }

        return done;
    }

    private async Task FinishAsync(Preparation preparation)
    {
        await ((Task)preparation.Work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        finished.Enqueue(preparation);
        wake();
    }
}

using System.Runtime.CompilerServices;
using Kestra.Hosting.Lanes;
using Kestra.Storage;
using Kestra.Storage.Executions;
using Kestra.Worker.Jobs;
using Kestra.Worker.Triggers;
using Microsoft.Extensions.Logging;

namespace Kestra.Worker.Claiming;

/// <summary>
/// Triggers that the schedulers of a shared database want to be watched. A worker claims as many as it has places for. A row that
/// is gone, or somebody else's, ends its run. See docs/architecture/polling-triggers.md.
/// </summary>
internal sealed partial class ClaimedTriggers(
    IWorkerJobStore store,
    TriggerFromStore rebuild,
    ITriggerResults results,
    WorkerIdentity identity,
    TriggerSlots slots,
    ClaimOptions options,
    TimeProvider time,
    ILogger<ClaimedTriggers> logger) : ITriggerJobSource, IClaims, IDisposable
{
    private readonly TriggerClaimBook book = new();
    private readonly Alarm pollingAlarm = new(time);
    private readonly Alarm realtimeAlarm = new(time);

    // What the store says of the worker's claims is compared with the book only while no claim is underway.
    private readonly SemaphoreSlim turn = new(1);
    private volatile Action<string>[] killHandlers = [];
    private volatile bool isUnreachable;

    public void Look()
    {
        pollingAlarm.Ring();
        realtimeAlarm.Ring();
    }

    public async IAsyncEnumerable<TriggerJob> TakeAsync(string? workerGroup, bool realtime, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        slots.Freed = Look;
        var pace = new PollPace(options, time);
        while (true)
        {
            var jobs = await ClaimAsync(workerGroup, realtime, cancellationToken);
            foreach (var job in jobs ?? [])
            {
                pace.Found();
                yield return job;
            }

            if (jobs is null)
            {
                await Task.Delay(options.Recovery, time, cancellationToken);
            }
            else if (jobs.Count == 0)
            {
                await (realtime ? realtimeAlarm : pollingAlarm).WaitAsync(pace.Next(), cancellationToken);
            }
        }
    }

    public void Done(TriggerJob job, bool isAnswered) => book.Done(job, isAnswered);

    public IDisposable SubscribeKills(Action<string> handler)
    {
        lock (book)
        {
            killHandlers = [.. killHandlers, handler];
        }

        return new Subscription(this, handler);
    }

    public void Dispose() => turn.Dispose();

    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            await PutRightAsync(cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task GiveBackAsync()
    {
        using var limit = new CancellationTokenSource(options.GiveBackLimit, time);
        try
        {
            await WatchAsync(limit.Token);
        }
        catch (Exception error) when (error is StoreUnavailableException or OperationCanceledException)
        {
            // Whoever finds the worker gone hands on what it had.
            LogKept(error);
        }
    }

    private async Task PutRightAsync(CancellationToken cancellationToken)
    {
        var rows = await store.ListClaimedAsync(identity.Id, cancellationToken);
        var findings = book.Compare([.. rows.Where(static row => row.Watch is not null)]);
        foreach (var evaluation in findings.ToStop)
        {
            foreach (var handler in killHandlers)
            {
                handler(evaluation);
            }
        }

        if (findings.Over.Count > 0)
        {
            await store.RemoveAsync(identity.Id, findings.Over, cancellationToken);
        }

        if (findings.Unknown.Count > 0)
        {
            await store.ReleaseAsync(identity.Id, findings.Unknown, cancellationToken);
            LogGivenBack(findings.Unknown.Count);
        }
    }

    /// <returns>Null when the store can't be reached.</returns>
    private async Task<IReadOnlyList<TriggerJob>?> ClaimAsync(string? group, bool realtime, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var credits = Math.Min(options.BatchSize, slots.Free(realtime));
            if (credits <= 0)
            {
                return [];
            }

            // Once it is underway it is not cancelled: jobs would be claimed that nobody knows of.
            var rows = await store.ClaimTriggersAsync(identity.Id, group, realtime, credits, CancellationToken.None);
            var jobs = new List<TriggerJob>(rows.Count);
            foreach (var row in rows)
            {
                if (await BuildAsync(row, cancellationToken) is { } job)
                {
                    book.Begin(row);
                    jobs.Add(job);
                }
            }

            isUnreachable = false;
            return jobs;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            if (!isUnreachable)
            {
                LogUnreachable(error);
            }

            isUnreachable = true;
            return null;
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<TriggerJob?> BuildAsync(WorkerJobRow row, CancellationToken cancellationToken)
    {
        try
        {
            return await rebuild.BuildAsync(row, cancellationToken);
        }
        catch (TriggerUnfitException unfit)
        {
            _ = RefuseAsync(row, unfit.Message, cancellationToken);
            return null;
        }
    }

    // The answer takes a while, and other triggers are not to wait for it; one that is not heard is claimed again.
    private async Task RefuseAsync(WorkerJobRow row, string reason, CancellationToken cancellationToken)
    {
        book.Begin(row);
        var evaluation = new TriggerEvaluation(new TriggerKey(row.TenantId, row.Namespace, row.FlowId, row.Watch!.TriggerId), row.ExecutionId);
        LogUnfit(evaluation.Key.ToString(), reason);
        try
        {
            await results.AnswerAsync(evaluation, new TriggerAnswer.Failed(reason), cancellationToken);
            book.End(row);
        }
        catch (Exception error)
        {
            LogNotHeard(error, evaluation.Key.ToString());
            book.Forget(row);
        }
    }

    private sealed class Subscription(ClaimedTriggers claims, Action<string> handler) : IDisposable
    {
        public void Dispose()
        {
            lock (claims.book)
            {
                claims.killHandlers = [.. claims.killHandlers.Where(other => other != handler)];
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Triggers can't be claimed; it is tried again")]
    private partial void LogUnreachable(Exception error);

    [LoggerMessage(LogLevel.Warning, "Trigger {Trigger} can't be watched by this worker: {Reason}")]
    private partial void LogUnfit(string trigger, string reason);

    [LoggerMessage(LogLevel.Warning, "The scheduler did not take that trigger {Trigger} can't be watched; it is claimed again")]
    private partial void LogNotHeard(Exception error, string trigger);

    [LoggerMessage(LogLevel.Warning, "Claimed triggers could not be given back")]
    private partial void LogKept(Exception error);

    [LoggerMessage(LogLevel.Debug, "{Count} claimed triggers were given back")]
    private partial void LogGivenBack(int count);
}

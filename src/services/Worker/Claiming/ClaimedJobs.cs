using System.Runtime.CompilerServices;
using Kestra.Hosting.Lanes;
using Kestra.Storage;
using Kestra.Storage.Executions;
using Kestra.Worker.Jobs;
using Microsoft.Extensions.Logging;

namespace Kestra.Worker.Claiming;

/// <summary>
/// Jobs of executors in other processes. A worker claims as many as it has slots for, and gives back what it has not begun;
/// hints shorten the wait for the next ones, and it works without them. See docs/architecture/worker-jobs.md.
/// </summary>
internal sealed partial class ClaimedJobs(
    IWorkerJobStore store,
    JobFromStore rebuild,
    ClaimAnswers answers,
    WorkerIdentity identity,
    WorkerSlots slots,
    ClaimOptions options,
    TimeProvider time,
    ILogger<ClaimedJobs> logger,
    IWorkerJobs? lane = null) : IWorkerJobSource, IClaims, IDisposable
{
    private readonly ClaimBook book = new();
    private readonly Alarm alarm = new(time);

    // What the store says of the worker's claims is compared with the book only while no claim is underway.
    private readonly SemaphoreSlim turn = new(1);
    private volatile Action<KillRequest>[] killHandlers = [];
    private bool isUnreachable;

    /// <summary>Jobs that wait for a slot.</summary>
    public int Waiting => book.Ready;

    public void Look() => alarm.Ring();

    public async IAsyncEnumerable<WorkerJob> TakeAsync(string? workerGroup, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        slots.Freed = Look;
        var pace = new PollPace(options, time);
        try
        {
            while (true)
            {
                if (book.Next() is { } job)
                {
                    yield return job;
                    continue;
                }

                switch (await ClaimAsync(workerGroup, cancellationToken))
                {
                    case Harvest.Some:
                        pace.Found();
                        break;
                    case Harvest.None:
                        await alarm.WaitAsync(pace.Next(), cancellationToken);
                        break;
                    case Harvest.Failed:
                        await Task.Delay(options.Recovery, time, cancellationToken);
                        break;
                }
            }
        }
        finally
        {
            await GiveBackAsync();
        }
    }

    public void Dispose() => turn.Dispose();

    public bool TryStart(WorkerJob job) => book.TryStart(job);

    public void Done(WorkerJob job) => book.Done(job);

    public IDisposable SubscribeKills(Action<KillRequest> handler)
    {
        lock (book)
        {
            killHandlers = [.. killHandlers, handler];
        }

        return new Subscription(this, handler);
    }

    /// <summary>Looks at what has become of the claims: stops what was killed or taken away, answers what was killed before it began, gives back what waits too long.</summary>
    public async Task WatchAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var findings = await LookAsync(cancellationToken);
            foreach (var claim in findings.ToStop)
            {
                Stop(claim.Row);
            }

            var killed = findings.Killed.Select(static claim => claim.Row)
                .Concat(findings.Unknown.Where(static row => row.Killed))
                .Concat(await store.ClaimKilledAsync(identity.Id, options.BatchSize, cancellationToken));
            foreach (var row in killed)
            {
                await answers.KilledAsync(row, cancellationToken);
                book.Answered(row.Id);
            }

            var late = book.TakeReady(claim => time.GetElapsedTime(claim.TakenAt) >= options.GiveBackAfter);
            await ReleaseAsync([.. late.Select(static claim => claim.Row), .. findings.Unknown.Where(static row => !row.Killed)], cancellationToken);
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
            await turn.WaitAsync(limit.Token);
            try
            {
                var waiting = book.TakeReady(static _ => true).Select(static claim => claim.Row);
                var findings = await LookAsync(limit.Token);
                await ReleaseAsync([.. waiting.UnionBy(findings.Unknown, static row => row.Id)], limit.Token);
            }
            finally
            {
                turn.Release();
            }
        }
        catch (Exception error) when (error is StoreUnavailableException or OperationCanceledException)
        {
            // Whoever finds the worker gone hands on what it had.
            LogKept(error);
        }
    }

    /// <summary>Compares what the store says with what is known here, and with what was handed over to other processes with the executor beside.</summary>
    private async Task<ClaimFindings> LookAsync(CancellationToken cancellationToken)
    {
        var rows = (await store.ListClaimedAsync(identity.Id, cancellationToken)).Where(static row => row.Watch is null).ToList();
        var findings = book.Compare(rows);
        if (lane is null)
        {
            return findings;
        }

        var adopted = findings.Unknown.Where(row => TryAdopt(row, lane)).ToList();
        if (adopted.Count > 0)
        {
            findings = findings.And(book.Compare(rows));
        }

        lane.ForgetHandedOver();
        return findings;
    }

    private bool TryAdopt(WorkerJobRow row, IWorkerJobs beside)
    {
        if (beside.TakeHandedOver(row.TaskRunId, row.Attempt) is not { } job)
        {
            return false;
        }

        book.Adopt(new Claim(row, job, time.GetTimestamp()));
        if (!beside.IsUnderway(job))
        {
            // Its result went before anybody here knew of the row.
            book.Done(job);
        }

        return true;
    }

    private enum Harvest { None, Some, Failed }

    private int Credits => Math.Min(options.BatchSize, slots.Free + options.Prefetch - (lane?.Waiting ?? 0) - book.Ready);

    private async Task<Harvest> ClaimAsync(string? group, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var credits = Credits;
            if (credits <= 0)
            {
                return Harvest.None;
            }

            // Once it is underway it is not cancelled: jobs would be claimed that nobody knows of.
            var rows = await store.ClaimAsync(identity.Id, group, credits, CancellationToken.None);
            await TakeAsync(rows, cancellationToken);
            if (isUnreachable)
            {
                isUnreachable = false;
                LogReached();
            }

            return rows.Count == 0 ? Harvest.None : Harvest.Some;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            if (!isUnreachable)
            {
                isUnreachable = true;
                LogUnreachable(error);
            }

            return Harvest.Failed;
        }
        finally
        {
            turn.Release();
        }
    }

    // Those that can't be read now are unknown to the book, and the next look at the claims gives them back.
    private async Task TakeAsync(IReadOnlyList<WorkerJobRow> rows, CancellationToken cancellationToken)
    {
        var taken = time.GetTimestamp();
        var built = new RebuiltJob?[rows.Count];
        await Parallel.ForAsync(0, rows.Count, new ParallelOptions { MaxDegreeOfParallelism = options.Readers, CancellationToken = cancellationToken }, async (index, stopping) =>
        {
            try
            {
                built[index] = await rebuild.BuildAsync(rows[index], stopping);
            }
            catch (StoreUnavailableException error)
            {
                LogNotRead(rows[index].ExecutionId, error.Message);
            }
        });
        var over = new List<long>();
        for (var index = 0; index < rows.Count; index++)
        {
            var row = rows[index];
            switch (built[index])
            {
                case RebuiltJob.Ready ready:
                    book.Add(new Claim(row, ready.Job, taken));
                    break;
                case RebuiltJob.Unwanted:
                    await answers.KilledAsync(row, cancellationToken);
                    book.Answered(row.Id);
                    break;
                case RebuiltJob.Broken broken:
                    await answers.FailedAsync(row, broken.Message, cancellationToken);
                    book.Answered(row.Id);
                    break;
                case RebuiltJob.Over:
                    LogOver(row.ExecutionId, row.TaskRunId, row.Attempt);
                    book.Answered(row.Id);
                    over.Add(row.Id);
                    break;
            }
        }

        if (over.Count > 0)
        {
            await store.RemoveAsync(identity.Id, over, cancellationToken);
        }
    }

    private async Task ReleaseAsync(List<WorkerJobRow> rows, CancellationToken cancellationToken)
    {
        if (rows.Count > 0)
        {
            await store.ReleaseAsync(identity.Id, [.. rows.Select(static row => row.Id)], cancellationToken);
            LogGivenBack(rows.Count);
        }
    }

    private void Stop(WorkerJobRow row)
    {
        foreach (var handler in killHandlers)
        {
            handler(new KillRequest(row.TenantId, row.ExecutionId, row.TaskRunId, row.Attempt));
        }
    }

    private sealed class Subscription(ClaimedJobs jobs, Action<KillRequest> handler) : IDisposable
    {
        public void Dispose()
        {
            lock (jobs.book)
            {
                jobs.killHandlers = [.. jobs.killHandlers.Where(other => other != handler)];
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Jobs can't be claimed; it is tried again")]
    private partial void LogUnreachable(Exception error);

    [LoggerMessage(LogLevel.Information, "Jobs can be claimed again")]
    private partial void LogReached();

    [LoggerMessage(LogLevel.Warning, "The execution {ExecutionId} of a claimed job can't be read now, so the job is given back: {Reason}")]
    private partial void LogNotRead(string executionId, string reason);

    [LoggerMessage(LogLevel.Debug, "Nobody waits for the job of execution {ExecutionId}, task run {TaskRunId}, attempt {Attempt}, any more")]
    private partial void LogOver(string executionId, string taskRunId, int attempt);

    [LoggerMessage(LogLevel.Warning, "Claimed jobs could not be given back")]
    private partial void LogKept(Exception error);

    [LoggerMessage(LogLevel.Debug, "{Count} claimed jobs were given back")]
    private partial void LogGivenBack(int count);
}

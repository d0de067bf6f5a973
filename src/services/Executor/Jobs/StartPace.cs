using Kestra.Hosting.Lanes;

namespace Kestra.Executor.Jobs;

/// <summary>
/// Has new executions that nobody waits for begin later while more come in than the processors or the database have time for, so that those who send
/// them are answered first. What has begun goes on, and some begin with every transaction; the others begin when the burst is over.
/// Used by the loop alone.
/// </summary>
/// <param name="usedTime">Part of the processors' time that was used since it was asked the last time.</param>
/// <param name="wait">How long what comes now waits until it is durable.</param>
internal sealed class StartPace(WorkerJobQueue jobs, Func<double> usedTime, Func<TimeSpan> wait, TimeProvider time)
{
    // While it is pressed, one execution begins for so many that come in.
    private const int Share = 32;

    // Those who are answered at the same moment send again at the same moment, and while their requests are being written there is
    // little else to do: so a burst does not end with the first idle time.
    private const double BeginsAt = 0.85, EndsBelow = 0.5;

    // The database may be what is short of time.
    private static readonly TimeSpan LongWait = TimeSpan.FromMilliseconds(50), ShortWait = TimeSpan.FromMilliseconds(10);

    // Jobs that are enough for every worker until the next transaction. More of them would stand before those that somebody waits for.
    private const int MostReady = 200;

    // New executions of a span that are a burst.
    private const int Burst = 50;

    private static readonly TimeSpan Span = TimeSpan.FromMilliseconds(100);

    private long spanBegan = time.GetTimestamp();
    private int came;
    private int cameBefore;
    private int owed;
    private long? lastPressed;
    private TimeSpan longest;

    /// <summary>More executions come in than there is time for.</summary>
    public bool IsPressed { get; private set; }

    /// <summary>When to look again; null when nothing is kept back, or the worker has enough and its results come first.</summary>
    public DateTimeOffset? NextLook => jobs.KeptBack > 0 && (IsPressed || Ready < MostReady) ? time.GetUtcNow() + Span : null;

    private int Ready => jobs.Waiting - jobs.KeptBack;

    /// <summary>Whether it was pressed within a time until now.</summary>
    public bool WasPressed(TimeSpan within) => lastPressed is { } last && time.GetElapsedTime(last) < within;

    /// <summary>Sends a job with which an execution begins.</summary>
    public void Send(WorkerJob job)
    {
        came++;
        owed++;
        jobs.KeepBack(job);
    }

    /// <summary>Lets executions begin: as many as the worker can take as long as there is time for them.</summary>
    public void Release()
    {
        longest = wait() is var now && now > longest ? now : longest;
        if (time.GetElapsedTime(spanBegan) >= Span)
        {
            // Whoever sends many at once may send them in waves: one span without any is no end.
            var isBusy = usedTime() >= (IsPressed ? EndsBelow : BeginsAt) || longest >= (IsPressed ? ShortWait : LongWait);
            IsPressed = isBusy && came + cameBefore >= Burst;
            (spanBegan, cameBefore, came, longest) = (time.GetTimestamp(), came, 0, TimeSpan.Zero);
        }

        if (!IsPressed)
        {
            owed = 0;
            jobs.LetGo(MostReady - Ready);
            return;
        }

        jobs.LetGo(owed / Share);
        owed %= Share;
        lastPressed = time.GetTimestamp();
    }
}

using Kestra.Hosting.Lanes;

namespace Kestra.Executor.Loop;

/// <summary>
/// Lets logs and metrics wait a moment for the result of the run that wrote them, so that both are written with one commit.
/// Those of a run that goes on are written when the moment is over.
/// </summary>
internal sealed class LogAlarm : IDisposable
{
    private readonly LogBuffer logs;
    private readonly TimeSpan delay;
    private readonly ITimer timer;
    private int waiting;
    private volatile bool due;

    /// <param name="wake">Called on any thread when logs are due.</param>
    public LogAlarm(LogBuffer logs, TimeSpan delay, TimeProvider time, Action wake)
    {
        (this.logs, this.delay) = (logs, delay);
        timer = time.CreateTimer(
            _ =>
            {
                due = true;
                wake();
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        logs.Arrived = Note;

        // What came before somebody listened.
        Note();
    }

    /// <summary>What waits has waited long enough to be written by itself.</summary>
    public bool IsDue => due;

    /// <summary>Everything that waits now is about to be written.</summary>
    public void Reset()
    {
        due = false;
        Volatile.Write(ref waiting, 0);
    }

    public void Dispose()
    {
        logs.Arrived = null;
        timer.Dispose();
    }

    private void Note()
    {
        if (Volatile.Read(ref waiting) == 0 && Interlocked.Exchange(ref waiting, 1) == 0)
        {
            timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }
}

namespace Kestra.Hosting.Tests.Liveness;

/// <summary>A clock that stands still until it is moved on; timers fire when it passes them.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private readonly SemaphoreSlim started = new(0);
    private DateTimeOffset now = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);
    private TimeSpan elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long GetTimestamp()
    {
        lock (gate)
        {
            return elapsed.Ticks;
        }
    }

    public void Advance(double seconds)
    {
        List<ManualTimer> due;
        lock (gate)
        {
            now += TimeSpan.FromSeconds(seconds);
            elapsed += TimeSpan.FromSeconds(seconds);
            due = [.. timers.Where(timer => timer.At <= elapsed)];
            timers.RemoveAll(due.Contains);
        }

        due.ForEach(static timer => timer.Fire());
    }

    /// <summary>Completes when one more timer than before is waiting: whoever set it has done what was before it.</summary>
    public Task TimerStartsAsync() => started.WaitAsync(TimeSpan.FromSeconds(20)).ContinueWith(static wait => wait.Result.ShouldBeTrue("no timer was started"), TaskScheduler.Default);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        public TimeSpan At { get; private set; }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                time.timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    return true;
                }

                At = time.elapsed + dueTime;
                time.timers.Add(this);
            }

            time.started.Release();
            return true;
        }

        public void Dispose()
        {
            lock (time.gate)
            {
                time.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

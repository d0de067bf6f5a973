using NodaTime;

namespace Kestra.Scheduler.Tests;

/// <summary>A clock that stands still until it is set. Timers go by its time, not by its clock, which may jump.</summary>
internal sealed class ManualTime(Instant start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<ManualTimer> timers = [];
    private Instant now = start;
    private TimeSpan elapsed;

    public Instant Now
    {
        get
        {
            lock (gate)
            {
                return now;
            }
        }

        set
        {
            lock (gate)
            {
                now = value;
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now.ToDateTimeOffset();

    public override long GetTimestamp()
    {
        lock (gate)
        {
            return elapsed.Ticks;
        }
    }

    public void Advance(TimeSpan by)
    {
        List<ManualTimer> due;
        lock (gate)
        {
            now += Duration.FromTimeSpan(by);
            elapsed += by;
            due = [.. timers.Where(timer => timer.At <= elapsed)];
            timers.RemoveAll(timer => due.Contains(timer) && !timer.Again(elapsed));
        }

        due.ForEach(static timer => timer.Fire());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        private TimeSpan every;

        public TimeSpan At { get; private set; }

        public void Fire() => fire();

        /// <returns>False for a timer that fires once.</returns>
        public bool Again(TimeSpan now)
        {
            At = now + every;
            return every > TimeSpan.Zero;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                time.timers.Remove(this);
                every = period;
                if (dueTime == Timeout.InfiniteTimeSpan)
                {
                    return true;
                }

                At = time.elapsed + dueTime;
                if (dueTime > TimeSpan.Zero)
                {
                    time.timers.Add(this);
                    return true;
                }
            }

            fire();
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

namespace Kestra.Scenarios.Cluster;

/// <summary>
/// A clock that several servers share and that goes only while a test waits for something: a step at a time, and never while work
/// is left to do, so that a slow machine does not look like servers that are late.
/// </summary>
internal sealed class PumpedTime : TimeProvider
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock gate = new();
    private readonly PriorityQueue<(PumpedTimer Timer, long Setting), long> timers = new();
    private readonly DateTimeOffset start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private long elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public TimeSpan Elapsed => TimeSpan.FromTicks(GetTimestamp());

    public override DateTimeOffset GetUtcNow() => start + Elapsed;

    public override long GetTimestamp() => Interlocked.Read(ref elapsed);

    /// <summary>Lets time pass until something holds.</summary>
    /// <param name="what">For the explanation when it never does.</param>
    public async Task UntilAsync(Func<bool> holds, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(Patience, $"{what}; virtual time {Elapsed}");
            await StepAsync();
        }
    }

    public async Task<T> WhileAsync<T>(Task<T> work, string what)
    {
        await UntilAsync(() => work.IsCompleted, what);
        return await work;
    }

    public async Task WhileAsync(Task work, string what)
    {
        await UntilAsync(() => work.IsCompleted, what);
        await work;
    }

    /// <summary>Lets time pass.</summary>
    public async Task PassAsync(TimeSpan span)
    {
        var end = Elapsed + span;
        await UntilAsync(() => Elapsed >= end, $"{span} pass");
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new PumpedTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private async Task StepAsync()
    {
        await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        if (ThreadPool.PendingWorkItemCount > 0)
        {
            return;
        }

        var due = new List<PumpedTimer>();
        lock (gate)
        {
            elapsed += Step.Ticks;
            while (timers.TryPeek(out var first, out var at) && at <= elapsed)
            {
                timers.Dequeue();
                if (first.Timer.Expires(first.Setting))
                {
                    due.Add(first.Timer);
                }
            }
        }

        due.ForEach(static timer => timer.Fire());
    }

    private sealed class PumpedTimer(PumpedTime time, Action fire) : ITimer
    {
        private long setting;
        private TimeSpan period;

        /// <summary>Called within the gate. False for a setting that was changed since.</summary>
        public bool Expires(long of)
        {
            if (of != setting)
            {
                return false;
            }

            if (period > TimeSpan.Zero)
            {
                time.timers.Enqueue((this, ++setting), time.elapsed + period.Ticks);
            }

            return true;
        }

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan every)
        {
            lock (time.gate)
            {
                setting++;
                period = every;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    time.timers.Enqueue((this, setting), time.elapsed + dueTime.Ticks);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (time.gate)
            {
                setting++;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

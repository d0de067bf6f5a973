using System.Diagnostics;
using System.Globalization;

namespace Kestra.Scenarios;

/// <summary>
/// A clock that gives a loaded machine the time that it needs: it goes the slower, the more threads want a processor, and stands still
/// while nothing of this process gets one. What a case says about durations stays true in relation to each other, and to the
/// work between them, whatever else the machine does. On an idle machine it goes like any other.
/// </summary>
internal sealed class UnhurriedTime : TimeProvider, IAsyncDisposable
{
    private const string Load = "/proc/loadavg";
    private const double Slowest = 8;

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(20);

    private readonly Lock gate = new();
    private readonly PriorityQueue<UnhurriedTimer, (long Due, long Number)> due = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly DateTimeOffset start = new(DateTimeOffset.UtcNow.Ticks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);
    private readonly Task going;
    private double wanting = 1;
    private long elapsed;
    private long lastNumber;

    public UnhurriedTime() => going = Task.Run(GoAsync);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => start.AddTicks(GetTimestamp() / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond);

    public override long GetTimestamp() => Interlocked.Read(ref elapsed);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new UnhurriedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await going;
        stopping.Dispose();
    }

    private async Task GoAsync()
    {
        using var pace = new PeriodicTimer(Step);
        var last = Stopwatch.GetTimestamp();
        while (await pace.WaitForNextTickAsync(stopping.Token).AsTask().ContinueWith(static next => next.IsCompletedSuccessfully && next.Result, TaskScheduler.Default))
        {
            var now = Stopwatch.GetTimestamp();
            var passed = Stopwatch.GetElapsedTime(last, now);
            last = now;
            Advance((passed < LongestStep ? passed : LongestStep) / Slowness());
        }
    }

    private void Advance(TimeSpan by)
    {
        var now = Interlocked.Add(ref elapsed, by.Ticks);
        while (true)
        {
            UnhurriedTimer timer;
            lock (gate)
            {
                if (!due.TryPeek(out timer!, out var when) || when.Due > now)
                {
                    return;
                }

                due.Dequeue();
                if (!timer.IsFor(when.Number))
                {
                    continue;
                }

                timer.Repeat(now);
            }

            timer.Fire();
        }
    }

    // Threads that run or would like to, for each processor; a moment's value says little.
    private double Slowness()
    {
        if (!File.Exists(Load))
        {
            return 1;
        }

        var threads = File.ReadAllText(Load).Split(' ')[3].Split('/')[0];
        wanting = (wanting * 0.95) + (int.Parse(threads, CultureInfo.InvariantCulture) * 0.05);
        return Math.Clamp(wanting / Environment.ProcessorCount, 1, Slowest);
    }

    /// <returns>The number of the entry, by which it is told from older ones of the same timer.</returns>
    private long Enqueue(UnhurriedTimer timer, long at)
    {
        due.Enqueue(timer, (at, ++lastNumber));
        return lastNumber;
    }

    private sealed class UnhurriedTimer(UnhurriedTime time, TimerCallback callback, object? state) : ITimer
    {
        private long current;
        private TimeSpan every = Timeout.InfiniteTimeSpan;

        public bool IsFor(long number) => current == number;

        public void Repeat(long now) => current = every > TimeSpan.Zero ? time.Enqueue(this, now + every.Ticks) : 0;

        public void Fire() => ThreadPool.UnsafeQueueUserWorkItem(static timer => timer.Call(), this, preferLocal: false);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.gate)
            {
                every = period;
                current = dueTime == Timeout.InfiniteTimeSpan ? 0 : time.Enqueue(this, time.elapsed + dueTime.Ticks);
            }

            return true;
        }

        public void Dispose()
        {
            lock (time.gate)
            {
                current = 0;
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Call() => callback(state);
    }
}

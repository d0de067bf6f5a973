using System.Diagnostics;

namespace Kestra.Load.Measuring;

/// <summary>
/// Sends at a constant rate, whatever comes back. A latency counts from the moment a request was due, so that a server that
/// stalls is charged for every request that its stall held up.
/// </summary>
internal static class OpenLoop
{
    // Waiting for the exact moment takes a processor; where requests are dense, those of a millisecond are sent together.
    private const double DensePerSecond = 200;

    /// <param name="perSecond">Requests due in each second.</param>
    /// <param name="send">Sends one request and waits for its durable end; false is a failure.</param>
    public static async Task<LoopOutcome> RunAsync(double perSecond, TimeSpan duration, Func<int, Task<bool>> send)
    {
        var latencies = new Latencies();
        var total = (int)(perSecond * duration.TotalSeconds);
        var pending = new List<Task>(total);
        var failed = 0;
        var began = Stopwatch.GetTimestamp();

        // A thread of its own sleeps more exactly than a timer wakes a pool that is busy.
        await Task.Factory.StartNew(Send, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAll(pending);
        return new LoopOutcome(total, failed, Stopwatch.GetElapsedTime(began), latencies);

        void Send()
        {
            for (var number = 0; number < total; number++)
            {
                var due = number / perSecond;
                for (double now; (now = Stopwatch.GetElapsedTime(began).TotalSeconds) < due;)
                {
                    if (due - now > 0.0015 || perSecond > DensePerSecond)
                    {
                        Thread.Sleep(1);
                    }
                    else
                    {
                        Thread.SpinWait(20);
                    }
                }

                pending.Add(OneAsync(number, due));
            }
        }

        async Task OneAsync(int number, double due)
        {
            var good = await send(number);
            latencies.Add((Stopwatch.GetElapsedTime(began).TotalSeconds - due) * 1000);
            if (!good)
            {
                Interlocked.Increment(ref failed);
            }
        }
    }
}

/// <param name="Elapsed">Until the last answer.</param>
internal sealed record LoopOutcome(int Sent, int Failed, TimeSpan Elapsed, Latencies Latencies)
{
    public double PerMinute => (Sent - Failed) / Elapsed.TotalMinutes;
}

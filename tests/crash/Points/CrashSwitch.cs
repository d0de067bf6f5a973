using System.Diagnostics;

namespace Kestra.Crash.Points;

/// <summary>Ends this process with SIGKILL when one point has been reached often enough.</summary>
internal sealed class CrashSwitch(string armed, int hit)
{
    private int hits;

    /// <summary>Whether the server has been asked to stop.</summary>
    public bool IsStopping { get; set; }

    public void Reach(string point)
    {
        if (point == armed && Interlocked.Increment(ref hits) == hit)
        {
            Now();
        }
    }

    /// <summary>For a point between: kills a moment later, while what follows is under way.</summary>
    public void ReachSoon(string point, TimeSpan delay)
    {
        if (point == armed && Interlocked.Increment(ref hits) == hit)
        {
            var timer = new Thread(() =>
            {
                var began = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(began) < delay)
                {
                    Thread.SpinWait(20);
                }

                Now();
            });
            timer.Start();
        }
    }

    private static void Now()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        Thread.Sleep(Timeout.Infinite);
    }
}

using System.Diagnostics;

namespace Kestra.Bench.Rendering;

/// <summary>Times a delegate in rounds and keeps the best one, which is the one that other processes disturbed least.</summary>
internal static class Measurement
{
    private const int Rounds = 15;
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(100);

    /// <returns>Nanoseconds and bytes of one run.</returns>
    public static (double Nanoseconds, double Bytes) Of(Func<object?> run)
    {
        var count = Calibrate(run);
        var (best, bytes) = (double.MaxValue, 0.0);
        for (var round = 0; round < Rounds; round++)
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var began = Stopwatch.GetTimestamp();
            for (var index = 0; index < count; index++)
            {
                run();
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalNanoseconds / count);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)count;
        }

        return (best, bytes);
    }

    // Runs until the compiler has done its work, and tells how many runs fill a round.
    private static int Calibrate(Func<object?> run)
    {
        var count = 1;
        while (true)
        {
            var began = Stopwatch.GetTimestamp();
            for (var index = 0; index < count; index++)
            {
                run();
            }

            if (Stopwatch.GetElapsedTime(began) > Round)
            {
                return count;
            }

            count *= 2;
        }
    }
}

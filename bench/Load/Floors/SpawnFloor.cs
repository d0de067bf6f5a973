using System.Diagnostics;
using Kestra.Load.Measuring;

namespace Kestra.Load.Floors;

/// <summary>What starting a process costs here.</summary>
internal static class SpawnFloor
{
    /// <returns>Milliseconds of the median <c>true</c>.</returns>
    public static async Task<double> MeasureAsync(int times)
    {
        var latencies = new Latencies();
        for (var run = 0; run < times; run++)
        {
            var began = Stopwatch.GetTimestamp();
            using var process = Process.Start(new ProcessStartInfo("/bin/true"))!;
            await process.WaitForExitAsync();
            latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return latencies.Percentile(0.5);
    }
}

using Kestra.Load.Measuring;

namespace Kestra.Load.Floors;

/// <summary>How long after a full second a program that only waits for it wakes up.</summary>
internal static class TimerFloor
{
    public static async Task<Latencies> MeasureAsync(int seconds)
    {
        var latencies = new Latencies();
        for (var second = 0; second < seconds; second++)
        {
            var now = DateTimeOffset.UtcNow;
            var due = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds() + 1);
            await Task.Delay(due - now);
            latencies.Add((DateTimeOffset.UtcNow - due).TotalMilliseconds);
        }

        return latencies;
    }
}

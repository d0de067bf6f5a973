using System.Globalization;
using NodaTime;

namespace Kestra.Model.Durations;

/// <summary>Durations as logs show them: <c>00:00:01.000</c>.</summary>
public static class ClockDuration
{
    public static string Format(Duration duration)
    {
        var milliseconds = (long)duration.TotalMilliseconds;
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 3_600_000:00}:{milliseconds / 60_000 % 60:00}:{milliseconds / 1000 % 60:00}.{milliseconds % 1000:000}");
    }
}

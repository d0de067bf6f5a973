using System.Globalization;
using System.Xml;

namespace Kestra.Hosting.Configuration;

/// <summary>Durations and sizes as configuration files write them.</summary>
public static class ConfigurationValues
{
    private static readonly (string Suffix, double Milliseconds)[] Units =
        [("ms", 1), ("ns", 1e-6), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)];

    private static readonly (string Suffix, long Bytes)[] Sizes = [("gb", 1L << 30), ("mb", 1L << 20), ("kb", 1L << 10), ("b", 1)];

    /// <summary><c>500ms</c>, <c>10s</c>, <c>5m</c>, <c>1h</c>, <c>7d</c> or ISO-8601; a bare number is no duration.</summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        duration = default;
        text = text.Trim();
        if (text.StartsWith('P') || text.StartsWith('p'))
        {
            try
            {
                duration = XmlConvert.ToTimeSpan(text.ToUpperInvariant());
                return true;
            }
            catch (Exception exception) when (exception is FormatException or OverflowException)
            {
                return false;
            }
        }

        foreach (var (suffix, milliseconds) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) &&
                double.TryParse(text[..^suffix.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) &&
                number * milliseconds < TimeSpan.MaxValue.TotalMilliseconds)
            {
                duration = TimeSpan.FromMilliseconds(number * milliseconds);
                return true;
            }
        }

        return false;
    }

    /// <summary>Bytes, or a number with KB, MB or GB (powers of 1024).</summary>
    public static bool TrySize(string text, out long size)
    {
        text = text.Trim().ToLowerInvariant();
        foreach (var (suffix, bytes) in Sizes)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                var parsed = long.TryParse(text[..^suffix.Length].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue / bytes;
                size = parsed ? number * bytes : 0;
                return parsed;
            }
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size);
    }
}

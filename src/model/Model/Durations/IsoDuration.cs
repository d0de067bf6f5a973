using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NodaTime;

namespace Kestra.Model.Durations;

/// <summary>Durations as ISO-8601 texts of days and smaller units (<c>P1DT2H3M4.5S</c>), and as numbers of seconds.</summary>
public static partial class IsoDuration
{
    /// <exception cref="FormatException">Neither an ISO duration nor a number of seconds.</exception>
    public static Duration Parse(string text) => TryParse(text, out var duration)
        ? duration
        : throw new FormatException($"Invalid duration '{text}': write an ISO-8601 duration like PT10S, PT1H30M or P1D");

    public static bool TryParse(string? text, out Duration duration)
    {
        duration = Duration.Zero;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            return TryOf(seconds, out duration);
        }

        var match = Pattern().Match(text);
        if (!match.Success || !match.Groups.Values.Skip(1).Any(group => group.Success && group.Name is "d" or "h" or "m" or "s"))
        {
            return false;
        }

        var total = (Part(match, "d") * 86_400m) + (Part(match, "h") * 3_600m) + (Part(match, "m") * 60m) + Part(match, "s");
        return TryOf(match.Groups["sign"].Value == "-" ? -total : total, out duration);
    }

    /// <summary>As Java prints it: hours, minutes and seconds, <c>PT25H</c> rather than days; zero is <c>PT0S</c>.</summary>
    public static string Format(Duration duration)
    {
        if (duration == Duration.Zero)
        {
            return "PT0S";
        }

        var nanoseconds = (decimal)duration.ToInt128Nanoseconds();
        var seconds = nanoseconds / 1_000_000_000m;
        var whole = (long)decimal.Truncate(seconds);
        var fraction = seconds - whole;
        var (hours, minutes, rest) = (whole / 3600, whole % 3600 / 60, (whole % 60) + fraction);
        var text = new StringBuilder("PT");
        if (hours != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{hours}H");
        }

        if (minutes != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{minutes}M");
        }

        if (rest != 0)
        {
            text.Append(rest.ToString("0.#########", CultureInfo.InvariantCulture)).Append('S');
        }

        return text.ToString();
    }

    private static decimal Part(Match match, string name) =>
        match.Groups[name] is { Success: true, Value: var text } ? decimal.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : 0m;

    private static bool TryOf(decimal seconds, out Duration duration)
    {
        // Longer than NodaTime's range of about 45 million years in total, or nonsense.
        if (Math.Abs(seconds) > 86_400m * 16_000_000m)
        {
            duration = Duration.Zero;
            return false;
        }

        var whole = decimal.Truncate(seconds);
        duration = Duration.FromSeconds((long)whole) + Duration.FromNanoseconds((long)((seconds - whole) * 1_000_000_000m));
        return true;
    }

    [GeneratedRegex(@"^(?<sign>[-+])?P(?:(?<d>[-+]?\d{1,12})D)?(?:T(?=[-+]?\d)(?:(?<h>[-+]?\d{1,12})H)?(?:(?<m>[-+]?\d{1,12})M)?(?:(?<s>[-+]?\d{1,12}(?:[.,]\d{0,9})?)S)?)?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pattern();
}

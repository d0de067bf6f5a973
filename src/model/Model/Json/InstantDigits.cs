using NodaTime;

namespace Kestra.Model.Json;

/// <summary>
/// Writes dates of four-digit years digit by digit. Documents hold several for each task run, and a pattern takes as long for
/// one as all the rest of its task run takes.
/// </summary>
internal static class InstantDigits
{
    private const int LengthToSeconds = 19;

    private static readonly Instant First = Instant.FromUtc(1, 1, 1, 0, 0);
    private static readonly Instant End = Instant.FromUtc(9999, 12, 31, 23, 59, 59);

    /// <param name="digits">Of the fraction of the second; what is finer is cut off.</param>
    /// <returns>Null for a year that has not four digits.</returns>
    public static string? TryFormat(Instant instant, int digits) => instant < First || instant >= End
        ? null
        : string.Create(LengthToSeconds + (digits == 0 ? 0 : digits + 1) + 1, (Instant: instant, Digits: digits), static (text, given) => Fill(text, given.Instant, given.Digits));

    private static void Fill(Span<char> text, Instant instant, int digits)
    {
        var date = DateTime.UnixEpoch.AddTicks(instant.ToUnixTimeTicks());
        "0000-00-00T00:00:00".CopyTo(text);
        Number(text[..4], date.Year);
        Number(text[5..7], date.Month);
        Number(text[8..10], date.Day);
        Number(text[11..13], date.Hour);
        Number(text[14..16], date.Minute);
        Number(text[17..19], date.Second);
        if (digits > 0)
        {
            var nanoseconds = (instant - Instant.FromUnixTimeSeconds(instant.ToUnixTimeSeconds())).SubsecondNanoseconds;
            text[LengthToSeconds] = '.';
            Number(text.Slice(LengthToSeconds + 1, digits), digits switch { 3 => nanoseconds / 1_000_000, 6 => nanoseconds / 1_000, _ => nanoseconds });
        }

        text[^1] = 'Z';
    }

    private static void Number(Span<char> text, int number)
    {
        for (var place = text.Length - 1; place >= 0; place--)
        {
            text[place] = (char)('0' + (number % 10));
            number /= 10;
        }
    }
}

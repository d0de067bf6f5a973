using NodaTime;
using NodaTime.Text;

namespace Kestra.Model.Json;

/// <summary>Instants as ISO texts with <c>Z</c> or an offset; seconds may be left out.</summary>
public static class Instants
{
    private static readonly OffsetDateTimePattern Minutes = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mmo<Z+HH:mm>");

    /// <summary>Null when the text is no such date.</summary>
    public static Instant? Parse(string text) =>
        InstantPattern.ExtendedIso.Parse(text) is { Success: true, Value: var instant } ? instant
        : OffsetDateTimePattern.ExtendedIso.Parse(text) is { Success: true, Value: var date } ? date.ToInstant()
        : Minutes.Parse(text) is { Success: true, Value: var minutes } ? minutes.ToInstant()
        : null;
}

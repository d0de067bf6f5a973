using Kestra.Model.Json;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Model.Flows.Reading;

/// <summary>Reads one kind of date or time from ISO texts, and says as the original does why there is none.</summary>
public sealed class TemporalParser<T>
    where T : struct
{
    private readonly TemporalShape shape;
    private readonly Func<string, T?> parse;

    internal TemporalParser(TemporalShape shape, Func<string, T?> parse)
    {
        this.shape = shape;
        this.parse = parse;
    }

    /// <param name="reason">Why there is no value.</param>
    public T? Parse(string text, out string reason)
    {
        var value = parse(text);
        reason = value is null ? $"Text '{text}' could not be parsed{shape.Fault(text)}" : "";
        return value;
    }
}

/// <summary>The dates and times of the flow language.</summary>
public static class TemporalParsers
{
    private static readonly LocalTimePattern Minutes = LocalTimePattern.CreateWithInvariantCulture("HH':'mm");

    public static TemporalParser<LocalDate> Date { get; } = new(TemporalShape.Date, text => LocalDatePattern.Iso.Parse(text) is { Success: true, Value: var date } ? date : null);

    public static TemporalParser<LocalTime> Time { get; } = new(TemporalShape.Time, text =>
        LocalTimePattern.ExtendedIso.Parse(text) is { Success: true, Value: var time } ? time
        : Minutes.Parse(text) is { Success: true, Value: var minutes } ? minutes
        : null);

    /// <summary>A date and time with <c>Z</c> or an offset.</summary>
    public static TemporalParser<Instant> DateTime { get; } = new(TemporalShape.DateTime, text => Instants.Parse(text));
}

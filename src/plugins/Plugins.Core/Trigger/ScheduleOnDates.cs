using System.Text.Json;

using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Plugins.Core.Trigger;

/// <summary>Creates executions at given dates, once each.</summary>
[Plugin("io.kestra.plugin.core.trigger.ScheduleOnDates", Title = "Schedule a flow on specific dates.")]
public sealed class ScheduleOnDates : IScheduleTrigger
{
    private IReadOnlyList<Instant>? sorted;

    /// <summary>Dates with time and offset.</summary>
    [PluginProperty(Required = true)]
    public Property<IReadOnlyList<OffsetDateTime>>? Dates { get; init; }

    [PluginProperty(Dynamic = true)]
    public IReadOnlyDictionary<string, object?>? Inputs { get; init; }

    public MissedSchedules? RecoverMissedSchedules { get; init; }

    /// <summary>Id of a time zone in which dates are shown; null is the server's.</summary>
    [PluginProperty(Dynamic = true)]
    public string? Timezone { get; init; }

    Duration? IScheduleTrigger.LateMaximumDelay => null;

    bool IScheduleTrigger.IsListOfDates => true;

    public DateTimeZone? Zone => TimeZones.Of(Timezone);

    public ZonedDateTime? Next(ZonedDateTime after)
    {
        foreach (var date in Sorted().Where(date => date > after.ToInstant()))
        {
            return date.InZone(after.Zone);
        }

        return null;
    }

    public ZonedDateTime? Previous(ZonedDateTime before)
    {
        foreach (var date in Sorted().Reverse().Where(date => date < before.ToInstant()))
        {
            return date.InZone(before.Zone);
        }

        return null;
    }

    private IReadOnlyList<Instant> Sorted() => sorted ??= [.. Read().Select(static date => date.ToInstant()).Distinct().Order()];

    private IReadOnlyList<OffsetDateTime> Read()
    {
        try
        {
            return PropertyConversion.To<IReadOnlyList<OffsetDateTime>>(Dates!.Raw) ?? [];
        }
        catch (Exception error) when (error is FormatException or JsonException)
        {
            throw new TriggerFaultException($"The dates of the schedule can't be read: {error.Message}");
        }
    }
}

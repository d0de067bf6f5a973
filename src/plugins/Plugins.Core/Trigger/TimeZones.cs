using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Plugins.Core.Trigger;

/// <summary>Time zones as users write them: ids, and offsets such as <c>+02:00</c> and <c>GMT+2</c>.</summary>
internal static class TimeZones
{
    /// <returns>Null when none is written.</returns>
    /// <exception cref="TriggerFaultException">There is no such zone.</exception>
    public static DateTimeZone? Of(string? id) => id is null ? null : Find(id) ?? throw new TriggerFaultException($"timezone '({id})' is not a valid time-zone ID");

    public static DateTimeZone? Find(string id)
    {
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) is { } known)
        {
            return known;
        }

        var offset = id is ['G', 'M', 'T', ..] or ['U', 'T', 'C', ..] ? id[3..] : id;
        return offset is "Z" ? DateTimeZone.Utc : DateTimeZoneProviders.Tzdb.GetZoneOrNull("UTC" + Padded(offset));
    }

    private static string Padded(string offset) => offset is ['+' or '-', >= '0' and <= '9'] ? $"{offset[0]}0{offset[1..]}" : offset;
}

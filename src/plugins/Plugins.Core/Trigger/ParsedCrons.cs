using System.Collections.Concurrent;
using Kestra.Cron;

namespace Kestra.Plugins.Core.Trigger;

/// <summary>Cron expressions that were read already: an installation has many schedules and few different expressions.</summary>
internal static class ParsedCrons
{
    private const int Limit = 10_000;

    private static readonly ConcurrentDictionary<(string Text, bool WithSeconds), CronExpression> Known = new();

    /// <returns>Null when the text is no expression.</returns>
    public static CronExpression? Find(string text, bool withSeconds, out string? error)
    {
        error = null;
        if (Known.TryGetValue((text, withSeconds), out var known))
        {
            return known;
        }

        if (!CronExpression.TryParse(text, withSeconds, out var parsed, out error))
        {
            return null;
        }

        if (Known.Count >= Limit)
        {
            Known.Clear();
        }

        return Known.GetOrAdd((text, withSeconds), parsed);
    }
}

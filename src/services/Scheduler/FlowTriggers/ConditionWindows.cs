using System.Text.Json;
using Kestra.Model.Json;
using Kestra.Plugins.Triggers;
using Kestra.Storage.Cluster;
using NodaTime;

namespace Kestra.Scheduler.FlowTriggers;

/// <summary>Remembers, over restarts, what has been met of multiple conditions. One record for each condition.</summary>
internal sealed class ConditionWindows(ISettingRepository settings, DateTimeZone zone)
{
    /// <summary>The window that a moment falls into, with what was met in it; null when none is open then.</summary>
    public async Task<ConditionWindow?> FindAsync(FlowTriggerEntry entry, IMultipleCondition condition, Instant now, CancellationToken cancellationToken)
    {
        if (await settings.FindAsync(Key(entry, condition), cancellationToken) is { } text && Read(text) is { } stored && stored.Contains(now))
        {
            return stored;
        }

        var fresh = ConditionWindow.At(condition.Window, now, zone);
        return fresh.Contains(now) ? fresh : null;
    }

    public Task SaveAsync(FlowTriggerEntry entry, IMultipleCondition condition, ConditionWindow window, CancellationToken cancellationToken) =>
        settings.SaveAsync(Key(entry, condition), Write(window), cancellationToken);

    public Task ForgetAsync(FlowTriggerEntry entry, IMultipleCondition condition, CancellationToken cancellationToken) =>
        settings.DeleteAsync(Key(entry, condition), cancellationToken);

    private static string Key(FlowTriggerEntry entry, IMultipleCondition condition) =>
        $"flow-trigger.window/{entry.Flow.TenantId}/{entry.Flow.Namespace}/{entry.Flow.Id}/{condition.Id}";

    private static string Write(ConditionWindow window)
    {
        var record = new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["start"] = window.Start.ToUnixTimeMilliseconds(),
            ["end"] = window.End.ToUnixTimeMilliseconds(),
            ["results"] = window.Results.Order(StringComparer.Ordinal).ToList<object?>(),
            ["outputs"] = window.Outputs,
        };
        return System.Text.Encoding.UTF8.GetString(ModelJson.SerializeValue(record, JsonProfile.Database));
    }

    private static ConditionWindow Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        return new ConditionWindow(
            Instant.FromUnixTimeMilliseconds(root.GetProperty("start").GetInt64()),
            Instant.FromUnixTimeMilliseconds(root.GetProperty("end").GetInt64()),
            root.GetProperty("results").EnumerateArray().Select(static item => item.GetString()!).ToHashSet(StringComparer.Ordinal),
            ModelJson.ReadValue(root.GetProperty("outputs")) as IReadOnlyDictionary<string, object?> ?? new OrderedDictionary<string, object?>());
    }
}

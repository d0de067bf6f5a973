using System.Text.RegularExpressions;
using Kestra.Flows.Validation;
using Kestra.Model.Flows;
using Kestra.Plugins.Description;

namespace Kestra.Flows.Review;

/// <summary>Says of a source that was read what a validation answers: faults, and advice about what is allowed but not good.</summary>
public static partial class FlowReviewer
{
    private const string Subflow = "io.kestra.plugin.core.flow.Subflow";
    private const string FlowTrigger = "io.kestra.plugin.core.trigger.Flow";
    private const string Pause = "io.kestra.plugin.core.flow.Pause";

    /// <param name="lastRevision">Of the stored flow; null when there is none.</param>
    /// <param name="lookUp">Finds flows that are called; null skips the advice about them.</param>
    public static async Task<FlowReview> ReviewAsync(FlowReading reading, IPluginCatalog catalog, int? lastRevision, FlowLookup? lookUp, CancellationToken cancellationToken)
    {
        if (!reading.IsReadable)
        {
            return new FlowReview(reading.Constraints, false, reading.Faults);
        }

        var flow = reading.Flow!;
        return new FlowReview(reading.Constraints, flow.Revision is { } revision && revision != (lastRevision ?? 0) + 1, reading.Faults)
        {
            IsReadable = true,
            FlowId = flow.Id,
            Namespace = flow.Namespace,
            DeprecationPaths = [.. Deprecations.Of(flow, reading.Raw!, catalog)],
            Warnings =
            [
                .. lookUp is null ? [] : await SubflowsAsync(flow, catalog, lookUp, cancellationToken),
                .. Triggers(flow, catalog),
                .. reading.Tasks.SelectMany(UselessProperties),
            ],
            Infos = [.. Aliases.In(reading.Raw!, catalog)],
        };
    }

    private static async Task<IReadOnlyList<string>> SubflowsAsync(Flow flow, IPluginCatalog catalog, FlowLookup lookUp, CancellationToken cancellationToken)
    {
        var warnings = new List<string>();
        foreach (var task in flow.Tasks.Where(task => catalog.Find(task.Type)?.Type == Subflow))
        {
            var id = task.Properties.GetValueOrDefault("flowId") as string;
            var name = task.Properties.GetValueOrDefault("namespace") as string;
            if (IsExpression(id) || IsExpression(name))
            {
                continue;
            }

            var presence = id is null || name is null ? FlowPresence.Missing : await lookUp(name, id, cancellationToken);
            if (presence != FlowPresence.Present)
            {
                warnings.Add($"The subflow '{id ?? "null"}' {(presence == FlowPresence.Missing ? "not found" : "is disabled")} in namespace '{name ?? "null"}'.");
            }
        }

        return warnings;
    }

    private static bool IsExpression(string? text) => text is not null && Expression().IsMatch(text);

    private static IEnumerable<string> Triggers(Flow flow, IPluginCatalog catalog) =>
        from trigger in flow.Triggers ?? []
        where catalog.Find(trigger.Type)?.Type == FlowTrigger && trigger.Conditions is not { Count: > 0 } && trigger.Properties.GetValueOrDefault("preconditions") is null
        select $"This flow will be triggered for EVERY execution of EVERY flow on your instance. We recommend adding the preconditions property to the Flow trigger '{trigger.Id}'.";

    private static IEnumerable<string> UselessProperties(FoundTask found)
    {
        if (found.Plugin is null or { Role: TaskRole.Runnable })
        {
            return [];
        }

        var task = found.Task;
        return new[] { ("timeout", task.Timeout is not null && found.Plugin.Type != Pause), ("taskCache", task.TaskCache is not null), ("workerGroup", task.WorkerGroup is not null) }
            .Where(property => property.Item2)
            .Select(property => $"The task '{task.Id}' cannot use the '{property.Item1}' property as it's only relevant for runnable tasks.");
    }

    [GeneratedRegex(@"^.*\{\{.+\}\}.*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Expression();
}

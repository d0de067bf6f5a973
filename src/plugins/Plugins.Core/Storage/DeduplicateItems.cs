using System.Text;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Storage;

/// <summary>Keeps of the items with one key only the last.</summary>
[Plugin("io.kestra.plugin.core.storage.DeduplicateItems", Aliases = ["io.kestra.core.tasks.storages.DeduplicateItems"], Title = "Deduplicate an Ion file based on a key.")]
[PluginOutput("uri", typeof(Uri), Title = "The deduplicated file URI.")]
[PluginOutput("numKeys", typeof(long), Title = "The number of distinct keys observed by the task.")]
[PluginOutput("processedItemsTotal", typeof(long), Title = "The total number of items that was processed by the task.")]
[PluginOutput("droppedItemsTotal", typeof(long), Title = "The total number of items that was dropped by the task.")]
public sealed class DeduplicateItems : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? From { get; init; }

    /// <summary>Expression of an item's key, over the item's fields.</summary>
    [PluginProperty(Required = true)]
    public string Expr { get; init; } = "";

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var from = From.Required(context, "from");
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        var processed = 0L;
        await foreach (var line in StoredItems.LinesAsync(context, from, cancellationToken))
        {
            last[Key(context, line, processed)] = processed;
            processed++;
        }

        var kept = last.Values.ToHashSet();
        var target = context.WorkingDirectory.CreateTempFile(".ion");
        await WriteAsync(context, from, target, kept, cancellationToken);
        return new TaskResult(new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["uri"] = await context.Storage.PutFileAsync(target, cancellationToken: cancellationToken),
            ["numKeys"] = (long)last.Count,
            ["processedItemsTotal"] = processed,
            ["droppedItemsTotal"] = processed - last.Count,
        });
    }

    private string Key(IRunContext context, string line, long index) => context.Render(Expr, StoredItems.Fields(line, index + 1)) ?? "";

    private static async Task WriteAsync(IRunContext context, string from, string target, HashSet<long> kept, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(target, append: false, new UTF8Encoding(false));
        var index = 0L;
        await foreach (var line in StoredItems.LinesAsync(context, from, cancellationToken))
        {
            if (kept.Contains(index++))
            {
                await writer.WriteAsync(line);
                await writer.WriteAsync('\n');
            }
        }
    }
}

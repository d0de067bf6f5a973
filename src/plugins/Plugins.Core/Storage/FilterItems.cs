using System.Text;
using Kestra.Expressions;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Storage;

public enum FilterType { INCLUDE, EXCLUDE }

/// <summary>What becomes of an item whose condition can't be rendered, or renders to nothing.</summary>
public enum ErrorOrNullBehavior { FAIL, INCLUDE, EXCLUDE }

/// <summary>Keeps the items that meet a condition.</summary>
[Plugin("io.kestra.plugin.core.storage.FilterItems", Aliases = ["io.kestra.core.tasks.storages.FilterItems"], Title = "Filter an Ion file by retaining or excluding items that match a given expression.")]
[PluginOutput("uri", typeof(Uri), Title = "The filtered file URI.")]
[PluginOutput("processedItemsTotal", typeof(long), Title = "The total number of items that was processed by the task.")]
[PluginOutput("droppedItemsTotal", typeof(long), Title = "The total number of items that was dropped by the task.")]
public sealed class FilterItems : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? From { get; init; }

    /// <summary>Expression over the item's fields.</summary>
    [PluginProperty(Required = true)]
    public string FilterCondition { get; init; } = "";

    public Property<FilterType> FilterType { get; init; } = Property.Of<FilterType>(nameof(Storage.FilterType.INCLUDE));

    public Property<ErrorOrNullBehavior> ErrorOrNullBehavior { get; init; } = Property.Of<ErrorOrNullBehavior>(nameof(Storage.ErrorOrNullBehavior.FAIL));

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var keepsMatches = FilterType.Or(context, Storage.FilterType.INCLUDE) == Storage.FilterType.INCLUDE;
        var behavior = ErrorOrNullBehavior.Or(context, Storage.ErrorOrNullBehavior.FAIL);
        var target = context.WorkingDirectory.CreateTempFile(".ion");
        var (processed, dropped) = (0L, 0L);
        await using (var writer = new StreamWriter(target, append: false, new UTF8Encoding(false)))
        {
            await foreach (var line in StoredItems.LinesAsync(context, From.Required(context, "from"), cancellationToken))
            {
                processed++;
                if (Keeps(context, line, processed, keepsMatches, behavior))
                {
                    await writer.WriteAsync(line);
                    await writer.WriteAsync('\n');
                }
                else
                {
                    dropped++;
                }
            }
        }

        return new TaskResult(new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["uri"] = await context.Storage.PutFileAsync(target, cancellationToken: cancellationToken),
            ["processedItemsTotal"] = processed,
            ["droppedItemsTotal"] = dropped,
        });
    }

    private bool Keeps(IRunContext context, string line, long number, bool keepsMatches, ErrorOrNullBehavior behavior)
    {
        object? result;
        try
        {
            result = context.RenderTyped(FilterCondition, StoredItems.Fields(line, number));
        }
        catch (ExpressionException) when (behavior != Storage.ErrorOrNullBehavior.FAIL)
        {
            return behavior == Storage.ErrorOrNullBehavior.INCLUDE;
        }

        return result switch
        {
            null when behavior == Storage.ErrorOrNullBehavior.FAIL => throw new TaskFailedException($"Expression `{FilterCondition}` return `null` on item `{line}`"),
            null => behavior == Storage.ErrorOrNullBehavior.INCLUDE,
            _ => ValueConversion.IsTruthy(ValueConversion.ToText(result).Trim()) == keepsMatches,
        };
    }
}

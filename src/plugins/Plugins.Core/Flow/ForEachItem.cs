using Kestra.Model.Flows;
using Kestra.Plugins.Core.Storage;
using Kestra.Plugins.Description;
using Kestra.Plugins.Flowables;
using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Plugins.Core.Flow;

/// <summary>Splits a file and runs a flow for each part. It is three tasks in a row, whose ids are its own with a suffix.</summary>
[Plugin("io.kestra.plugin.core.flow.ForEachItem", Aliases = ["io.kestra.core.tasks.flows.ForEachItem"], Title = "Execute a subflow for each batch of items.")]
public sealed class ForEachItem : FlowableTask, IDeclaredTask, ISelfChecking
{
    private TaskDefinition? definition;

    /// <summary>Address of the file.</summary>
    [PluginProperty(NotEmpty = true, Dynamic = true)]
    public string Items { get; init; } = "";

    [PluginProperty(DocumentedDefault = """{"rows":"1","separator":"\n"}""")]
    public ForEachItemBatch Batch { get; init; } = new();

    [PluginProperty(NotEmpty = true, Dynamic = true)]
    public string Namespace { get; init; } = "";

    [PluginProperty(NotEmpty = true, Dynamic = true)]
    public string FlowId { get; init; } = "";

    public int? Revision { get; init; }

    /// <summary>See <c>taskrun.items</c>, the address of the part, and <c>taskrun.iteration</c>.</summary>
    [PluginProperty(Dynamic = true)]
    public IReadOnlyDictionary<string, object?>? Inputs { get; init; }

    public bool Wait { get; init; } = true;

    public bool TransmitFailed { get; init; } = true;

    public bool InheritLabels { get; init; }

    /// <summary>A map, or a list of keys and values.</summary>
    [PluginProperty(Dynamic = true)]
    public object? Labels { get; init; }

    [PluginProperty(Dynamic = true, Shape = typeof(Instant))]
    public string? ScheduleDate { get; init; }

    public RestartBehavior RestartBehavior { get; init; } = RestartBehavior.RETRY_FAILED;

    TaskDefinition IDeclaredTask.Definition
    {
        set => definition = value;
    }

    public override IEnumerable<TaskDefinition> Children
    {
        get
        {
            // Without its declaration, as when its properties alone are looked at, it has no parts yet.
            if (definition is not { Id: var id, Properties: var given })
            {
                yield break;
            }

            yield return Part(id + "_split", ForEachItemSplit.TypeName, Some(given, "items", "batch"));
            yield return Part(id + "_items", ForEachItemExecutable.TypeName, Subflow(given, id));
            yield return Part(id + "_merge", ForEachItemMergeOutputs.TypeName, new OrderedDictionary<string, object?> { ["itemsTaskId"] = id + "_items" });
        }
    }

    public IEnumerable<PluginBindingFault> Check() => LabelValues.Check(Labels);

    public override FlowablePlan Plan(Func<string, string?> render) => new() { Tasks = [.. Children] };

    private static OrderedDictionary<string, object?> Subflow(IReadOnlyDictionary<string, object?> given, string id)
    {
        var properties = Some(given, "namespace", "flowId", "revision", "inputs", "wait", "transmitFailed", "inheritLabels", "labels", "scheduleDate", "restartBehavior");
        properties["splitTaskId"] = id + "_split";
        return properties;
    }

    private static OrderedDictionary<string, object?> Some(IReadOnlyDictionary<string, object?> given, params ReadOnlySpan<string> names)
    {
        var some = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (given.GetValueOrDefault(name) is { } value)
            {
                some[name] = value;
            }
        }

        return some;
    }

    private static TaskDefinition Part(string id, string type, IReadOnlyDictionary<string, object?> properties) => new() { Id = id, Type = type, Properties = properties };
}

/// <summary>How the file is split; see <see cref="Split"/>.</summary>
[DefinitionName("io.kestra.plugin.core.flow.ForEachItem-Batch")]
public sealed class ForEachItemBatch
{
    public Property<string>? Bytes { get; init; }

    public Property<int>? Partitions { get; init; }

    public Property<int> Rows { get; init; } = Property.Of<int>(1);

    public Property<string> Separator { get; init; } = Property.Of<string>("\n");

    internal SplitRule Rule(IRunContext context) => new(Bytes?.Render(context), Partitions?.Render(context), Rows.Or(context, 1), Separator.Or(context, "\n"));
}

using System.Text;
using Kestra.Plugins.Core.Storage;
using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Plugins.Core.Flow;

/// <summary>First part of a ForEachItem: splits the file and lists the parts.</summary>
[Plugin(TypeName, Title = "Split the items of a ForEachItem task.", Internal = true)]
[PluginOutput("splits", typeof(Uri))]
public sealed class ForEachItemSplit : IRunnableTask
{
    public const string TypeName = "io.kestra.plugin.core.flow.ForEachItem$ForEachItemSplit";

    [PluginProperty(Dynamic = true)]
    public string Items { get; init; } = "";

    public ForEachItemBatch Batch { get; init; } = new();

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var items = context.Render(Items) ?? "";
        if (!items.StartsWith("kestra://", StringComparison.Ordinal))
        {
            var message = $"Unable to split the items from {items}, this is not an internal storage URI!";
            context.Logger.Error(message);
            throw new TaskFailedException(message);
        }

        var parts = await FileSplitter.SplitAsync(context, items, Batch.Rule(context), cancellationToken);
        using var list = new MemoryStream(Encoding.UTF8.GetBytes(string.Concat(parts.Select(static part => part + "\n"))));
        return Outputs.One("splits", await context.Storage.PutAsync(list, "splits.txt", cancellationToken));
    }
}

/// <summary>Second part of a ForEachItem: an execution for each part of the file.</summary>
[Plugin(TypeName, Title = "Execute a subflow for each batch of items.", Internal = true)]
[PluginOutput("iterations", typeof(IReadOnlyDictionary<string, int>))]
[PluginOutput("numberOfBatches", typeof(int))]
[PluginOutput("uri", typeof(Uri))]
public sealed class ForEachItemExecutable : IBatchExecutableTask
{
    public const string TypeName = "io.kestra.plugin.core.flow.ForEachItem$ForEachItemExecutable";

    public string Namespace { get; init; } = "";

    public string FlowId { get; init; } = "";

    public int? Revision { get; init; }

    public IReadOnlyDictionary<string, object?>? Inputs { get; init; }

    public object? Labels { get; init; }

    public bool InheritLabels { get; init; }

    [PluginProperty(Dynamic = true, Shape = typeof(Instant))]
    public string? ScheduleDate { get; init; }

    public bool Wait { get; init; } = true;

    public bool TransmitFailed { get; init; } = true;

    public RestartBehavior RestartBehavior { get; init; } = RestartBehavior.RETRY_FAILED;

    public string SplitTaskId { get; init; } = "";

    public bool RestartsFailed => RestartBehavior == RestartBehavior.RETRY_FAILED;

    public IEnumerable<string> RequestExpressions => Texts.In(Inputs).Concat(Texts.In(Labels)).Concat(Texts.In(ScheduleDate)).Append(Namespace).Append(FlowId);

    public SubflowRequest Request(Func<object?, object?> render) => Subflow.RequestOf(render, Namespace, FlowId, Revision, Inputs, Labels, InheritLabels, ScheduleDate);
}

/// <summary>Third part of a ForEachItem: the outputs of all executions in one file.</summary>
[Plugin(TypeName, Title = "Merge the outputs of the executions of a ForEachItem task.", Internal = true)]
[PluginOutput("subflowOutputs", typeof(Uri))]
public sealed class ForEachItemMergeOutputs : IRunnableTask
{
    public const string TypeName = "io.kestra.plugin.core.flow.ForEachItem$ForEachItemMergeOutputs";

    public string ItemsTaskId { get; init; } = "";

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        if (SiblingOutputs.Of(context, ItemsTaskId)?.GetValueOrDefault("subflowOutputsBaseUri") is not string folder)
        {
            return TaskResult.Empty;
        }

        var merged = context.WorkingDirectory.CreateTempFile(".ion");
        var count = 0;
        await using (var output = File.Create(merged))
        {
            await foreach (var address in context.Storage.ListAsync("kestra://" + folder, cancellationToken))
            {
                if (address.EndsWith("/outputs.ion", StringComparison.Ordinal))
                {
                    await using var source = await context.Storage.OpenAsync(address, cancellationToken);
                    await source.CopyToAsync(output, cancellationToken);
                    count++;
                }
            }
        }

        return count == 0 ? TaskResult.Empty : Outputs.One("subflowOutputs", await context.Storage.PutFileAsync(merged, "outputs.ion", cancellationToken));
    }
}

/// <summary>Outputs of a task beside the present one, in the same turn of every loop around both.</summary>
internal static class SiblingOutputs
{
    /// <returns>Null when it has none.</returns>
    public static IReadOnlyDictionary<string, object?>? Of(IRunContext context, string taskId)
    {
        var outputs = Map(Map(context.Variables.GetValueOrDefault("outputs"))?.GetValueOrDefault(taskId));
        foreach (var value in Values(context))
        {
            outputs = Map(outputs?.GetValueOrDefault(value));
        }

        return outputs;
    }

    // Of the loops around, the outermost first, then the own one.
    private static IEnumerable<string> Values(IRunContext context)
    {
        var parents = context.Variables.GetValueOrDefault("parents") as IReadOnlyList<object?> ?? [];
        var around = parents.Reverse().Select(static parent => Map(Map(parent)?.GetValueOrDefault("taskrun"))?.GetValueOrDefault("value") as string);
        return around.Append(context.TaskRun?.Value).OfType<string>();
    }

    private static IReadOnlyDictionary<string, object?>? Map(object? value) => value as IReadOnlyDictionary<string, object?>;
}

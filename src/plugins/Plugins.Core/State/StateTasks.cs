using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.State;

/// <summary>Merges values into the state.</summary>
[Plugin("io.kestra.plugin.core.state.Set", Aliases = ["io.kestra.core.tasks.states.Set"], Title = "Set a state in the state store.")]
[PluginOutput("count", typeof(int), Title = "The count of properties found in the state.")]
[PluginOutput("key", typeof(string), Title = "The key of the current state.")]
public sealed class SetState : StateTask, IRunnableTask
{
    public Property<IReadOnlyDictionary<string, object?>>? Data { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var key = KeyOf(context);
        var merged = Maps.Merged(await StoredState.FindAsync(context, key, cancellationToken), Data?.Render(context) ?? new OrderedDictionary<string, object?>());
        await context.KeyValues().PutAsync(key, merged, description: null, timeToLive: null, overwrite: true, cancellationToken);
        return new TaskResult(new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["count"] = merged.Count, ["key"] = key });
    }
}

/// <summary>Reads the state.</summary>
[Plugin("io.kestra.plugin.core.state.Get", Aliases = ["io.kestra.core.tasks.states.Get"], Title = "Get a state from the state store.")]
[PluginOutput("count", typeof(int), Title = "The count of properties found in the state.")]
[PluginOutput("data", typeof(IReadOnlyDictionary<string, object?>), Title = "The data extracted from the state.")]
public sealed class GetState : StateTask, IRunnableTask
{
    public Property<bool> ErrorOnMissing { get; init; } = Property.Of<bool>(false);

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var data = await StoredState.FindAsync(context, KeyOf(context), cancellationToken);
        if (data is null && ErrorOnMissing.Or(context, false))
        {
            throw new TaskFailedException($"Unable to find the state file '{NameOf(context)}'");
        }

        return new TaskResult(new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["count"] = data?.Count ?? 0, ["data"] = data ?? new OrderedDictionary<string, object?>() });
    }
}

/// <summary>Removes the state.</summary>
[Plugin("io.kestra.plugin.core.state.Delete", Aliases = ["io.kestra.core.tasks.states.Delete"], Title = "Delete a state from the state store.")]
[PluginOutput("deleted", typeof(bool), Title = "Flag specifying whether the state file was deleted.")]
public sealed class DeleteState : StateTask, IRunnableTask
{
    public Property<bool> ErrorOnMissing { get; init; } = Property.Of<bool>(false);

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var deleted = await context.KeyValues().DeleteAsync(KeyOf(context), cancellationToken);
        return deleted || !ErrorOnMissing.Or(context, false)
            ? Outputs.One("deleted", deleted)
            : throw new TaskFailedException($"Unable to find the state file '{NameOf(context)}'");
    }
}

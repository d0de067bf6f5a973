using Kestra.Plugins;

[assembly: PluginTable(typeof(Kestra.Plugins.Core.CorePluginTable))]

namespace Kestra.Plugins.Core;

/// <summary>The plugins of this assembly by name, so that starting up looks at none of their classes. A test keeps it equal to the attributes.</summary>
public sealed class CorePluginTable : IPluginTable
{
    public IReadOnlyList<PluginTableEntry> Entries { get; } =
    [
        new("io.kestra.plugin.core.debug.Echo", static () => typeof(Debug.Echo), "io.kestra.core.tasks.debugs.Echo"),
        new("io.kestra.plugin.core.debug.Return", static () => typeof(Debug.Return), "io.kestra.core.tasks.debugs.Return"),
        new("io.kestra.plugin.core.execution.Assert", static () => typeof(Execution.Assert)),
        new("io.kestra.plugin.core.execution.Exit", static () => typeof(Execution.Exit)),
        new("io.kestra.plugin.core.execution.Fail", static () => typeof(Execution.Fail), "io.kestra.core.tasks.executions.Fail"),
        new("io.kestra.plugin.core.execution.Labels", static () => typeof(Execution.Labels), "io.kestra.core.tasks.executions.Labels"),
        new("io.kestra.plugin.core.execution.SetVariables", static () => typeof(Execution.SetVariables)),
        new("io.kestra.plugin.core.execution.UnsetVariables", static () => typeof(Execution.UnsetVariables)),
        new("io.kestra.plugin.core.flow.AllowFailure", static () => typeof(Flow.AllowFailure), "io.kestra.core.tasks.flows.AllowFailure"),
        new("io.kestra.plugin.core.flow.Dag", static () => typeof(Flow.Dag), "io.kestra.core.tasks.flows.Dag"),
        new("io.kestra.plugin.core.flow.EachParallel", static () => typeof(Flow.EachParallel), "io.kestra.core.tasks.flows.EachParallel"),
        new("io.kestra.plugin.core.flow.EachSequential", static () => typeof(Flow.EachSequential), "io.kestra.core.tasks.flows.EachSequential"),
        new("io.kestra.plugin.core.flow.ForEach", static () => typeof(Flow.ForEach)),
        new("io.kestra.plugin.core.flow.If", static () => typeof(Flow.If), "io.kestra.core.tasks.flows.If"),
        new("io.kestra.plugin.core.flow.LoopUntil", static () => typeof(Flow.LoopUntil), "io.kestra.plugin.core.flow.WaitFor"),
        new("io.kestra.plugin.core.flow.Parallel", static () => typeof(Flow.Parallel), "io.kestra.core.tasks.flows.Parallel"),
        new("io.kestra.plugin.core.flow.Pause", static () => typeof(Flow.Pause), "io.kestra.core.tasks.flows.Pause"),
        new("io.kestra.plugin.core.flow.Sequential", static () => typeof(Flow.Sequential), "io.kestra.core.tasks.flows.Sequential"),
        new("io.kestra.plugin.core.flow.Sleep", static () => typeof(Flow.Sleep)),
        new("io.kestra.plugin.core.flow.Subflow", static () => typeof(Flow.Subflow), "io.kestra.core.tasks.flows.Subflow", "io.kestra.core.tasks.flows.Flow"),
        new("io.kestra.plugin.core.flow.Switch", static () => typeof(Flow.Switch), "io.kestra.core.tasks.flows.Switch"),
        new("io.kestra.plugin.core.flow.WorkingDirectory", static () => typeof(Flow.WorkingDirectory), "io.kestra.core.tasks.flows.Worker", "io.kestra.core.tasks.flows.WorkingDirectory"),
        new("io.kestra.plugin.core.http.Download", static () => typeof(Http.Download), "io.kestra.plugin.fs.http.Download"),
        new("io.kestra.plugin.core.http.Request", static () => typeof(Http.Request), "io.kestra.plugin.fs.http.Request"),
        new("io.kestra.plugin.core.http.Trigger", static () => typeof(Http.HttpTrigger), "io.kestra.plugin.fs.http.Trigger"),
        new("io.kestra.plugin.core.kv.Delete", static () => typeof(Kv.Delete)),
        new("io.kestra.plugin.core.kv.Get", static () => typeof(Kv.Get)),
        new("io.kestra.plugin.core.kv.GetKeys", static () => typeof(Kv.GetKeys)),
        new("io.kestra.plugin.core.kv.Set", static () => typeof(Kv.Set)),
        new("io.kestra.plugin.core.log.Log", static () => typeof(Log.LogTask), "io.kestra.core.tasks.log.Log"),
        new("io.kestra.plugin.core.output.OutputValues", static () => typeof(Output.OutputValues)),
        new("io.kestra.plugin.core.storage.Concat", static () => typeof(Storage.Concat), "io.kestra.core.tasks.storages.Concat"),
        new("io.kestra.plugin.core.storage.DeduplicateItems", static () => typeof(Storage.DeduplicateItems), "io.kestra.core.tasks.storages.DeduplicateItems"),
        new("io.kestra.plugin.core.storage.Delete", static () => typeof(Storage.Delete), "io.kestra.core.tasks.storages.Delete"),
        new("io.kestra.plugin.core.storage.FilterItems", static () => typeof(Storage.FilterItems), "io.kestra.core.tasks.storages.FilterItems"),
        new("io.kestra.plugin.core.storage.LocalFiles", static () => typeof(Storage.LocalFiles), "io.kestra.core.tasks.storages.LocalFiles"),
        new("io.kestra.plugin.core.storage.PurgeCurrentExecutionFiles", static () => typeof(Storage.PurgeCurrentExecutionFiles), "io.kestra.core.tasks.storages.PurgeExecution", "io.kestra.plugin.core.storage.PurgeExecution"),
        new("io.kestra.plugin.core.storage.Reverse", static () => typeof(Storage.Reverse), "io.kestra.core.tasks.storages.Reverse"),
        new("io.kestra.plugin.core.storage.Size", static () => typeof(Storage.Size), "io.kestra.core.tasks.storages.Size"),
        new("io.kestra.plugin.core.storage.Split", static () => typeof(Storage.Split), "io.kestra.core.tasks.storages.Split"),
        new("io.kestra.plugin.core.storage.Write", static () => typeof(Storage.Write)),
        new("io.kestra.plugin.core.trigger.Schedule", static () => typeof(Trigger.Schedule), "io.kestra.core.models.triggers.types.Schedule"),
        new("io.kestra.plugin.core.trigger.Webhook", static () => typeof(Trigger.Webhook), "io.kestra.core.models.triggers.types.Webhook"),
    ];
}

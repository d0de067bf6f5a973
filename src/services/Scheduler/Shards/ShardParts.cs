using Kestra.Hosting.Lanes;
using Kestra.Hosting.Triggers;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Storage.Flows;
using Kestra.Storage.Triggers;
using Microsoft.Extensions.Logging;

namespace Kestra.Scheduler.Shards;

/// <summary>What all shards of one process are made from.</summary>
/// <param name="Read">Parses a stored source with the plugin defaults that hold for it.</param>
internal sealed record ShardParts(
    IFlowRepository Flows,
    ITriggerRepository Triggers,
    Func<StoredFlow, Flow> Read,
    TriggerExecutions TriggerExecutions,
    IExecutionCommands Commands,
    IExecutionReader Executions,
    TriggerLog Log,
    IIdSource Ids,
    SchedulerOptions Options,
    SchedulerMetrics Metrics,
    TimeProvider Time,
    ILogger Logger);

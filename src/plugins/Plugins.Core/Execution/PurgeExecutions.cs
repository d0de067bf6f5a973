using Kestra.Model.Executions;
using Kestra.Plugins.Services;
using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Plugins.Core.Execution;

/// <summary>Removes ended executions with their logs, metrics and files.</summary>
[Plugin(
    "io.kestra.plugin.core.execution.PurgeExecutions",
    Aliases = ["io.kestra.core.tasks.storages.Purge", "io.kestra.plugin.core.storage.Purge"],
    Title = "Purge executions, logs, metrics, and storage files.")]
[PluginOutput("executionsCount", typeof(long), Title = "The count of deleted executions.")]
[PluginOutput("logsCount", typeof(long), Title = "The count of deleted logs.")]
[PluginOutput("metricsCount", typeof(long), Title = "The count of deleted metrics.")]
[PluginOutput("storagesCount", typeof(long), Title = "The count of deleted storage files.")]
public sealed class PurgeExecutions : IRunnableTask
{
    /// <summary>That namespace and those below it; all without it.</summary>
    public Property<string>? Namespace { get; init; }

    public Property<string>? FlowId { get; init; }

    /// <summary>Executions that started no earlier.</summary>
    public Property<string>? StartDate { get; init; }

    /// <summary>Executions that ended no later.</summary>
    [PluginProperty(Required = true)]
    public Property<string>? EndDate { get; init; }

    public Property<IReadOnlyList<StateType>>? States { get; init; }

    public Property<bool> PurgeExecution { get; init; } = Property.Of<bool>(true);

    public Property<bool> PurgeLog { get; init; } = Property.Of<bool>(true);

    public Property<bool> PurgeMetric { get; init; } = Property.Of<bool>(true);

    public Property<bool> PurgeStorage { get; init; } = Property.Of<bool>(true);

    public Property<int> BatchSize { get; init; } = Property.Of<int>(100);

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var request = new PurgeRequest
        {
            TenantId = context.TenantId,
            Namespace = Namespace?.Render(context),
            FlowId = FlowId?.Render(context),
            StartedFrom = PropertyConversion.To<Instant?>(StartDate?.Render(context)),
            EndedUntil = PropertyConversion.To<Instant>(EndDate.Required(context, "endDate")),
            States = States?.Render(context),
            Executions = PurgeExecution.Or(context, true),
            Logs = PurgeLog.Or(context, true),
            Metrics = PurgeMetric.Or(context, true),
            Files = PurgeStorage.Or(context, true),
            BatchSize = BatchSize.Or(context, 100),
        };
        var purged = await context.Service<IExecutionHistory>().PurgeAsync(request, cancellationToken);
        return new TaskResult(new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["executionsCount"] = purged.Executions,
            ["logsCount"] = purged.Logs,
            ["metricsCount"] = purged.Metrics,
            ["storagesCount"] = purged.Files,
        });
    }
}

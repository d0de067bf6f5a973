using Kestra.Model.Logs;
using Kestra.Plugins.Services;
using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Plugins.Core.Log;

/// <summary>Removes log entries.</summary>
[Plugin("io.kestra.plugin.core.log.PurgeLogs", Title = "Purge flow execution and trigger logs.")]
[PluginOutput("count", typeof(long), Title = "The count of deleted logs.")]
public sealed class PurgeLogs : IRunnableTask
{
    public Property<string>? Namespace { get; init; }

    public Property<string>? FlowId { get; init; }

    public Property<string>? ExecutionId { get; init; }

    /// <summary>Exactly these levels; all without it.</summary>
    public Property<IReadOnlyList<LogLevel>>? LogLevels { get; init; }

    /// <summary>Entries that were written no earlier.</summary>
    public Property<string>? StartDate { get; init; }

    /// <summary>Entries that were written no later.</summary>
    [PluginProperty(Required = true)]
    public Property<string>? EndDate { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var purge = new LogPurge(
            context.TenantId,
            Namespace?.Render(context),
            FlowId?.Render(context),
            ExecutionId?.Render(context),
            LogLevels?.Render(context),
            PropertyConversion.To<Instant?>(StartDate?.Render(context)),
            PropertyConversion.To<Instant>(EndDate.Required(context, "endDate")));
        return Outputs.One("count", await context.Service<IExecutionLogs>().PurgeAsync(purge, cancellationToken));
    }
}

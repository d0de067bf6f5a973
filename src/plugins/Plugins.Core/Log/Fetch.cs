using System.Text;
using Kestra.Ion;
using Kestra.Model.Logs;
using Kestra.Plugins.Core.Execution;
using Kestra.Plugins.Services;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Log;

/// <summary>Writes the log of an execution to a file.</summary>
[Plugin("io.kestra.plugin.core.log.Fetch", Aliases = ["io.kestra.core.tasks.log.Fetch"], Title = "Fetch execution logs and store them in a file.")]
[PluginOutput("size", typeof(long), Title = "The number of rows fetched.")]
[PluginOutput("uri", typeof(Uri), Title = "Internal storage URI of stored results.")]
public sealed class Fetch : IRunnableTask
{
    public Property<string>? Namespace { get; init; }

    public Property<string>? FlowId { get; init; }

    /// <summary>The execution that it runs in, without it.</summary>
    public Property<string>? ExecutionId { get; init; }

    /// <summary>That level and more severe ones.</summary>
    public Property<LogLevel> Level { get; init; } = Property.Of<LogLevel>(nameof(LogLevel.INFO));

    /// <summary>Only of these tasks, in this order.</summary>
    public Property<IReadOnlyList<string>>? TasksId { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var execution = ExecutionTarget.Of(context, ExecutionId, Namespace, FlowId);
        var logs = context.Service<IExecutionLogs>();
        if (!await logs.ExecutionExistsAsync(context.TenantId, execution, cancellationToken))
        {
            throw new TaskFailedException($"No execution found for execution id {execution}");
        }

        var level = Level.Or(context, LogLevel.INFO);
        var target = context.WorkingDirectory.CreateTempFile(".ion");
        var count = 0L;
        await using (var writer = new StreamWriter(target, append: false, new UTF8Encoding(false)))
        {
            foreach (var task in Tasks(context))
            {
                await foreach (var entry in logs.ReadAsync(context.TenantId, execution, level, task, cancellationToken))
                {
                    IonRows.Write(writer, Row(entry));
                    count++;
                }
            }
        }

        return new TaskResult(new OrderedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["size"] = count,
            ["uri"] = await context.Storage.PutFileAsync(target, cancellationToken: cancellationToken),
        });
    }

    // Without a list one reading takes all tasks.
    private IReadOnlyList<string?> Tasks(IRunContext context) => TasksId?.Render(context) is { Count: > 0 } tasks ? [.. tasks] : new string?[1];

    private static OrderedDictionary<string, object?> Row(LogEntry entry) => new(StringComparer.Ordinal)
    {
        ["tenantId"] = entry.TenantId,
        ["namespace"] = entry.Namespace,
        ["flowId"] = entry.FlowId,
        ["taskId"] = entry.TaskId,
        ["executionId"] = entry.ExecutionId,
        ["taskRunId"] = entry.TaskRunId,
        ["attemptNumber"] = entry.AttemptNumber,
        ["triggerId"] = entry.TriggerId,
        ["timestamp"] = entry.Timestamp,
        ["level"] = entry.Level.ToString(),
        ["thread"] = entry.Thread,
        ["message"] = entry.Message,
        ["executionKind"] = entry.ExecutionKind?.ToString(),
    };
}

using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Storage.Executions;
using Kestra.Worker.Jobs;
using NodaTime;

namespace Kestra.Worker.Claiming;

/// <summary>Answers jobs that are not run.</summary>
internal sealed class ClaimAnswers(IExecutionCommands commands, ILogSink logs, WorkerIdentity identity, TimeProvider time)
{
    public Task KilledAsync(WorkerJobRow row, CancellationToken cancellationToken) =>
        AnswerAsync(row, Command.TaskResult.NeverBegun(row.TaskRunId, row.Attempt, Now), cancellationToken);

    /// <param name="reason">For the log of the execution.</param>
    public async Task FailedAsync(WorkerJobRow row, string reason, CancellationToken cancellationToken)
    {
        await logs.WriteAsync(
            new LogEntry
            {
                TenantId = row.TenantId,
                Namespace = row.Namespace,
                FlowId = row.FlowId,
                ExecutionId = row.ExecutionId,
                TaskRunId = row.TaskRunId,
                AttemptNumber = row.Attempt,
                Timestamp = Now,
                Level = LogLevel.ERROR,
                Message = reason,
            },
            cancellationToken);
        var now = Now;
        await AnswerAsync(row, new Command.TaskResult(row.TaskRunId, row.Attempt, StateType.FAILED, now, now, null, identity.Id), cancellationToken);
    }

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private async Task AnswerAsync(WorkerJobRow row, Command.TaskResult result, CancellationToken cancellationToken) =>
        await commands.PostAsync(new ExecutionRequest(row.TenantId, row.ExecutionId, result) { Place = row.Place }, cancellationToken);
}

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
    public Task KilledAsync(WorkerJobRow row, CancellationToken cancellationToken) => AnswerAsync(row, StateType.KILLED, cancellationToken);

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
        await AnswerAsync(row, StateType.FAILED, cancellationToken);
    }

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private async Task AnswerAsync(WorkerJobRow row, StateType state, CancellationToken cancellationToken)
    {
        var now = Now;
        var result = new Command.TaskResult(row.TaskRunId, row.Attempt, state, now, now, null, identity.Id);
        await commands.PostAsync(new ExecutionRequest(row.TenantId, row.ExecutionId, result) { Place = row.Place }, cancellationToken);
    }
}

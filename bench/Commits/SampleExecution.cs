using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Model.Logs;
using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Commits;

/// <summary>A one-task execution as the engine writes it.</summary>
internal static class SampleExecution
{
    public static Execution Create()
    {
        var id = Guid.NewGuid().ToString("N")[..22];
        var now = SystemClock.Instance.GetCurrentInstant();
        return new Execution
        {
            TenantId = "main",
            Id = id,
            Namespace = "company.team",
            FlowId = "hello",
            FlowRevision = 1,
            State = State.Created(now).With(StateType.RUNNING, now),
            Labels = [new("system.correlationId", id)],
            OriginalId = id,
        };
    }

    public static ExecutionBatch Created(IReadOnlyList<Execution> executions)
    {
        var batch = new ExecutionBatch();
        foreach (var execution in executions)
        {
            batch.Snapshots.Add(Snapshot(execution, 1, ended: false));
        }

        return batch;
    }

    public static ExecutionBatch Ended(IReadOnlyList<Execution> executions)
    {
        var batch = new ExecutionBatch();
        foreach (var execution in executions)
        {
            var now = SystemClock.Instance.GetCurrentInstant();
            var run = Guid.NewGuid().ToString("N")[..22];
            var ended = execution with
            {
                State = execution.State.With(StateType.SUCCESS, now),
                TaskRunList = [new TaskRun
                {
                    TenantId = "main", Id = run, ExecutionId = execution.Id, Namespace = execution.Namespace, FlowId = execution.FlowId, TaskId = "log",
                    State = State.Created(now).With(StateType.RUNNING, now).With(StateType.SUCCESS, now),
                    Attempts = [new TaskRunAttempt(State.Created(now).With(StateType.RUNNING, now).With(StateType.SUCCESS, now))],
                }],
            };
            batch.Snapshots.Add(Snapshot(ended, 3, ended: true));
            batch.Logs.Add(new LogEntry
            {
                TenantId = "main", Namespace = execution.Namespace, FlowId = execution.FlowId, ExecutionId = execution.Id, TaskId = "log", TaskRunId = run, AttemptNumber = 0,
                Timestamp = now, Level = LogLevel.INFO, Thread = "worker_1", Message = "Hello World!",
            });
        }

        return batch;
    }

    private static ExecutionSnapshot Snapshot(Execution execution, long position, bool ended) => new()
    {
        TenantId = execution.TenantId,
        Id = execution.Id,
        Namespace = execution.Namespace,
        FlowId = execution.FlowId,
        FlowRevision = execution.FlowRevision,
        State = execution.State.Current,
        StartDate = execution.State.StartDate,
        EndDate = execution.State.EndDate,
        Duration = execution.State.EndDate is { } end ? end - execution.State.StartDate : null,
        Labels = execution.Labels ?? [],
        OriginalId = execution.OriginalId,
        Position = position,
        Ended = ended,
        Document = ModelJson.Serialize(execution, JsonProfile.Database),
    };
}

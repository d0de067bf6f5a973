using System.Collections.Concurrent;
using Kestra.Engine;
using Kestra.Executor.Jobs;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Storage.Executions;
using Kestra.Storage.Memory;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Kestra.Scenarios;

/// <summary>What becomes of the jobs that a worker had claimed when it is given up.</summary>
public sealed class LostWorkerTests : IExecutionCommands, ITriggerResults, ILogSink, IAsyncLifetime
{
    private readonly ConcurrentQueue<ExecutionRequest> requests = [];
    private readonly ConcurrentQueue<TriggerEvaluation> evaluations = [];
    private readonly ConcurrentQueue<LogEntry> logged = [];
    private readonly MemoryStore store = new(new MemoryDatabase(), TimeProvider.System);
    private readonly LostWorkers lost;

    public LostWorkerTests() => lost = new LostWorkers(store.Jobs, this, this, this, TimeProvider.System, NullLogger<LostWorkers>.Instance);

    public async ValueTask InitializeAsync()
    {
        var lease = await store.Journal.AcquireAsync(0, "executor", Duration.FromMinutes(1), CancellationToken.None);
        var batch = new ExecutionBatch();
        batch.JobsSent.AddRange(Enumerable.Range(0, 3).Select(static number => new WorkerJobRow
        {
            Partition = 0,
            TenantId = "main",
            ExecutionId = $"execution{number}",
            Namespace = "company.team",
            FlowId = "flow",
            FlowRevision = 1,
            TaskRunId = $"run{number}",
            Attempt = number,
        }));
        await store.Journal.CommitAsync(lease!, batch, CancellationToken.None);
        await store.Jobs.ClaimAsync("gone", null, 2, CancellationToken.None);
        await store.Jobs.ClaimAsync("alive", null, 1, CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        lost.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Its_executions_are_told_once()
    {
        (await lost.ResubmitAsync("gone", TestContext.Current.CancellationToken)).ShouldBe(2);
        (await lost.ResubmitAsync("gone", TestContext.Current.CancellationToken)).ShouldBe(0);

        requests.OrderBy(static request => request.ExecutionId, StringComparer.Ordinal).Select(static request => (request.ExecutionId, request.Command)).ShouldBe(
            [("execution0", new Command.WorkerLost("run0", 0)), ("execution1", new Command.WorkerLost("run1", 1))]);
        (await store.Jobs.ListAsync(0, TestContext.Current.CancellationToken)).ShouldHaveSingleItem().ClaimedBy.ShouldBe("alive");
    }

    [Fact]
    public async Task Its_tasks_fail_with_the_reason_when_they_are_not_to_run_again()
    {
        (await lost.FailAsync("gone", "The worker is lost, and tasks are not to be run again.", TestContext.Current.CancellationToken)).ShouldBe(2);

        requests.Select(static request => request.Command).OfType<Command.TaskResult>().OrderBy(static result => result.Attempt).Select(static result => (result.TaskRunId, result.Attempt, result.State, result.WorkerId))
            .ShouldBe([("run0", 0, StateType.FAILED, "gone"), ("run1", 1, StateType.FAILED, "gone")]);
        logged.Count.ShouldBe(2);
        logged.ShouldAllBe(static entry => entry.Level == LogLevel.ERROR && entry.Message == "The worker is lost, and tasks are not to be run again." && entry.TaskRunId != null);
        (await store.Jobs.ListClaimedAsync("gone", TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Its_triggers_are_handed_on_whatever_becomes_of_its_tasks(bool resubmits)
    {
        var lease = await store.Journal.AcquireAsync(1, "scheduler", Duration.FromMinutes(1), TestContext.Current.CancellationToken);
        var batch = new ExecutionBatch();
        batch.JobsSent.Add(new WorkerJobRow
        {
            Partition = 1,
            TenantId = "main",
            ExecutionId = "evaluation",
            Namespace = "company.team",
            FlowId = "flow",
            FlowRevision = 1,
            TaskRunId = "evaluation",
            Attempt = 0,
            Watch = new TriggerWatch("stream", true, default),
        });
        await store.Journal.CommitAsync([lease!], batch, TestContext.Current.CancellationToken);
        await store.Jobs.ClaimTriggersAsync("watcher", null, realtime: true, 1, TestContext.Current.CancellationToken);

        (await (resubmits ? lost.ResubmitAsync("watcher", TestContext.Current.CancellationToken) : lost.FailAsync("watcher", "gone", TestContext.Current.CancellationToken))).ShouldBe(1);

        evaluations.ShouldBe([new TriggerEvaluation(new TriggerKey("main", "company.team", "flow", "stream"), "evaluation")]);
        requests.ShouldBeEmpty();
        (await store.Jobs.ListAsync(1, TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    Task ITriggerResults.LostAsync(TriggerEvaluation evaluation, CancellationToken cancellationToken)
    {
        evaluations.Enqueue(evaluation);
        return Task.CompletedTask;
    }

    Task ITriggerResults.StartedAsync(TriggerEvaluation evaluation, string workerId, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<TriggerReception> ITriggerResults.AnswerAsync(TriggerEvaluation evaluation, TriggerAnswer answer, CancellationToken cancellationToken) => throw new NotSupportedException();

    Task<TriggerReception> ITriggerResults.EventAsync(TriggerEvaluation evaluation, string executionId, IReadOnlyDictionary<string, object?> variables, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<CommandOutcome> SubmitAsync(ExecutionRequest request, CancellationToken cancellationToken)
    {
        requests.Enqueue(request);
        return Task.FromResult<CommandOutcome>(new CommandOutcome.NotFound());
    }

    public ValueTask PostAsync(ExecutionRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> DeleteAsync(string tenantId, string executionId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask WriteAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        logged.Enqueue(entry);
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(MetricEntry entry, CancellationToken cancellationToken) => throw new NotSupportedException();

    public bool TryWrite(LogEntry entry) => false;

    public bool TryWrite(MetricEntry entry) => false;
}

using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Storage;
using Kestra.Storage.Executions;
using NodaTime;
using Kestra.Scheduler.Tests;

namespace Kestra.Worker.Tests.Claiming;

/// <summary>A worker's claims on virtual time: what it takes, what it gives back, what it stops and what it answers.</summary>
[Collection(RunningWorkers.Name)]
public sealed class ClaimedJobsTests : IAsyncDisposable
{
    private const string Beside = """
        tasks:
          - id: beside
            type: io.kestra.plugin.core.flow.Parallel
            tasks:
              - {id: a, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.id }}"}
              - {id: b, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.id }}"}
              - {id: c, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.id }}"}
        """;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualTime time = new(Instant.FromUtc(2026, 1, 1, 0, 0));
    private readonly CancellationTokenSource stopping = new();
    private readonly List<KillRequest> kills = [];
    private readonly TableExecutor executor;
    private readonly Unsteady jobs;
    private ClaimingWorker? worker;
    private IAsyncEnumerator<WorkerJob>? taking;
    private Task<bool> pending = Task.FromResult(true);

    public ClaimedJobsTests()
    {
        executor = new TableExecutor(time);
        jobs = new Unsteady(executor.Store.Jobs);
    }

    [Fact]
    public async Task No_more_is_claimed_than_there_are_free_slots()
    {
        await executor.StartAsync(Beside);
        var asked = Begin(threads: 2);

        var first = await RunNextAsync(asked);
        await RunNextAsync(Ask());
        var third = Ask();
        await PassAsync(5 * Second);

        third.IsCompleted.ShouldBeFalse();
        (await executor.Store.Jobs.ListAsync(0, CancellationToken.None)).Select(static row => row.ClaimedBy).ShouldBe(["worker", "worker", null]);
        worker!.Slots.Leave(first.Slot);
        (await UntilAsync(third)).ShouldBeTrue();
    }

    [Fact]
    public async Task Jobs_are_found_without_hints()
    {
        var asked = Begin();
        await PassAsync(TimeSpan.FromMinutes(2));

        await executor.StartAsync(Beside);

        (await PassUntilAsync(asked)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_hint_makes_it_look_at_once()
    {
        var asked = Begin();
        await worker!.Watch.StartAsync(CancellationToken.None);
        await PassAsync(TimeSpan.FromMinutes(2));

        await executor.StartAsync(Beside);

        (await asked.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).ShouldBeTrue("time stands still, so only the hint can have woken it");
    }

    [Fact]
    public async Task What_was_not_begun_is_given_back_when_the_worker_stops()
    {
        await executor.StartAsync(Beside);
        await RunNextAsync(Begin());

        await StopTakingAsync();

        (await executor.Store.Jobs.ListAsync(0, CancellationToken.None)).Select(static row => row.ClaimedBy).ShouldBe(["worker", null, null]);
    }

    [Fact]
    public async Task A_job_that_finds_no_slot_is_given_back_and_not_run()
    {
        await executor.StartAsync(Beside);
        (await UntilAsync(Begin())).ShouldBeTrue();
        var job = taking!.Current;

        time.Advance(Second);
        await worker!.Claims.WatchAsync(CancellationToken.None);

        worker.Claims.TryStart(job).ShouldBeFalse();
        (await executor.Store.Jobs.ListAsync(0, CancellationToken.None)).ShouldAllBe(static row => row.ClaimedBy == null);
    }

    [Fact]
    public async Task A_job_of_another_source_may_start()
    {
        await executor.StartAsync(Beside);
        Begin().IsFaulted.ShouldBeFalse();

        worker!.Claims.TryStart(executor.Sent.First()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_kill_reaches_what_runs_once()
    {
        var id = await executor.StartAsync(Beside);
        var (job, _) = await RunNextAsync(Begin());

        await executor.CommitAsync(batch => batch.KillJobs(new JobKill("main", id, job.TaskRun.Id)));
        await worker!.Claims.WatchAsync(CancellationToken.None);
        await worker.Claims.WatchAsync(CancellationToken.None);

        kills.ShouldBe([new KillRequest("main", id, job.TaskRun.Id, 0)]);
    }

    [Fact]
    public async Task What_is_not_its_own_any_more_is_stopped()
    {
        var id = await executor.StartAsync(Beside);
        await RunNextAsync(Begin());

        await executor.DeleteAsync("main", id, CancellationToken.None);
        await worker!.Claims.WatchAsync(CancellationToken.None);

        kills.ShouldHaveSingleItem().ExecutionId.ShouldBe(id);
    }

    [Fact]
    public async Task What_was_answered_is_neither_stopped_nor_taken_up_again()
    {
        await executor.StartAsync(Beside);
        var (job, _) = await RunNextAsync(Begin(threads: 1));

        worker!.Claims.Done(job);
        await worker.Claims.WatchAsync(CancellationToken.None);

        kills.ShouldBeEmpty();
        (await executor.Store.Jobs.ListClaimedAsync("worker", CancellationToken.None)).ShouldHaveSingleItem().TaskRunId.ShouldBe(job.TaskRun.Id);
    }

    [Fact]
    public async Task A_job_that_was_killed_while_it_waited_is_answered_and_not_run()
    {
        var id = await executor.StartAsync(Beside);
        await executor.SubmitAsync(new ExecutionRequest("main", id, new Command.Kill()), CancellationToken.None);
        var asked = Begin();

        await worker!.Claims.WatchAsync(CancellationToken.None);
        await PassAsync(5 * Second);

        asked.IsCompleted.ShouldBeFalse();
        (await executor.EndOfAsync(id)).State.Current.ShouldBe(StateType.KILLED);
        executor.Results.Select(static result => result.State).ShouldBe([StateType.KILLED, StateType.KILLED, StateType.KILLED]);
        (await executor.Store.Jobs.ListAsync(0, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_job_that_was_killed_between_claim_and_start_is_answered_and_not_run()
    {
        var id = await executor.StartAsync(Beside);
        (await UntilAsync(Begin())).ShouldBeTrue();
        var job = taking!.Current;

        await executor.SubmitAsync(new ExecutionRequest("main", id, new Command.Kill()), CancellationToken.None);
        await worker!.Claims.WatchAsync(CancellationToken.None);

        worker.Claims.TryStart(job).ShouldBeFalse();
        (await executor.EndOfAsync(id)).State.Current.ShouldBe(StateType.KILLED);
        kills.ShouldBeEmpty();
    }

    [Fact]
    public async Task Jobs_whose_claim_was_not_heard_of_are_given_back()
    {
        await executor.StartAsync(Beside);
        jobs.LosesAnswers = true;
        var asked = Begin();
        await EventuallyAsync(async () => (await executor.Store.Jobs.ListClaimedAsync("worker", CancellationToken.None)).Count == 3, "the jobs are claimed");

        jobs.LosesAnswers = false;
        await worker!.Claims.WatchAsync(CancellationToken.None);
        (await executor.Store.Jobs.ListClaimedAsync("worker", CancellationToken.None)).ShouldBeEmpty();

        (await PassUntilAsync(asked)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_job_that_nobody_waits_for_is_removed_and_not_run()
    {
        await executor.StartAsync(Beside);
        var row = (await executor.Store.Jobs.ListAsync(0, CancellationToken.None))[0];
        await executor.CommitAsync(batch =>
        {
            batch.JobsDone.AddRange(executor.Sent.Select(static job => (job.TaskRun.Id, job.Attempt)));
            batch.JobsSent.Add(row with { Attempt = 3 });
            batch.JobsSent.Add(row with { TaskRunId = "unknown" });
            batch.JobsSent.Add(row with { ExecutionId = "unknown", TaskRunId = "another" });
        });

        var asked = Begin();
        await EventuallyAsync(async () => (await executor.Store.Jobs.ListAsync(0, CancellationToken.None)).Count == 0, "the rows of jobs that nobody waits for are removed");

        asked.IsCompleted.ShouldBeFalse();
        executor.Results.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_job_that_cannot_be_built_here_fails_with_the_reason()
    {
        var id = await executor.StartAsync(Beside);
        var row = (await executor.Store.Jobs.ListAsync(0, CancellationToken.None))[0];
        await executor.CommitAsync(batch =>
        {
            batch.JobsDone.Add((row.TaskRunId, 0));
            batch.JobsSent.Add(row with { FlowRevision = 7 });
        });

        Begin(threads: 3).IsFaulted.ShouldBeFalse();
        await EventuallyAsync(
            () => Task.FromResult(executor.Find(id).TaskRunList!.Single(run => run.Id == row.TaskRunId).State.Current == StateType.FAILED), "the task run fails");

        worker!.Logs.ShouldHaveSingleItem().Message.ShouldBe("Unable to find revision 7 of the flow main/company.team/flow");
    }

    public async ValueTask DisposeAsync()
    {
        await StopTakingAsync();
        if (worker is not null)
        {
            await worker.DisposeAsync();
        }

        stopping.Dispose();
    }

    /// <returns>The worker asks for its first job.</returns>
    private Task<bool> Begin(int threads = 4)
    {
        worker = new ClaimingWorker(executor, time, threads: threads, store: jobs);
        worker.Slots.Freed = worker.Claims.Look;
        worker.Claims.SubscribeKills(kills.Add);
        taking = worker.Claims.TakeAsync(null, stopping.Token).GetAsyncEnumerator(stopping.Token);
        return Ask();
    }

    private Task<bool> Ask() => pending = taking!.MoveNextAsync().AsTask();

    private async Task<(WorkerJob Job, int Slot)> RunNextAsync(Task<bool> asked)
    {
        (await UntilAsync(asked)).ShouldBeTrue();
        worker!.Claims.TryStart(taking!.Current).ShouldBeTrue();
        return (taking.Current, worker.Slots.Enter());
    }

    private static Task<bool> UntilAsync(Task<bool> asked) => asked.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    // Time goes on until it has happened: whoever waits may begin to wait late.
    private async Task<bool> PassUntilAsync(Task<bool> asked)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!asked.IsCompleted)
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromMinutes(1), "a job is found");
            await PassAsync(TimeSpan.FromMilliseconds(100));
        }

        return await asked;
    }

    // Small steps, and a turn for whoever was woken by each.
    private async Task PassAsync(TimeSpan duration)
    {
        for (var passed = TimeSpan.Zero; passed < duration; passed += TimeSpan.FromMilliseconds(100))
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            for (var turn = 0; turn < 5; turn++)
            {
                await Task.Yield();
            }
        }
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(30), what);
            await Task.Yield();
        }
    }

    private async Task StopTakingAsync()
    {
        if (taking is null)
        {
            return;
        }

        await stopping.CancelAsync();
        await pending.ContinueWith(static _ => { }, TaskScheduler.Default);
        await taking.DisposeAsync();
        taking = null;
    }

    /// <summary>A store whose answers to claims are lost on their way, when the test says so.</summary>
    private sealed class Unsteady(IWorkerJobStore store) : IWorkerJobStore
    {
        public bool LosesAnswers { get; set; }

        public async Task<IReadOnlyList<WorkerJobRow>> ClaimAsync(string workerId, string? group, int credits, CancellationToken cancellationToken)
        {
            var claimed = await store.ClaimAsync(workerId, group, credits, cancellationToken);
            return LosesAnswers ? throw new StoreUnavailableException("connection lost", new IOException()) : claimed;
        }

        public Task<IReadOnlyList<WorkerJobRow>> ClaimTriggersAsync(string workerId, string? group, bool realtime, int credits, CancellationToken cancellationToken) =>
            store.ClaimTriggersAsync(workerId, group, realtime, credits, cancellationToken);

        public Task<IReadOnlyList<WorkerJobRow>> ClaimKilledAsync(string workerId, int limit, CancellationToken cancellationToken) => store.ClaimKilledAsync(workerId, limit, cancellationToken);

        public Task ReleaseAsync(string workerId, IReadOnlyList<long> ids, CancellationToken cancellationToken) => store.ReleaseAsync(workerId, ids, cancellationToken);

        public Task RemoveAsync(string workerId, IReadOnlyList<long> ids, CancellationToken cancellationToken) => store.RemoveAsync(workerId, ids, cancellationToken);

        public Task<IReadOnlyList<WorkerJobRow>> ListClaimedAsync(string workerId, CancellationToken cancellationToken) => store.ListClaimedAsync(workerId, cancellationToken);

        public Task<IReadOnlyList<WorkerJobRow>> ListAsync(int partition, CancellationToken cancellationToken) => store.ListAsync(partition, cancellationToken);
    }
}

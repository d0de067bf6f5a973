using Kestra.Conformance.Beds;
using Kestra.Model.Executions;
using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Conformance.Journal;

/// <summary>What workers of other processes rely on: a job is with one of them at most, and is there as long as its answer is owed.</summary>
public abstract class WorkerJobContract<TBed> : StoreContract<TBed>
    where TBed : StoreBed, new()
{
    private static readonly Duration Minute = Duration.FromMinutes(1);

    // Tests share databases, so each has a group and workers of its own.
    private readonly string group = Samples.Id("group");
    private readonly string worker = Samples.Id("worker");
    private readonly string other = Samples.Id("other");

    private PartitionLease lease = null!;

    private IWorkerJobStore Jobs => Store.Jobs;

    protected override async Task PrepareAsync() =>
        lease = await Store.Journal.AcquireAsync(Bed.Partition, "one", Minute, None) ?? throw new InvalidOperationException("The partition is not free");

    [Fact]
    public async Task Claimed_job_says_everything_that_was_sent()
    {
        var sent = Job(Samples.Id("run")) with { FlowRevision = 7, Attempt = 2, Forced = true };
        await SendAsync(sent);

        var claimed = (await Jobs.ClaimAsync(worker, group, 10, None)).ShouldHaveSingleItem();

        claimed.Id.ShouldBeGreaterThan(0);
        claimed.ClaimedAt.ShouldNotBeNull();
        claimed.ShouldBe(sent with { Id = claimed.Id, ClaimedBy = worker, ClaimedAt = claimed.ClaimedAt });
    }

    [Fact]
    public async Task Job_that_a_worker_has_already_is_sent_as_its_claim()
    {
        var sent = Job(Samples.Id("run")) with { ClaimedBy = worker };
        await SendAsync(sent);

        (await Jobs.ClaimAsync(other, group, 10, None)).ShouldBeEmpty();
        var claimed = (await Jobs.ListClaimedAsync(worker, None)).ShouldHaveSingleItem();
        claimed.ClaimedAt.ShouldNotBeNull();
        claimed.ShouldBe(sent with { Id = claimed.Id, ClaimedAt = claimed.ClaimedAt });
    }

    [Fact]
    public async Task Claims_are_oldest_first_and_no_more_than_credits()
    {
        var execution = Samples.Id("run");
        await SendAsync(Enumerable.Range(0, 5).Select(index => Job(execution, $"{execution}-{index}")));

        var first = await Jobs.ClaimAsync(worker, group, 2, None);
        var second = await Jobs.ClaimAsync(other, group, 10, None);

        first.Select(Number).ShouldBe([0, 1]);
        second.Select(Number).ShouldBe([2, 3, 4]);
        (await Jobs.ClaimAsync(worker, group, 10, None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Claimers_at_once_never_get_the_same_job()
    {
        const int Count = 200;
        var execution = Samples.Id("run");
        await SendAsync(Enumerable.Range(0, Count).Select(index => Job(execution, $"{execution}-{index}")));
        var stores = new[] { Store, await Bed.OpenAsync() };

        var claims = await Task.WhenAll(Enumerable.Range(0, 6).Select(claimer => Task.Run(async () =>
        {
            var taken = new List<WorkerJobRow>();
            while (taken.Count < Count && await stores[claimer % 2].Jobs.ClaimAsync($"{worker}-{claimer}", group, 7, None) is { Count: > 0 } more)
            {
                taken.AddRange(more);
            }

            return taken;
        })));

        // What was locked by another claimer was passed over, and is taken by somebody in the end.
        var left = await Jobs.ClaimAsync(worker, group, Count, None);
        claims.SelectMany(static taken => taken).Concat(left).Select(Number).Order().ShouldBe(Enumerable.Range(0, Count));
    }

    [Fact]
    public async Task Job_goes_to_workers_of_its_group_alone()
    {
        await SendAsync(Job(Samples.Id("run")));

        (await Jobs.ClaimAsync(worker, group + "x", 10, None)).ShouldBeEmpty();
        (await Jobs.ClaimAsync(worker, null, 1000, None)).ShouldNotContain(job => job.WorkerGroup != null);
        (await Jobs.ClaimAsync(worker, group, 10, None)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Job_without_a_group_goes_to_workers_without_a_group()
    {
        var sent = Job(Samples.Id("run")) with { WorkerGroup = null };
        await SendAsync(sent);

        (await Jobs.ClaimAsync(worker, group, 1000, None)).ShouldBeEmpty();
        (await Jobs.ClaimAsync(worker, null, 1000, None)).ShouldContain(job => job.TaskRunId == sent.TaskRunId && job.WorkerGroup == null);
    }

    [Fact]
    public async Task Job_that_is_given_back_can_be_claimed_again()
    {
        await SendAsync(Job(Samples.Id("run")));
        var claimed = (await Jobs.ClaimAsync(worker, group, 1, None)).Single();

        await Jobs.ReleaseAsync(other, [claimed.Id], None);
        (await Jobs.ClaimAsync(other, group, 1, None)).ShouldBeEmpty("only its worker gives it back");
        await Jobs.ReleaseAsync(worker, [claimed.Id], None);

        (await Jobs.ListClaimedAsync(worker, None)).ShouldBeEmpty();
        (await Jobs.ClaimAsync(other, group, 1, None)).Single().ShouldBe(claimed with { ClaimedBy = other }, RowComparer.WithoutTime);
    }

    [Fact]
    public async Task Job_is_removed_by_its_worker_alone()
    {
        await SendAsync(Job(Samples.Id("run")));
        var claimed = (await Jobs.ClaimAsync(worker, group, 1, None)).Single();

        await Jobs.RemoveAsync(other, [claimed.Id], None);
        (await Jobs.ListAsync(Bed.Partition, None)).Count.ShouldBe(1);
        await Jobs.RemoveAsync(worker, [claimed.Id], None);
        (await Jobs.ListAsync(Bed.Partition, None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Worker_sees_what_it_has()
    {
        var execution = Samples.Id("run");
        await SendAsync(Job(execution, "a" + execution), Job(execution, "b" + execution), Job(execution, "c" + execution));
        var claimed = await Jobs.ClaimAsync(worker, group, 2, None);

        (await Jobs.ListClaimedAsync(worker, None)).ShouldBe(claimed);
        (await Jobs.ListClaimedAsync(other, None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task New_owner_of_the_partition_finds_its_jobs()
    {
        var execution = Samples.Id("run");
        await SendAsync(Job(execution, "a" + execution), Job(execution, "b" + execution));
        await Jobs.ClaimAsync(worker, group, 1, None);
        var next = await Store.Journal.AcquireAsync(Bed.Partition, "one", Minute, None);

        var found = (await Store.Journal.LoadAsync(next!, None)).Jobs;

        found.Select(static job => (job.TaskRunId[0], job.ClaimedBy)).ShouldBe([('a', worker), ('b', null)]);
        found.ShouldBe(await Jobs.ListAsync(Bed.Partition, None));
    }

    [Fact]
    public async Task Attempt_that_has_a_job_gets_no_second_one()
    {
        var job = Job(Samples.Id("run"));
        await SendAsync(job, job);
        var claimed = (await Jobs.ClaimAsync(worker, group, 10, None)).ShouldHaveSingleItem();
        await SendAsync(job, job with { Attempt = 1 });

        (await Jobs.ClaimAsync(worker, group, 10, None)).ShouldHaveSingleItem().Attempt.ShouldBe(1);
        (await Jobs.ListClaimedAsync(worker, None))[0].Id.ShouldBe(claimed.Id);
    }

    [Fact]
    public async Task Done_jobs_go_away_and_may_be_sent_again_with_the_same_batch()
    {
        var execution = Samples.Id("run");
        var (one, two) = (Job(execution, "a" + execution), Job(execution, "b" + execution));
        await SendAsync(one, two);
        var claimed = await Jobs.ClaimAsync(worker, group, 10, None);

        var batch = new ExecutionBatch();
        batch.JobsDone.Add((one.TaskRunId, 0));
        batch.JobsDone.Add((two.TaskRunId, 0));
        batch.JobsDone.Add((two.TaskRunId, 1));
        batch.JobsSent.Add(two);
        await Store.Journal.CommitAsync(lease, batch, None);

        var left = (await Jobs.ListAsync(Bed.Partition, None)).ShouldHaveSingleItem();
        left.ShouldBe(two with { Id = left.Id });
        left.Id.ShouldNotBe(claimed[1].Id);
    }

    [Fact]
    public async Task Kill_of_an_execution_means_all_its_jobs_but_those_after_its_end()
    {
        var (killed, spared) = (Samples.Id("run"), Samples.Id("run"));
        await SendAsync(Job(killed, "a" + killed), Job(killed, "b" + killed), Job(killed, "c" + killed) with { Forced = true }, Job(spared, "d" + spared));
        await Jobs.ClaimAsync(worker, group, 1, None);

        await KillAsync(new JobKill(Tenant, killed, null));

        (await Jobs.ListClaimedAsync(worker, None)).ShouldHaveSingleItem().Killed.ShouldBeTrue();
        (await Jobs.ListAsync(Bed.Partition, None)).Select(static job => (job.TaskRunId[0], job.Killed)).ShouldBe([('a', true), ('b', true), ('c', false), ('d', false)]);
        (await Jobs.ClaimAsync(worker, group, 10, None)).Select(static job => job.TaskRunId[0]).ShouldBe(['c', 'd']);
    }

    [Fact]
    public async Task Kill_of_a_task_run_means_its_jobs_alone()
    {
        var execution = Samples.Id("run");
        await SendAsync(Job(execution, "a" + execution) with { Forced = true }, Job(execution, "b" + execution));

        await KillAsync(new JobKill(Tenant, execution, "a" + execution));
        await KillAsync(new JobKill("another", execution, "b" + execution));

        (await Jobs.ListAsync(Bed.Partition, None)).Select(static job => job.Killed).ShouldBe([true, false]);
    }

    [Fact]
    public async Task Job_that_was_killed_while_it_waited_is_claimed_as_such_by_anybody_once()
    {
        var execution = Samples.Id("run");
        await SendAsync(Job(execution));
        await KillAsync(new JobKill(Tenant, execution, null));

        (await Jobs.ClaimAsync(worker, group, 10, None)).ShouldBeEmpty();
        var claimed = (await Jobs.ClaimKilledAsync(worker, 100, None)).Where(job => job.ExecutionId == execution).ShouldHaveSingleItem();

        claimed.Killed.ShouldBeTrue();
        claimed.ClaimedBy.ShouldBe(worker);
        (await Jobs.ClaimKilledAsync(other, 100, None)).ShouldNotContain(job => job.ExecutionId == execution);
    }

    [Fact]
    public async Task Kill_within_a_batch_means_what_was_sent_before_it()
    {
        var execution = Samples.Id("run");
        var batch = new ExecutionBatch();
        batch.JobsSent.Add(Job(execution, "a" + execution));
        batch.KillJobs(new JobKill(Tenant, execution, null));
        batch.JobsSent.Add(Job(execution, "b" + execution));
        batch.IsEmpty.ShouldBeFalse();
        await Store.Journal.CommitAsync(lease, batch, None);

        (await Jobs.ListAsync(Bed.Partition, None)).Select(static job => job.Killed).ShouldBe([true, false]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Jobs_go_away_with_the_end_of_their_execution(bool byDeletion)
    {
        var (ended, open) = (Samples.Execution(Tenant, Samples.Id("run")), Samples.Id("run"));
        var start = new ExecutionBatch();
        start.Snapshots.Add(Samples.Snapshot(ended));
        start.JobsSent.AddRange([Job(ended.Id), Job(open)]);
        await Store.Journal.CommitAsync(lease, start, None);
        await Jobs.ClaimAsync(worker, group, 1, None);

        var end = new ExecutionBatch();
        if (byDeletion)
        {
            end.Deleted.Add((Tenant, ended.Id));
        }
        else
        {
            end.Snapshots.Add(Samples.Snapshot(ended with { State = ended.State.With(StateType.SUCCESS, Samples.Noon + Minute) }, position: 2, ended: true));
        }

        await Store.Journal.CommitAsync(lease, end, None);

        (await Jobs.ListAsync(Bed.Partition, None)).ShouldHaveSingleItem().ExecutionId.ShouldBe(open);
    }

    [Fact]
    public async Task Nothing_of_a_lost_lease_is_sent()
    {
        await Store.Journal.AcquireAsync(Bed.Partition, "one", Minute, None);

        await Should.ThrowAsync<LeaseLostException>(() => SendAsync(Job(Samples.Id("run"))));

        (await Jobs.ListAsync(Bed.Partition, None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Workers_get_hints_of_what_is_sent_killed_and_given_back()
    {
        var execution = Samples.Id("run");
        using var waiting = new SemaphoreSlim(0);
        using var killed = new SemaphoreSlim(0);
        using var subscription = Store.JobHints.Subscribe(news => (news.HasFlag(WorkerJobNews.Killed) ? killed : waiting).Release());

        // The first hint comes once the subscription has reached the database, so sending is repeated until then.
        for (var attempt = 0; !await waiting.WaitAsync(TimeSpan.FromMilliseconds(200)); attempt++)
        {
            attempt.ShouldBeLessThan(50, "no hint of a job that was sent");
            await SendAsync(Job(execution) with { Attempt = attempt });
        }

        await KillAsync(new JobKill(Tenant, execution, null));
        (await killed.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBeTrue("a kill is worth a hint");
        var claimed = await Jobs.ClaimKilledAsync(worker, 100, None);
        await Jobs.ReleaseAsync(worker, [.. claimed.Select(static job => job.Id)], None);
        (await waiting.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBeTrue("a job that is given back is worth a hint");
    }

    [Fact]
    public async Task Triggers_are_claimed_by_their_kind_and_never_as_tasks()
    {
        var due = new LocalDateTime(2024, 2, 29, 12, 30, 1).WithOffset(Offset.FromHours(5));
        var (looked, watched, task) = (Watch("poll", isRealtime: false, due), Watch("stream", isRealtime: true, due), Job(Samples.Id("task")));
        await SendAsync(looked, watched, task);

        (await Jobs.ClaimAsync(worker, group, 10, None)).ShouldHaveSingleItem().TaskRunId.ShouldBe(task.TaskRunId);
        var polling = (await Jobs.ClaimTriggersAsync(worker, group, realtime: false, 10, None)).ShouldHaveSingleItem();
        polling.ShouldBe(looked with { Id = polling.Id, ClaimedBy = worker, ClaimedAt = polling.ClaimedAt });
        (await Jobs.ClaimTriggersAsync(worker, group, realtime: true, 0, None)).ShouldBeEmpty();
        (await Jobs.ClaimTriggersAsync(worker, group + "x", realtime: true, 10, None)).ShouldBeEmpty();
        (await Jobs.ClaimTriggersAsync(other, group, realtime: true, 10, None)).ShouldHaveSingleItem().Watch.ShouldBe(new TriggerWatch("stream", true, due));
        (await Jobs.ListClaimedAsync(worker, None)).Select(static job => job.Watch?.TriggerId).ShouldBe(["poll", null], ignoreOrder: true);
        (await Jobs.ListAsync(Bed.Partition, None)).Count(job => job.WorkerGroup == group && job.Watch is not null).ShouldBe(2);

        await Jobs.ReleaseAsync(worker, [polling.Id], None);
        (await Jobs.ClaimTriggersAsync(other, group, realtime: false, 10, None)).ShouldHaveSingleItem().Id.ShouldBe(polling.Id);
    }

    [Fact]
    public async Task Trigger_that_is_stopped_is_claimed_again_only_when_its_worker_has_removed_it()
    {
        var (former, waiting, next) = (Watch("stream", isRealtime: true, default), Watch("stream", isRealtime: true, default), Watch("stream", isRealtime: true, default));
        await SendAsync(former);
        var claimed = (await Jobs.ClaimTriggersAsync(worker, group, realtime: true, 10, None)).ShouldHaveSingleItem();
        await SendAsync(waiting);
        var batch = new ExecutionBatch();
        batch.WatchesStopped.AddRange([former.TaskRunId, waiting.TaskRunId]);
        batch.JobsSent.Add(next);
        await Store.Journal.CommitAsync(lease, batch, None);

        (await Jobs.ListAsync(Bed.Partition, None)).Where(job => job.WorkerGroup == group).Select(static job => (job.TaskRunId, job.Killed))
            .ShouldBe([(former.TaskRunId, true), (next.TaskRunId, false)], "what no worker has goes away");
        (await Jobs.ClaimKilledAsync(other, 100, None)).ShouldNotContain(job => job.Id == claimed.Id);
        (await Jobs.ClaimTriggersAsync(other, group, realtime: true, 10, None)).ShouldBeEmpty();
        await Jobs.RemoveAsync(worker, [claimed.Id], None);
        (await Jobs.ClaimTriggersAsync(other, group, realtime: true, 10, None)).ShouldHaveSingleItem().TaskRunId.ShouldBe(next.TaskRunId);
    }

    private WorkerJobRow Watch(string trigger, bool isRealtime, OffsetDateTime due)
    {
        var evaluation = Samples.Id("evaluation");
        return Job(evaluation, evaluation) with { Watch = new TriggerWatch(trigger, isRealtime, due) };
    }

    private static int Number(WorkerJobRow job) => int.Parse(job.TaskRunId.AsSpan(job.TaskRunId.LastIndexOf('-') + 1), System.Globalization.CultureInfo.InvariantCulture);

    private WorkerJobRow Job(string execution, string? taskRun = null) => new()
    {
        Partition = Bed.Partition,
        TenantId = Tenant,
        ExecutionId = execution,
        Namespace = "company.team",
        FlowId = "hello",
        FlowRevision = 1,
        TaskRunId = taskRun ?? execution + "-0",
        Attempt = 0,
        WorkerGroup = group,
    };

    private Task SendAsync(params IEnumerable<WorkerJobRow> jobs)
    {
        var batch = new ExecutionBatch();
        batch.JobsSent.AddRange(jobs);
        return Store.Journal.CommitAsync(lease, batch, None);
    }

    private Task KillAsync(JobKill kill)
    {
        var batch = new ExecutionBatch();
        batch.KillJobs(kill);
        return Store.Journal.CommitAsync(lease, batch, None);
    }

    private sealed class RowComparer : IEqualityComparer<WorkerJobRow>
    {
        public static RowComparer WithoutTime { get; } = new();

        public bool Equals(WorkerJobRow? one, WorkerJobRow? other) => (one! with { ClaimedAt = null }) == (other! with { ClaimedAt = null });

        public int GetHashCode(WorkerJobRow row) => row.Id.GetHashCode();
    }
}

public sealed class MemoryWorkerJobTests : WorkerJobContract<MemoryBed>;

public sealed class SqliteWorkerJobTests : WorkerJobContract<SqliteBed>;

public sealed class PostgresWorkerJobTests : WorkerJobContract<PostgresBed>;

using Kestra.Executor.Jobs;
using Kestra.Executor.Loop;
using Kestra.Executor.Partitions;

namespace Kestra.Executor.Tests;

/// <summary>New executions are turned away by how long they would wait, judged from what was written lately.</summary>
public sealed class LaneLoadTests
{
    private readonly Clock clock = new();
    private readonly ExecutorInbox inbox;

    public LaneLoadTests() => inbox = new ExecutorInbox(new ExecutorOptions(), new WorkerJobQueue(), new OwnedPartitions(1), clock);

    [Fact]
    public void The_wait_is_what_is_underway_by_the_rate_of_the_last_transactions()
    {
        Write(commands: 200, TimeSpan.FromSeconds(1));
        inbox.Load.Underway = 300;
        inbox.Load.Wait(waiting: 100).ShouldBe(TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void A_rate_that_changes_is_followed()
    {
        Write(commands: 100, TimeSpan.FromSeconds(100));
        for (var transaction = 0; transaction < 30; transaction++)
        {
            Write(commands: 1_000, TimeSpan.FromSeconds(1));
        }

        inbox.Load.Wait(waiting: 1_000).ShouldBe(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void Time_without_work_is_not_time_that_work_takes()
    {
        Write(commands: 1_000, TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromHours(1));
        inbox.Load.End(commands: 0);
        Write(commands: 1_000, TimeSpan.FromSeconds(1));
        inbox.Load.Wait(waiting: 1_000).ShouldBe(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void A_few_slow_commands_turn_nobody_away()
    {
        Write(commands: 1, TimeSpan.FromMinutes(1));
        inbox.Load.Underway = 1_000;
        inbox.Overload(isAwaited: true).ShouldBeNull("they would share one commit");
    }

    [Fact]
    public void One_transaction_that_stalled_makes_no_rate()
    {
        for (var transaction = 0; transaction < 20; transaction++)
        {
            Write(commands: 100, TimeSpan.FromMilliseconds(50));
        }

        Write(commands: 100, TimeSpan.FromSeconds(1));
        inbox.Load.Wait(waiting: 700).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Those_who_would_wait_for_the_end_are_turned_away_before_those_who_do_not()
    {
        Write(commands: 1_000, TimeSpan.FromSeconds(1));
        inbox.Load.Underway = 400;
        inbox.Overload(isAwaited: true).ShouldBeNull();
        inbox.Load.Underway = 3_500;
        inbox.Overload(isAwaited: true).ShouldNotBeNull().RetryAfter.ShouldBe(TimeSpan.FromSeconds(3.5), TimeSpan.FromMilliseconds(10));
        inbox.Overload(isAwaited: false).ShouldBeNull();
        inbox.Load.Underway = 20_000;
        inbox.Overload(isAwaited: false).ShouldNotBeNull();
    }

    [Fact]
    public async Task Documents_that_wait_for_a_slow_worker_are_bounded_by_their_size()
    {
        var options = new ExecutorOptions { WaitingBytesLimit = 1_000_000 };
        var jobs = new WorkerJobQueue();
        var full = new ExecutorInbox(options, jobs, new OwnedPartitions(1), clock);
        for (var round = 0; round < 100; round++)
        {
            full.Load.Written(documents: 2, bytes: 400_000);
        }

        for (var job = 0; job < 4; job++)
        {
            await jobs.DispatchAsync(Jobs.Of(job), TestContext.Current.CancellationToken);
        }

        full.Overload(isAwaited: false).ShouldBeNull();
        for (var job = 4; job < 8; job++)
        {
            await jobs.DispatchAsync(Jobs.Of(job), TestContext.Current.CancellationToken);
        }

        full.Overload(isAwaited: false).ShouldNotBeNull();
    }

    private void Write(int commands, TimeSpan takes)
    {
        inbox.Load.Begin();
        clock.Advance(takes);
        inbox.Load.End(commands);
    }
}

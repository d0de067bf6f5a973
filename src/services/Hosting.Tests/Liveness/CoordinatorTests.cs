using Kestra.Hosting.Liveness;
using Kestra.Model.Cluster;
using NodaTime;

namespace Kestra.Hosting.Tests.Liveness;

public sealed class CoordinatorTests : IDisposable
{
    private const double Timeout = 45.1;
    private const double Grace = 300.1;

    private readonly Cluster cluster = new();
    private readonly TestServer executor;

    public CoordinatorTests() => executor = cluster.Start("coordinator");

    public void Dispose() => cluster.Dispose();

    [Fact]
    public async Task A_silent_service_is_disconnected_after_its_timeout_and_one_that_is_heard_is_not()
    {
        var server = cluster.Start("b");
        var (silent, heard) = (await server.AddAsync(ServiceType.SCHEDULER, "silent"), await server.AddAsync(ServiceType.WORKER, "heard"));
        await executor.LookAsync();
        cluster.Time.Advance(40);
        await server.BeatAsync(heard);
        cluster.Time.Advance(4.9);
        await executor.LookAsync();
        (await cluster.StateAsync(silent.Id)).ShouldBe(ServiceState.RUNNING);
        cluster.Time.Advance(0.2);
        await executor.LookAsync();

        (await cluster.StateAsync("silent")).ShouldBe(ServiceState.DISCONNECTED);
        (await cluster.StateAsync("heard")).ShouldBe(ServiceState.RUNNING);
        (await cluster.Repository.FindAsync("silent", CancellationToken.None))!.Events[^1].Text
            .ShouldBe("The service was detected as non-responsive after the session timeout. Service transitioned to the 'DISCONNECTED' state.");
        cluster.Lines.ShouldContain("Detected new service [id=silent, type=SCHEDULER, hostname=host-b] (started at: 2026-05-04T12:00:00Z).");
        cluster.Lines.ShouldContain("Detected non-responding service [id=silent, type=SCHEDULER, hostname=host-b] after timeout (45000ms).");
        cluster.Lines.Count(static line => line.StartsWith("Detected new service [id=heard,", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Services_of_its_own_process_and_those_without_liveness_are_left_alone()
    {
        await executor.AddAsync(ServiceType.WORKER, "own");
        await cluster.Start("b", liveness: false).AddAsync(ServiceType.WORKER, "unwatched");
        cluster.Time.Advance(100_000);
        await executor.LookAsync();

        (await cluster.StateAsync("own")).ShouldBe(ServiceState.RUNNING);
        (await cluster.StateAsync("unwatched")).ShouldBe(ServiceState.RUNNING);
        cluster.Cared.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_young_service_is_given_its_initial_delay()
    {
        var server = cluster.Start("b");
        await server.AddAsync(ServiceType.WORKER, "w");
        var stored = (await cluster.Repository.FindAsync("w", CancellationToken.None))!;
        await cluster.Repository.SaveAsync(stored with { Config = stored.Config with { Liveness = stored.Config.Liveness with { InitialDelay = Duration.FromMinutes(2) } } }, CancellationToken.None);
        cluster.Time.Advance(119);
        await executor.LookAsync();
        (await cluster.StateAsync("w")).ShouldBe(ServiceState.RUNNING);
        cluster.Time.Advance(2);
        await executor.LookAsync();
        (await cluster.StateAsync("w")).ShouldBe(ServiceState.DISCONNECTED);
    }

    [Theory]
    [InlineData(TaskRestartStrategy.IMMEDIATELY, "resubmit w", "resubmit w; resubmit w")]
    [InlineData(TaskRestartStrategy.AFTER_TERMINATION_GRACE_PERIOD, "", "resubmit w")]
    [InlineData(TaskRestartStrategy.NEVER, "", "fail w")]
    public async Task Work_of_a_lost_worker_is_taken_care_of_by_its_own_strategy(TaskRestartStrategy restart, string afterTimeout, string afterGrace)
    {
        await cluster.Start("b", restart: restart).AddAsync(ServiceType.WORKER, "w");
        cluster.Time.Advance(Timeout);
        await executor.LookAsync();
        (await cluster.StateAsync("w")).ShouldBe(ServiceState.DISCONNECTED);
        string.Join("; ", cluster.Cared).ShouldBe(afterTimeout);
        cluster.Time.Advance(299);
        await executor.LookAsync();
        (await cluster.StateAsync("w")).ShouldBe(ServiceState.DISCONNECTED);
        cluster.Time.Advance(1.1);
        await executor.LookAsync();

        (await cluster.StateAsync("w")).ShouldBe(ServiceState.NOT_RUNNING);
        string.Join("; ", cluster.Cared).ShouldBe(afterGrace);
        cluster.Lines.ShouldContain("Detected non-responding service [id=w, type=WORKER, hostname=host-b] after termination grace period (300000ms).");
        cluster.Lines.Contains("Trigger task restart for non-responding workers after timeout: [w].").ShouldBe(restart == TaskRestartStrategy.IMMEDIATELY);
        cluster.Lines.Contains("Trigger task restart for non-responding workers after termination grace period: [w].").ShouldBe(restart != TaskRestartStrategy.NEVER);
        await executor.LookAsync();
        (await cluster.StateAsync("w")).ShouldBe(ServiceState.INACTIVE);
        (await cluster.Repository.FindAsync("w", CancellationToken.None))!.Events[^2].Text
            .ShouldBe("The service was detected as non-responsive or terminated after termination grace period. Service transitioned to the 'NOT_RUNNING' state.");
    }

    [Theory]
    [InlineData(TaskRestartStrategy.AFTER_TERMINATION_GRACE_PERIOD, "resubmit w")]
    [InlineData(TaskRestartStrategy.IMMEDIATELY, "resubmit w; resubmit w")]
    [InlineData(TaskRestartStrategy.NEVER, "fail w")]
    public async Task A_process_that_the_database_has_lost_and_that_is_silent_is_given_up_at_the_second_look(TaskRestartStrategy restart, string cared)
    {
        var server = cluster.Start("b", restart: restart);
        await server.AddAsync(ServiceType.EXECUTOR, "e");
        await server.AddAsync(ServiceType.WORKER, "w");
        cluster.Gone.Add("e");
        cluster.Time.Advance(6.1);
        await executor.LookAsync();
        (await cluster.StateAsync("w")).ShouldBe(ServiceState.RUNNING);
        await executor.LookAsync();

        (await cluster.StateAsync("w")).ShouldBe(ServiceState.NOT_RUNNING);
        (await cluster.StateAsync("e")).ShouldBe(ServiceState.NOT_RUNNING);
        string.Join("; ", cluster.Cared).ShouldBe(cared);
        cluster.Lines.ShouldContain("The process of [id=w, type=WORKER, hostname=host-b] has ended: the database has closed its session, and it gives no sign of life");
    }

    [Fact]
    public async Task A_process_that_only_lost_its_session_is_not_given_up()
    {
        var server = cluster.Start("b");
        var parts = new[] { await server.AddAsync(ServiceType.EXECUTOR, "e"), await server.AddAsync(ServiceType.WORKER, "w") };

        // The database was away: nobody could give a sign of life, and who looks first sees none.
        cluster.Gone.Add("e");
        cluster.Time.Advance(30);
        await executor.LookAsync();
        (await cluster.StateAsync("w")).ShouldBe(ServiceState.RUNNING);

        // It is back before it shows itself.
        cluster.Time.Advance(5);
        foreach (var part in parts)
        {
            await server.BeatAsync(part);
        }

        await executor.LookAsync();
        (await cluster.StateAsync("w")).ShouldBe(ServiceState.RUNNING);
        cluster.Gone.Clear();
        cluster.Time.Advance(30);
        await executor.LookAsync();
        cluster.Gone.Add("e");
        await executor.LookAsync();
        (await cluster.StateAsync("w")).ShouldBe(ServiceState.RUNNING);
        cluster.Cared.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(ServiceState.TERMINATED_FORCED, TaskRestartStrategy.AFTER_TERMINATION_GRACE_PERIOD, "resubmit w")]
    [InlineData(ServiceState.TERMINATED_FORCED, TaskRestartStrategy.NEVER, "fail w")]
    [InlineData(ServiceState.TERMINATED_GRACEFULLY, TaskRestartStrategy.NEVER, "resubmit w")]
    public async Task A_worker_that_has_ended_is_put_away_at_once(ServiceState end, TaskRestartStrategy restart, string cared)
    {
        var server = cluster.Start("b", restart: restart);
        var worker = await server.AddAsync(ServiceType.WORKER, "w");
        await server.Reporter.ReportAsync(worker, ServiceState.TERMINATING, null, CancellationToken.None);
        await server.Reporter.ReportAsync(worker, end, null, CancellationToken.None);
        await executor.LookAsync();

        (await cluster.StateAsync("w")).ShouldBe(ServiceState.NOT_RUNNING);
        cluster.Cared.ShouldBe([cared]);
    }

    [Theory]
    [InlineData(ServiceState.DISCONNECTED)]
    [InlineData(ServiceState.TERMINATING)]
    [InlineData(ServiceState.TERMINATED_GRACEFULLY)]
    public async Task Other_services_are_put_away_after_the_grace_period(ServiceState state)
    {
        await cluster.Start("b").AddAsync(ServiceType.SCHEDULER, "s");
        var stored = (await cluster.Repository.FindAsync("s", CancellationToken.None))!;
        await cluster.Repository.SaveAsync(stored.Forced(state, stored.UpdatedAt), CancellationToken.None);
        cluster.Time.Advance(299);
        await executor.LookAsync();
        (await cluster.StateAsync("s")).ShouldBe(state);
        cluster.Time.Advance(1.1);
        await executor.LookAsync();
        (await cluster.StateAsync("s")).ShouldBe(ServiceState.NOT_RUNNING);
        cluster.Cared.ShouldBeEmpty();
    }

    [Fact]
    public async Task Work_that_cannot_be_taken_care_of_now_is_not_forgotten_and_keeps_nobody_waiting()
    {
        var server = cluster.Start("b", restart: TaskRestartStrategy.IMMEDIATELY);
        await server.AddAsync(ServiceType.WORKER, "w");
        await server.AddAsync(ServiceType.SCHEDULER, "s");
        cluster.Time.Advance(Timeout);
        cluster.IsCareBroken = true;
        await executor.LookAsync();
        (await cluster.StateAsync("w")).ShouldBe(ServiceState.RUNNING);
        (await cluster.StateAsync("s")).ShouldBe(ServiceState.DISCONNECTED);
        cluster.IsCareBroken = false;
        await executor.LookAsync();

        (await cluster.StateAsync("w")).ShouldBe(ServiceState.DISCONNECTED);
        cluster.Cared.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Of_coordinators_at_the_same_time_one_takes_care_of_a_worker()
    {
        await cluster.Start("b").AddAsync(ServiceType.WORKER, "w");
        var others = Enumerable.Range(0, 8).Select(index => cluster.Start($"executor-{index}")).ToList();
        cluster.Time.Advance(Timeout);
        await Task.WhenAll(others.Select(static other => Task.Run(other.LookAsync)));
        cluster.Time.Advance(Grace);
        await Task.WhenAll(others.Select(static other => Task.Run(other.LookAsync)));

        cluster.Cared.ShouldBe(["resubmit w"]);
    }

    [Fact]
    public async Task Looks_come_at_intervals_and_one_is_left_out_after_the_clock_leapt()
    {
        var server = cluster.Start("b");
        using var service = new LivenessCoordinatorService(executor.Coordinator, executor.Server, cluster.Time, cluster.Logger<LivenessCoordinatorService>(), static () => 0);
        await service.StartAsync(CancellationToken.None);
        await cluster.Time.TimerStartsAsync();
        await server.AddAsync(ServiceType.WORKER, "w");
        cluster.Time.Advance(5);
        await cluster.Time.TimerStartsAsync();
        cluster.Time.Advance(60);
        await cluster.Time.TimerStartsAsync();
        (await cluster.StateAsync("w")).ShouldBe(ServiceState.RUNNING);
        cluster.Lines.ShouldContain("Thread starvation or clock leap detected (elapsed since previous schedule 60000ms");
        cluster.Time.Advance(5);
        await cluster.Time.TimerStartsAsync();

        (await cluster.StateAsync("w")).ShouldBe(ServiceState.DISCONNECTED);
        await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Rows_of_services_long_gone_are_purged_after_the_initial_delay_and_then_at_intervals()
    {
        await executor.AddAsync(ServiceType.WORKER, "old");
        var stored = (await cluster.Repository.FindAsync("old", CancellationToken.None))!;
        await cluster.Repository.SaveAsync(stored.Forced(ServiceState.INACTIVE, stored.UpdatedAt - Duration.FromDays(29.5)), CancellationToken.None);
        using var purge = new ServicePurge(cluster.Repository, executor.Server, cluster.Time, cluster.Logger<ServicePurge>());
        await purge.StartAsync(CancellationToken.None);
        await cluster.Time.TimerStartsAsync();
        cluster.Time.Advance(3600);
        await cluster.Time.TimerStartsAsync();
        (await cluster.StateAsync("old")).ShouldBe(ServiceState.INACTIVE);
        cluster.Time.Advance(86_400);
        await cluster.Time.TimerStartsAsync();

        (await cluster.StateAsync("old")).ShouldBeNull();
        cluster.Lines.ShouldContain("Purged 1 service instances");
        await purge.StopAsync(CancellationToken.None);
    }
}

using Kestra.Hosting.Liveness;
using Kestra.Model.Cluster;
using Kestra.Storage.Cluster;
using NodaTime;

namespace Kestra.Hosting.Tests.Liveness;

public sealed class HeartbeatTests : IDisposable
{
    private readonly Cluster cluster = new();

    public void Dispose() => cluster.Dispose();

    [Fact]
    public async Task A_service_registers_runs_ends_and_is_heard_all_the_while()
    {
        var server = cluster.Start("a");
        var service = new LocalService(ServiceType.WORKER, "w", new Dictionary<string, object?> { ["worker.group"] = "gpu" }, static () => [new ServiceMetric("worker.job.running", "GAUGE", null, null, [], 2)]);
        var life = server.Life(service);
        await life.StartAsync(CancellationToken.None);
        (await cluster.StateAsync("w")).ShouldBe(ServiceState.CREATED);
        await life.StartedAsync(CancellationToken.None);
        (await cluster.StateAsync("w")).ShouldBe(ServiceState.RUNNING);

        cluster.Time.Advance(3);
        await server.BeatAsync(service);
        var row = (await cluster.Repository.FindAsync("w", CancellationToken.None))!;
        (row.UpdatedAt - row.CreatedAt).ShouldBe(Duration.FromSeconds(3));
        row.Metrics.ShouldHaveSingleItem().Value.ShouldBe(2);
        row.Props["worker.group"].ShouldBe("gpu");

        await life.StoppingAsync(CancellationToken.None);
        cluster.Time.Advance(100);
        await server.BeatAsync(service);
        row = (await cluster.Repository.FindAsync("w", CancellationToken.None))!;
        (row.State, row.UpdatedAt - row.CreatedAt).ShouldBe((ServiceState.TERMINATING, Duration.FromSeconds(103)));
        await life.StopAsync(CancellationToken.None);
        await server.BeatAsync(service);

        row = (await cluster.Repository.FindAsync("w", CancellationToken.None))!;
        row.Events.Select(static one => one.State).ShouldBe([ServiceState.CREATED, ServiceState.RUNNING, ServiceState.TERMINATING, ServiceState.TERMINATED_GRACEFULLY]);
        const string Name = "[Service id=w, type='WORKER', hostname='host-a']";
        cluster.Lines.ShouldBe([$"{Name} Connected.", $"{Name} Terminating", $"{Name} Closed (TERMINATED_GRACEFULLY)."]);
    }

    [Fact]
    public async Task A_worker_that_left_work_behind_ended_by_force_and_a_scheduler_beside_it_did_not()
    {
        var server = cluster.Start("a");
        var (worker, scheduler) = (await server.AddAsync(ServiceType.WORKER, "w"), await server.AddAsync(ServiceType.SCHEDULER, "s"));
        server.Standing.ReportForced();
        foreach (var life in new[] { server.Life(worker), server.Life(scheduler) })
        {
            await life.StoppingAsync(CancellationToken.None);
            await life.StopAsync(CancellationToken.None);
        }

        (await cluster.StateAsync("w")).ShouldBe(ServiceState.TERMINATED_FORCED);
        (await cluster.StateAsync("s")).ShouldBe(ServiceState.TERMINATED_GRACEFULLY);
    }

    [Fact]
    public async Task A_service_that_is_never_ready_never_runs_and_can_be_stopped()
    {
        var service = new LocalService(ServiceType.EXECUTOR, "e");
        var life = cluster.Start("a").Life(service, static () => new TaskCompletionSource().Task);
        await life.StartAsync(CancellationToken.None);
        await life.StartedAsync(CancellationToken.None);
        (await cluster.StateAsync("e")).ShouldBe(ServiceState.CREATED);

        await life.StoppingAsync(CancellationToken.None);
        await life.StopAsync(CancellationToken.None);

        (await cluster.StateAsync("e")).ShouldBe(ServiceState.TERMINATED_GRACEFULLY);
    }

    [Fact]
    public async Task A_worker_without_a_database_gives_up_before_others_take_its_work()
    {
        var server = cluster.Start("a");
        var worker = await server.AddAsync(ServiceType.WORKER, "w");
        cluster.Repository.IsAway = true;

        cluster.Time.Advance(41);
        await server.BeatAsync(worker);
        server.Standing.Lost.IsCancellationRequested.ShouldBeFalse();
        cluster.Time.Advance(1);
        await server.BeatAsync(worker);

        server.Standing.Lost.IsCancellationRequested.ShouldBeTrue();
        (await server.Exit.Requested).ShouldBe("the worker could not give a sign of life in time");
        worker.State.ShouldBe(ServiceState.DISCONNECTED);
        cluster.Lines.ShouldContain("[Service id=w, type='WORKER', hostname='host-a'] Failed to update state before reaching timeout (45000ms). Disconnecting.");
        (await cluster.StateAsync("w")).ShouldBe(ServiceState.RUNNING);
    }

    [Fact]
    public async Task A_connection_that_hangs_does_not_keep_a_worker_from_giving_up()
    {
        var server = cluster.Start("a");
        var worker = await server.AddAsync(ServiceType.WORKER, "w");
        cluster.Repository.Hangs = true;

        var beat = server.BeatAsync(worker);
        cluster.Time.Advance(42);
        await beat.WaitAsync(TimeSpan.FromSeconds(20));

        server.Standing.Lost.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task A_database_that_comes_back_in_time_is_told_of_once()
    {
        var server = cluster.Start("a");
        var worker = await server.AddAsync(ServiceType.WORKER, "w");
        cluster.Repository.IsAway = true;
        cluster.Time.Advance(20);
        await server.BeatAsync(worker);
        await server.BeatAsync(worker);
        cluster.Repository.IsAway = false;
        await server.BeatAsync(worker);
        cluster.Time.Advance(41);
        cluster.Repository.IsAway = true;
        await server.BeatAsync(worker);

        server.Standing.Lost.IsCancellationRequested.ShouldBeFalse();
        cluster.Lines.Count(static line => line.Contains("Failed to update state: The database is away.", StringComparison.Ordinal)).ShouldBe(2);
        cluster.Lines.Count(static line => line.Contains("State is updated again.", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [InlineData(ServiceType.WORKER, ServerKind.STANDALONE, true)]
    [InlineData(ServiceType.EXECUTOR, ServerKind.SERVER, true)]
    [InlineData(ServiceType.WEBSERVER, ServerKind.SERVER, true)]
    [InlineData(ServiceType.WORKER, ServerKind.SERVER, false)]
    public async Task Only_a_worker_of_its_own_with_liveness_ends_because_it_cannot_be_heard(ServiceType type, ServerKind kind, bool liveness)
    {
        var server = cluster.Start("a", kind, liveness: liveness);
        var service = await server.AddAsync(type, "x");
        cluster.Repository.IsAway = true;
        cluster.Time.Advance(1000);
        await server.BeatAsync(service);

        server.Standing.Lost.IsCancellationRequested.ShouldBeFalse();
        server.Exit.Requested.IsCompleted.ShouldBeFalse();
        service.State.ShouldBe(ServiceState.RUNNING);
    }

    [Theory]
    [InlineData(ServiceType.WORKER, ServerKind.STANDALONE, ServiceState.DISCONNECTED)]
    [InlineData(ServiceType.EXECUTOR, ServerKind.STANDALONE, ServiceState.NOT_RUNNING)]
    [InlineData(ServiceType.WEBSERVER, ServerKind.SERVER, ServiceState.INACTIVE)]
    [InlineData(ServiceType.INDEXER, ServerKind.SERVER, ServiceState.DISCONNECTED)]
    public async Task A_service_that_is_never_shut_down_insists_on_running(ServiceType type, ServerKind kind, ServiceState declared)
    {
        var server = cluster.Start("a", kind);
        var service = await server.AddAsync(type, "x");
        await DeclareAsync("x", declared);

        await server.BeatAsync(service);

        (await cluster.StateAsync("x")).ShouldBe(ServiceState.RUNNING);
        server.Exit.Requested.IsCompleted.ShouldBeFalse();
        server.Standing.Lost.IsCancellationRequested.ShouldBeFalse();
    }

    [Theory]
    [InlineData(ServiceType.WORKER, ServiceState.DISCONNECTED, TaskRestartStrategy.AFTER_TERMINATION_GRACE_PERIOD, false)]
    [InlineData(ServiceType.WORKER, ServiceState.DISCONNECTED, TaskRestartStrategy.IMMEDIATELY, true)]
    [InlineData(ServiceType.WORKER, ServiceState.NOT_RUNNING, TaskRestartStrategy.AFTER_TERMINATION_GRACE_PERIOD, true)]
    [InlineData(ServiceType.WORKER, ServiceState.INACTIVE, TaskRestartStrategy.NEVER, true)]
    [InlineData(ServiceType.EXECUTOR, ServiceState.NOT_RUNNING, TaskRestartStrategy.IMMEDIATELY, false)]
    [InlineData(ServiceType.SCHEDULER, ServiceState.DISCONNECTED, TaskRestartStrategy.IMMEDIATELY, false)]
    public async Task A_service_that_was_given_up_shuts_down_and_a_replaced_worker_does_so_without_grace(ServiceType type, ServiceState declared, TaskRestartStrategy restart, bool withoutGrace)
    {
        var server = cluster.Start("a", restart: restart);
        var service = await server.AddAsync(type, "x");
        await DeclareAsync("x", declared);

        await server.BeatAsync(service);

        (await server.Exit.Requested).ShouldBe($"the service {type} was declared {declared} by another server");
        server.Standing.Lost.IsCancellationRequested.ShouldBe(withoutGrace);
        (await cluster.StateAsync("x")).ShouldBe(declared);
        cluster.Lines.Any(static line => line.EndsWith("Terminating now and skip waiting for tasks completions.", StringComparison.Ordinal)).ShouldBe(withoutGrace);
    }

    [Fact]
    public async Task A_worker_that_drains_too_long_gives_up_when_its_work_was_given_to_others()
    {
        var server = cluster.Start("a");
        var worker = await server.AddAsync(ServiceType.WORKER, "w");
        await server.Reporter.ReportAsync(worker, ServiceState.TERMINATING, null, CancellationToken.None);
        await server.BeatAsync(worker);
        server.Standing.Lost.IsCancellationRequested.ShouldBeFalse();
        await DeclareAsync("w", ServiceState.NOT_RUNNING);

        await server.BeatAsync(worker);

        server.Standing.Lost.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task A_row_that_disappeared_is_made_again()
    {
        var server = cluster.Start("a");
        var worker = await server.AddAsync(ServiceType.WORKER, "w");
        await cluster.Repository.DeleteAsync("w", CancellationToken.None);
        await server.BeatAsync(worker);

        (await cluster.StateAsync("w")).ShouldBe(ServiceState.RUNNING);
    }

    [Fact]
    public async Task The_living_are_those_that_run_and_are_heard()
    {
        var (first, second) = (cluster.Start("a"), cluster.Start("b"));
        await first.AddAsync(ServiceType.EXECUTOR, "e1");
        cluster.Time.Advance(1);
        var heard = await second.AddAsync(ServiceType.EXECUTOR, "e2");
        await second.AddAsync(ServiceType.WORKER, "w2");
        var members = new ClusterMembers(cluster.Repository, cluster.Time);
        (await members.LivingAsync(ServiceType.EXECUTOR, CancellationToken.None)).Select(static one => one.Id).ShouldBe(["e1", "e2"]);

        cluster.Time.Advance(40);
        await second.BeatAsync(heard);
        cluster.Time.Advance(10);
        (await members.LivingAsync(ServiceType.EXECUTOR, CancellationToken.None)).Select(static one => one.Id).ShouldBe(["e2"]);
        await second.Reporter.ReportAsync(heard, ServiceState.TERMINATING, null, CancellationToken.None);
        (await members.LivingAsync(ServiceType.EXECUTOR, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Signs_of_life_come_at_intervals_and_sooner_when_time_runs_out()
    {
        var server = cluster.Start("a");
        var worker = await server.AddAsync(ServiceType.WORKER, "w");
        using var service = new HeartbeatService([worker], server.Reporter, server.Server, cluster.Time, cluster.Logger<HeartbeatService>());
        await service.StartAsync(CancellationToken.None);
        await cluster.Time.TimerStartsAsync();
        await cluster.Time.TimerStartsAsync();
        var before = (await cluster.Repository.FindAsync("w", CancellationToken.None))!.SeqId;

        cluster.Time.Advance(3);
        await cluster.Time.TimerStartsAsync();
        await cluster.Time.TimerStartsAsync();
        (await cluster.Repository.FindAsync("w", CancellationToken.None))!.SeqId.ShouldBe(before + 1);
        cluster.Repository.IsAway = true;
        cluster.Time.Advance(41);
        await cluster.Time.TimerStartsAsync();
        await cluster.Time.TimerStartsAsync();
        server.Standing.Lost.IsCancellationRequested.ShouldBeFalse();
        cluster.Time.Advance(1);
        await server.Exit.Requested.WaitAsync(TimeSpan.FromSeconds(20));

        server.Standing.Lost.IsCancellationRequested.ShouldBeTrue();
        await service.StopAsync(CancellationToken.None);
    }

    private async Task DeclareAsync(string id, ServiceState state)
    {
        var stored = (await cluster.Repository.FindAsync(id, CancellationToken.None))!;
        await cluster.Repository.SaveAsync(stored.Forced(state, stored.UpdatedAt), CancellationToken.None);
    }
}

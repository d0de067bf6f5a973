using Kestra.Hosting.Configuration;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios.Cluster;

/// <summary>Triggers that are watched by workers of other processes.</summary>
[Collection(ClusterTests.Name)]
public sealed class WatchingTests : IAsyncDisposable
{
    // Signs of life that a test can wait out.
    private static readonly (string Key, string Value)[] Hasty =
    [
        ("kestra.server.liveness.timeout", "PT20S"),
        ("kestra.server.liveness.initial-delay", "PT1S"),
        ("kestra.server.worker-task-restart-strategy", "IMMEDIATELY"),
    ];

    private readonly ClusterWorld world = new();

    private PumpedTime Time => world.Time;

    private WatchSource Source => world.Source;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task A_scheduler_runs_no_plugin_and_a_worker_of_another_process_does()
    {
        await world.StartExecutorAsync();
        var scheduler = await world.StartSchedulerAsync();
        await world.SaveAsync(scheduler, world.Watching("Looking"));
        Source.Findings.Enqueue(7);
        await Time.PassAsync(TimeSpan.FromMinutes(5));
        Source.Looks.ShouldBe(0, "there is no worker");
        world.Row()!.EvaluateRunningDate.ShouldNotBeNull("the look is owed");

        await world.StartWorkerAsync();
        await Time.UntilAsync(() => world.Ended().Count == 1, "what was found becomes an execution");
        var execution = world.Ended()[0];
        execution.TaskRunList![0].Outputs!["value"].ShouldBe("7");
        await Time.UntilAsync(() => world.Row() is { ExecutionId: null }, "the end of its execution releases the trigger");
        await Time.UntilAsync(() => Source.Looks >= 3, "it is looked at again and again");
        world.Executions().Count.ShouldBe(1);
        Jobs().Count.ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task Only_workers_of_its_group_watch_a_trigger()
    {
        await world.StartExecutorAsync();
        var scheduler = await world.StartSchedulerAsync();
        await world.StartWorkerAsync();
        await world.SaveAsync(scheduler, world.Watching("Looking", "    workerGroup:\n      key: special"));
        await Time.PassAsync(TimeSpan.FromMinutes(2));
        Source.Looks.ShouldBe(0);

        await world.StartWorkerAsync(("kestra.worker.group-key", "special"));
        await Time.UntilAsync(() => Source.Looks == 1, "a worker of the group looks");
    }

    [Fact]
    public async Task The_look_of_a_lost_worker_is_another_workers_and_what_the_lost_one_finds_late_is_refused()
    {
        await world.StartExecutorAsync(Hasty);
        var scheduler = await world.StartSchedulerAsync(Hasty);
        var lost = await world.StartWorkerAsync(Hasty);
        Source.Hold = new TaskCompletionSource();
        Source.Findings.Enqueue(1);
        Source.Findings.Enqueue(2);
        await world.SaveAsync(scheduler, world.Watching("Looking", "    interval: PT10M"));
        await Time.UntilAsync(() => Source.Looks == 1, "the first worker looks");

        lost.Link.Sever();
        await world.StartWorkerAsync(Hasty);
        var late = Source.Hold;
        Source.Hold = null;
        await Time.UntilAsync(() => world.Ended().Count == 1, "the second worker looks");
        lost.Link.Mend();
        late.SetResult();
        await Time.PassAsync(TimeSpan.FromMinutes(2));

        Source.Looks.ShouldBe(2);
        world.Executions().ShouldHaveSingleItem().TaskRunList![0].Outputs!["value"].ShouldBe("2", "the late finding is void");
    }

    [Fact]
    public async Task A_realtime_trigger_survives_its_worker_and_runs_on_one_at_a_time()
    {
        await world.StartExecutorAsync(Hasty);
        var scheduler = await world.StartSchedulerAsync(Hasty);
        var first = await world.StartWorkerAsync(Hasty);
        await world.SaveAsync(scheduler, world.Watching("Streaming"));
        await Time.UntilAsync(() => Source.Watching == 1, "it is watched");
        Source.Tell(1);
        await Time.UntilAsync(() => world.Ended().Count == 1, "an event is an execution");
        await Time.UntilAsync(() => world.Row()!.WorkerId is not null, "its row names the worker");
        var before = world.Row()!.WorkerId;

        var second = await world.StartWorkerAsync(Hasty);
        first.Link.Sever();
        await Time.UntilAsync(() => Source.Begun == 2, "the other worker watches");
        Source.Most.ShouldBe(1, "the lost worker gave up first");
        Source.Tell(2);
        await Time.UntilAsync(() => world.Ended().Count == 2, "an event is an execution");
        await Time.UntilAsync(() => world.Row()!.WorkerId is { } now && now != before, "its row names the other worker");

        await world.StartWorkerAsync(Hasty);
        await second.StopAsync();
        await Time.UntilAsync(() => Source.Begun == 3, "a worker that stops hands it on at once");
        Source.Most.ShouldBe(1);
        Source.Tell(3);
        await Time.UntilAsync(() => world.Ended().Count == 3, "an event is an execution");
        Numbers().ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public async Task A_realtime_trigger_stops_with_its_flow_and_begins_again_as_it_is_declared_then()
    {
        await world.StartExecutorAsync();
        var scheduler = await world.StartSchedulerAsync();
        await world.StartWorkerAsync();
        await world.SaveAsync(scheduler, world.Watching("Streaming", "    mark: one"));
        await Time.UntilAsync(() => Source.Mark == "one", "it is watched");

        await world.SaveAsync(scheduler, world.Watching("Streaming", "    mark: one", format: "other {{ trigger.number }}"));
        Source.Tell(1);
        await Time.UntilAsync(() => world.Ended().Count == 1, "an event is an execution");
        (Source.Begun, world.Ended()[0].FlowRevision).ShouldBe((1, 2), "a change elsewhere leaves it running, and its executions are of the new revision");

        await world.SaveAsync(scheduler, world.Watching("Streaming", "    mark: two"));
        await Time.UntilAsync(() => Source.Mark == "two", "it is watched as it is declared now");
        Source.Tell(2);
        await Time.UntilAsync(() => world.Ended().Count == 2, "an event is an execution");
        world.Ended().Select(static execution => execution.FlowRevision).Max().ShouldBe(3);

        await world.SaveAsync(scheduler, world.Watching("Streaming", "    mark: two\n    disabled: true"));
        await Time.UntilAsync(() => Source.Watching == 0, "disabled in its flow it stops");
        await world.SaveAsync(scheduler, world.Watching("Streaming", "    mark: two"));
        await Time.UntilAsync(() => Source.Watching == 1, "enabled it begins");
        await SetDisabledAsync(scheduler, true);
        await Time.UntilAsync(() => Source.Watching == 0, "disabled by a user it stops");
        await SetDisabledAsync(scheduler, false);
        await Time.UntilAsync(() => Source.Watching == 1, "enabled it begins");
        await world.SaveAsync(scheduler, world.Watching("Streaming", "    mark: two"), deleted: true);
        await Time.UntilAsync(() => Source.Watching == 0, "deleted it stops");
        world.Row().ShouldBeNull();
        await Time.UntilAsync(() => Jobs().Count == 0, "nothing is left of it");
        Source.Most.ShouldBe(1, "a run never overlaps with the one before");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task A_realtime_trigger_runs_on_while_schedulers_change(bool isKilled, bool isFlowChanged)
    {
        await world.StartExecutorAsync();
        var first = await world.StartSchedulerAsync();
        await world.StartWorkerAsync();
        await world.SaveAsync(first, world.Watching("Streaming"));
        await Time.UntilAsync(() => Source.Watching == 1, "it is watched");
        Source.Tell(1);
        await Time.UntilAsync(() => world.Ended().Count == 1, "an event is an execution");
        if (isFlowChanged)
        {
            await world.SaveAsync(first, world.Watching("Streaming", format: "{{ trigger.number ~ '' }}"));
        }

        var second = await world.StartSchedulerAsync();
        if (isKilled)
        {
            first.Link.Sever();
        }
        else
        {
            await first.StopAsync();
        }

        for (var number = 2; number <= 4; number++)
        {
            Source.Tell(number);
        }

        await Time.UntilAsync(() => world.Ended().Count == 4, "events between two schedulers become executions");
        Numbers().ShouldBe(["1", "2", "3", "4"]);
        await Time.UntilAsync(() => second.Services.GetRequiredService<ILocalTriggers>().Owns(Key), "the second scheduler has it");
        await Time.PassAsync(TimeSpan.FromMinutes(2));
        (Source.Begun, Source.Watching).ShouldBe((1, 1), "nobody has begun it again");
        await SetDisabledAsync(second, true);
        await Time.UntilAsync(() => Source.Watching == 0, "the second scheduler knows who watches");
    }

    [Fact]
    public async Task A_realtime_trigger_that_was_changed_while_no_scheduler_lived_begins_again()
    {
        await world.StartExecutorAsync();
        var first = await world.StartSchedulerAsync();
        var worker = await world.StartWorkerAsync();
        await world.SaveAsync(first, world.Watching("Streaming", "    mark: one"));
        await Time.UntilAsync(() => Source.Mark == "one", "it is watched");
        await first.StopAsync();
        await ScenarioServer.StoreAsync(worker.Services, world.Watching("Streaming", "    mark: two"), 1, deleted: false, TestContext.Current.CancellationToken);

        await world.StartSchedulerAsync();
        await Time.UntilAsync(() => Source is { Mark: "two", Watching: 1 }, "it is watched as it is declared now");
        Source.Most.ShouldBe(1);
    }

    [Fact]
    public async Task The_group_of_a_trigger_may_be_an_expression()
    {
        await world.StartExecutorAsync();
        var scheduler = await world.StartSchedulerAsync();
        await world.StartWorkerAsync(("kestra.worker.group-key", "watched-group"));
        await world.SaveAsync(scheduler, world.Watching("Looking", "    workerGroup:\n      key: \"{{ flow.id }}-group\""));
        await Time.UntilAsync(() => Source.Looks == 1, "a worker of the group looks");
    }

    [Fact]
    public async Task A_group_that_cannot_be_rendered_is_told_by_one_failed_execution()
    {
        await world.StartExecutorAsync();
        var scheduler = await world.StartSchedulerAsync();
        await world.StartWorkerAsync();
        await world.SaveAsync(scheduler, world.Watching("Looking", "    workerGroup:\n      key: \"{{ nobody.knows }}\""));
        await Time.UntilAsync(() => world.Ended().Count > 0, "it is told");
        world.Ended()[0].State.Current.ShouldBe(StateType.FAILED);
        Source.Looks.ShouldBe(0);
    }

    [Fact]
    public async Task A_trigger_that_no_worker_can_watch_fails_and_is_tried_again()
    {
        await world.StartExecutorAsync();
        var scheduler = await world.StartSchedulerAsync();
        await world.StartWorkerAsync(("kestra.worker.triggers.timeout", "PT5S"));
        Source.Hold = new TaskCompletionSource();
        await world.SaveAsync(scheduler, world.Watching("Looking", "    failOnTriggerError: true\n    interval: PT10S"));
        await Time.UntilAsync(() => world.Executions().Count == 1, "an evaluation that takes too long fails");
        world.Executions()[0].State.Current.ShouldBe(StateType.FAILED);
        await Time.UntilAsync(() => Source.Looks >= 2, "it is looked at again");
    }

    private static TriggerKey Key => new(Tenants.Default, "company.team", "watched", "watch");

    private IReadOnlyList<Storage.Executions.WorkerJobRow> Jobs() =>
        world.Store.Jobs.ListAsync(new SchedulerShards(SchedulerShards.DefaultCount).LaneOf(Key), CancellationToken.None).Result;

    private Task SetDisabledAsync(ClusterProcess process, bool disabled) =>
        Time.WhileAsync(process.Services.GetRequiredService<ITriggerControl>().SetDisabledAsync(Key, disabled, CancellationToken.None), "the scheduler switches the trigger");

    private IReadOnlyList<object?> Numbers() => [.. world.Ended().Select(static execution => execution.TaskRunList![0].Outputs!["value"]).OrderBy(static value => (string)value!, StringComparer.Ordinal)];
}

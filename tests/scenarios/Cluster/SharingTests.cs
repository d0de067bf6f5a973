using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios.Cluster;

/// <summary>Several schedulers on one database.</summary>
[Collection(ClusterTests.Name)]
public sealed class SharingTests : IAsyncDisposable
{
    private const int Flows = 8;

    private readonly ClusterWorld world = new();

    private PumpedTime Time => world.Time;

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Fact]
    public async Task Living_schedulers_have_even_shares()
    {
        var first = await world.StartSchedulerAsync();
        Owned(first).ShouldBe(4);
        var second = await world.StartSchedulerAsync();
        await Time.UntilAsync(() => (Owned(first), Owned(second)) == (2, 2), "the first gives up what is beyond its share");
        var third = await world.StartSchedulerAsync(("kestra.scheduler.shards", "4"));
        await Time.PassAsync(TimeSpan.FromSeconds(30));
        (Owned(first) + Owned(second) + Owned(third)).ShouldBe(4);
        new[] { Owned(first), Owned(second), Owned(third) }.Max().ShouldBe(2);

        second.Link.Sever();
        await Time.UntilAsync(() => Owned(first) + Owned(third) == 4, "the shares of one that died are taken over");
        await first.StopAsync();
        await Time.UntilAsync(() => Owned(third) == 4, "one that stops leaves its share at once");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_date_is_lost_or_fired_twice_whatever_commit_a_scheduler_dies_at(bool isAfter)
    {
        await world.StartExecutorAsync();
        var worker = await world.StartWorkerAsync();
        await SaveSchedulesAsync(worker, await world.StartSchedulerAsync());
        var dying = await world.StartSchedulerAsync();
        for (var death = 1; death <= 6; death++)
        {
            await Time.UntilAsync(() => Owned(dying) > 0, "the next one has a share");
            dying.Link.SeverAt(death, isAfter);
            var until = Time.Elapsed + TimeSpan.FromSeconds(40);
            await Time.UntilAsync(() => dying.Link.IsSevered || Time.Elapsed > until, "it dies, or has nothing more to write");
            dying.Link.Sever();
            dying = await world.StartSchedulerAsync();
        }

        await Time.PassAsync(TimeSpan.FromSeconds(30));
        await DisableAsync(worker);
        await Time.UntilAsync(() => world.Executions().All(static execution => execution.State.Current.IsTerminated), "all that was fired ends");
        ShouldHaveFiredEveryDateOnce();
    }

    [Fact]
    public async Task A_scheduler_that_was_stopped_for_a_while_fires_nothing_of_what_others_have_taken()
    {
        await world.StartExecutorAsync();
        var worker = await world.StartWorkerAsync();
        var frozen = await world.StartSchedulerAsync();
        await SaveSchedulesAsync(worker, frozen);
        var second = await world.StartSchedulerAsync();
        await Time.UntilAsync(() => Owned(second) == 2, "they share");
        frozen.Link.Sever();
        await Time.UntilAsync(() => Owned(second) == 4, "the other one has everything");
        frozen.Link.Mend();
        await Time.UntilAsync(() => (Owned(frozen), Owned(second)) == (2, 2), "they share again");
        await Time.PassAsync(TimeSpan.FromSeconds(30));
        await DisableAsync(worker);
        await Time.UntilAsync(() => world.Executions().All(static execution => execution.State.Current.IsTerminated), "all that was fired ends");
        ShouldHaveFiredEveryDateOnce();
    }

    [Fact]
    public async Task Calls_find_the_scheduler_that_has_the_trigger_wherever_they_are_made()
    {
        var executor = await world.StartExecutorAsync();
        await world.StartWorkerAsync();
        var (first, second) = (await world.StartSchedulerAsync(), await world.StartSchedulerAsync());
        await Time.UntilAsync(() => (Owned(first), Owned(second)) == (2, 2), "they share");
        foreach (var caller in new[] { executor, first, second })
        {
            for (var number = 0; number < Flows; number++)
            {
                await world.SaveAsync(caller, Schedule(number));
                var control = caller.Services.GetRequiredService<ITriggerControl>();
                (await Time.WhileAsync(control.SetDisabledAsync(Key(number), true, CancellationToken.None), "it is disabled"))!.Disabled.ShouldBeTrue();
                (await Time.WhileAsync(control.SetDisabledAsync(Key(number), false, CancellationToken.None), "it is enabled"))!.Disabled.ShouldBeFalse();
                await Should.ThrowAsync<TriggerRefusedException>(() => Time.WhileAsync(control.DeleteBackfillAsync(Key(number), CancellationToken.None), "there is no backfill"));
            }
        }
    }

    private static TriggerKey Key(int flow) => new(Tenants.Default, "company.team", $"flow-{flow}", "every");

    private static string Schedule(int number) => $$$"""
        id: flow-{{{number}}}
        namespace: company.team
        triggers:
          - id: every
            type: io.kestra.plugin.core.trigger.Schedule
            cron: "*/5 * * * * *"
            withSeconds: true
        tasks:
          - id: say
            type: io.kestra.plugin.core.debug.Return
            format: "{{ trigger.date }}"
        """;

    private static int Owned(ClusterProcess process)
    {
        var local = process.Services.GetRequiredService<ILocalTriggers>();
        var shards = process.Services.GetRequiredService<SchedulerShards>();
        return Enumerable.Range(0, 200).Select(static number => Key(number)).Where(local.Owns).Select(shards.LaneOf).Distinct().Count();
    }

    private async Task SaveSchedulesAsync(ClusterProcess caller, ClusterProcess scheduler)
    {
        await Time.UntilAsync(() => Owned(scheduler) == 4, "there is a scheduler");
        for (var number = 0; number < Flows; number++)
        {
            await world.SaveAsync(caller, Schedule(number));
        }
    }

    private async Task DisableAsync(ClusterProcess caller)
    {
        for (var number = 0; number < Flows; number++)
        {
            await Time.WhileAsync(caller.Services.GetRequiredService<ITriggerControl>().SetDisabledAsync(Key(number), true, CancellationToken.None), "it is disabled");
        }
    }

    // The dates of a schedule, in steps of five seconds, from its first execution to its last.
    private void ShouldHaveFiredEveryDateOnce()
    {
        for (var number = 0; number < Flows; number++)
        {
            var dates = world.Executions().Where(execution => execution.FlowId == $"flow-{number}").Select(static execution => DateTimeOffset.Parse((string)execution.Trigger!.Variables!["date"]!, System.Globalization.CultureInfo.InvariantCulture)).Order().ToList();
            dates.Count.ShouldBeGreaterThan(3);
            for (var index = 1; index < dates.Count; index++)
            {
                (dates[index] - dates[index - 1]).ShouldBe(TimeSpan.FromSeconds(5), $"flow {number} at {dates[index - 1]}");
            }
        }
    }
}

using Kestra.Hosting.Lanes;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Triggers;
using NodaTime;
using Shouldly;
using Xunit;

namespace Kestra.Scheduler.Tests;

public sealed class BackfillTests
{
    private static Backfill Between(string start, string? end) => new()
    {
        Start = World.At(start).InUtc(),
        End = end is null ? null : World.At(end).InUtc(),
        Inputs = new OrderedDictionary<string, object?> { ["mode"] = "again" },
        Labels = [new Label("backfill", "{{ trigger.date }}")],
    };

    private static async Task<World> StartedAsync(StateType? endWith = StateType.SUCCESS)
    {
        var world = new World("2024-01-10T12:00:00Z") { EndWith = endWith };
        var inputs = new OrderedDictionary<string, object?> { ["mode"] = "first", ["other"] = "kept" };
        await world.PutAsync(World.FlowWith(World.Schedule("0 0 * * *", ("inputs", inputs), ("lateMaximumDelay", Duration.FromMinutes(1)))));
        await world.StartAsync();
        return world;
    }

    private static Task<Trigger?> BackfillAsync(World world, string start, string? end) =>
        world.ChangeAsync((row, entry, now) => TriggerRequests.StartBackfill(row, entry, Between(start, end), now));

    [Fact]
    public async Task RunsTheDatesOfItsSpanAndGoesBackToTheRegularOnes()
    {
        var world = await StartedAsync();
        var row = (await BackfillAsync(world, "2024-01-01T00:00:00Z", "2024-01-03T00:00:00Z"))!;
        row.NextExecutionDate.ShouldBeNull();
        World.Text(row.Backfill!.PreviousNextExecutionDate!.Value).ShouldBe("2024-01-11T00:00:00Z");

        await world.RunUntilAsync("2024-01-10T12:01:00Z");
        world.Dates.ShouldBe(["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", "2024-01-03T00:00:00Z"]);
        world.Row.Backfill.ShouldBeNull();
        world.NextDate.ShouldBe("2024-01-11T00:00:00Z");

        var execution = world.Stored.Executions[0];
        execution.Inputs!["mode"].ShouldBe("again");
        execution.Inputs["other"].ShouldBe("kept");
        execution.Labels!.ShouldContain(new Label("backfill", "2024-01-01T00:00:00Z"));

        await world.RunUntilAsync("2024-01-11T00:00:00Z");
        world.Dates[^1].ShouldBe("2024-01-11T00:00:00Z");
        world.Stored.Executions[^1].Inputs!["mode"].ShouldBe("first");
    }

    [Fact]
    public async Task EndsNowByDefaultAndRunsOneExecutionAtATime()
    {
        var world = await StartedAsync(endWith: null);
        await BackfillAsync(world, "2024-01-09T00:00:00Z", null);
        await world.RunUntilAsync("2024-01-10T12:00:10Z");
        world.Dates.ShouldBe(["2024-01-09T00:00:00Z"]);
        await world.EndAsync(world.Stored.Executions[0], StateType.SUCCESS);
        await world.EndAsync(world.Stored.Executions[1], StateType.SUCCESS);
        world.Dates.ShouldBe(["2024-01-09T00:00:00Z", "2024-01-10T00:00:00Z"]);
        world.Row.Backfill.ShouldBeNull();
    }

    [Fact]
    public async Task APauseHoldsEverything()
    {
        var world = await StartedAsync(endWith: null);
        await BackfillAsync(world, "2024-01-08T00:00:00Z", "2024-01-10T00:00:00Z");
        await world.RunUntilAsync("2024-01-10T12:00:10Z");
        await world.ChangeAsync(static (row, _, _) => TriggerRequests.SetBackfillPaused(row, paused: true));
        await world.EndAsync(world.Stored.Executions[0], StateType.SUCCESS);
        await world.RunUntilAsync("2024-01-12T12:00:00Z");
        world.Dates.Count.ShouldBe(1);
        await world.StartAsync();
        world.Dates.Count.ShouldBe(1);

        world.EndWith = StateType.SUCCESS;
        await world.ChangeAsync(static (row, _, _) => TriggerRequests.SetBackfillPaused(row, paused: false));
        await world.RunUntilAsync("2024-01-12T12:00:01Z");
        world.Dates.Take(3).ShouldBe(["2024-01-08T00:00:00Z", "2024-01-09T00:00:00Z", "2024-01-10T00:00:00Z"]);
    }

    [Fact]
    public async Task DeletingGoesBackToTheRegularDates()
    {
        var world = await StartedAsync(endWith: null);
        await BackfillAsync(world, "2024-01-01T00:00:00Z", "2024-01-09T00:00:00Z");
        await world.RunUntilAsync("2024-01-10T12:00:10Z");
        await world.ChangeAsync(TriggerRequests.DeleteBackfill);
        world.Row.Backfill.ShouldBeNull();
        world.NextDate.ShouldBe("2024-01-11T00:00:00Z");
        await world.EndAsync(world.Stored.Executions[0], StateType.SUCCESS);
        world.Dates.Count.ShouldBe(1);
    }

    [Fact]
    public async Task TheSameSpanCanBeRunAgain()
    {
        var world = await StartedAsync();
        for (var run = 1; run <= 3; run++)
        {
            await BackfillAsync(world, "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z");
            await world.RunUntilAsync("2024-01-10T12:01:00Z");
            world.Dates.Count.ShouldBe(2 * run);
        }

        world.Dates.Distinct().ShouldBe(["2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z"]);
    }

    [Fact]
    public async Task ASpanWithoutDatesEndsAtOnce()
    {
        var world = await StartedAsync();
        await BackfillAsync(world, "2024-01-01T01:00:00Z", "2024-01-01T02:00:00Z");
        await world.RunUntilAsync("2024-01-10T12:01:00Z");
        world.Dates.ShouldBeEmpty();
        world.Row.Backfill.ShouldBeNull();
        world.NextDate.ShouldBe("2024-01-11T00:00:00Z");
    }

    [Fact]
    public async Task ARestartGoesOnWhereItWas()
    {
        var world = await StartedAsync(endWith: null);
        await BackfillAsync(world, "2024-01-07T00:00:00Z", "2024-01-08T00:00:00Z");
        await world.RunUntilAsync("2024-01-10T12:00:10Z");
        world.Stored.EndSilently(world.Stored.Executions[0].Id, StateType.SUCCESS, world.Time.Now);
        await world.StartAsync();
        world.Dates.ShouldBe(["2024-01-07T00:00:00Z", "2024-01-08T00:00:00Z"]);
    }

    [Fact]
    public async Task WhatCannotBeIsRefused()
    {
        var world = await StartedAsync();
        await Should.ThrowAsync<TriggerRefusedException>(() => world.ChangeAsync(TriggerRequests.DeleteBackfill));
        await Should.ThrowAsync<TriggerRefusedException>(() => world.ChangeAsync(static (row, _, _) => TriggerRequests.SetBackfillPaused(row, paused: true)));
        await BackfillAsync(world, "2024-01-01T00:00:00Z", null);
        await Should.ThrowAsync<TriggerRefusedException>(() => BackfillAsync(world, "2024-01-01T00:00:00Z", null));
    }
}

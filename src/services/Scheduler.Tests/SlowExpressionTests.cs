namespace Kestra.Scheduler.Tests;

public sealed class SlowExpressionTests
{
    private readonly TestPlugins plugins = new();

    [Fact]
    public async Task ASlowExpressionKeepsNoOtherTriggerFromItsDate()
    {
        var world = await StartedAsync();
        await world.JumpToAsync("2024-01-01T01:00:00Z");
        while (world.Stored.Executions.Count == 0)
        {
            await world.TakeUpLateAsync(TestContext.Current.CancellationToken);
        }

        world.Stored.Executions.ShouldHaveSingleItem().Trigger!.Id.ShouldBe("quick");
        plugins.Gate.Set();
        while (world.Stored.Executions.Count == 1)
        {
            await world.TakeUpLateAsync(TestContext.Current.CancellationToken);
        }

        world.Stored.Executions[1].Trigger!.Id.ShouldBe("schedule");
        world.Dates.ShouldBe(["2024-01-01T01:00:00Z", "2024-01-01T01:00:00Z"]);
    }

    [Fact]
    public async Task WhatWasEvaluatedForARowThatHasMovedSinceCountsForNothing()
    {
        var world = await StartedAsync();
        await world.JumpToAsync("2024-01-01T01:00:00Z");
        await world.ChangeAsync(static (row, entry, now) => TriggerRequests.SetDisabled(row, entry, disabled: true, now));
        plugins.Gate.Set();
        await world.TakeUpLateAsync(TestContext.Current.CancellationToken);
        await world.RunUntilAsync("2024-01-01T03:00:00Z");
        world.Stored.Executions.ShouldAllBe(static execution => execution.Trigger!.Id == "quick");
        world.Stored.Rows.Single(static row => row.TriggerId == "schedule").Disabled.ShouldBeTrue();
    }

    private async Task<World> StartedAsync()
    {
        var world = new World("2024-01-01T00:30:00Z", plugins);
        world.Options.FiringPatience = TimeSpan.Zero;
        await world.PutAsync(World.FlowWith(
            World.Schedule("0 * * * *") with { Conditions = [World.Condition(TestPlugins.SlowType)] },
            World.Schedule("0 * * * *") with { Id = "quick" }));
        await world.StartAsync();
        return world;
    }
}

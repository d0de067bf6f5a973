using Kestra.Model.Flows;
using Shouldly;
using Xunit;

namespace Kestra.Scheduler.Tests;

public sealed class FlowChangeTests
{
    [Fact]
    public async Task ANewFlowIsScheduledFromNow()
    {
        var world = new World("2024-01-01T00:30:00Z");
        await world.StartAsync();
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        world.NextDate.ShouldBe("2024-01-01T01:00:00Z");
        await world.RunUntilAsync("2024-01-01T01:00:00Z");
        world.Dates.ShouldBe(["2024-01-01T01:00:00Z"]);
    }

    [Fact]
    public async Task AChangedCronHoldsFromNow()
    {
        var world = new World("2024-01-01T00:30:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-01T01:30:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("45 * * * *")));
        world.NextDate.ShouldBe("2024-01-01T01:45:00Z");
        await world.RunUntilAsync("2024-01-01T02:10:00Z");
        world.Dates.ShouldBe(["2024-01-01T01:00:00Z", "2024-01-01T01:45:00Z"]);
        world.Stored.Executions[1].FlowRevision.ShouldBe(2);
    }

    [Fact]
    public async Task AChangeElsewhereInTheFlowLeavesTheDates()
    {
        var world = new World("2024-01-01T00:30:00Z") { EndWith = null };
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-01T01:00:00Z");
        var row = world.Row;
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")) with { Description = "other" });
        world.Row.ShouldBe(row);
        await world.EndAsync(world.Stored.Executions[0], Model.Executions.StateType.SUCCESS);
        world.Row.ExecutionId.ShouldBeNull();
    }

    [Fact]
    public async Task ADisabledFlowRestsAndItsRowStays()
    {
        var world = new World("2024-01-01T00:30:00Z");
        var flow = World.FlowWith(World.Schedule("0 * * * *", ("recoverMissedSchedules", "LAST")));
        await world.PutAsync(flow);
        await world.StartAsync();
        await world.PutAsync(flow with { Disabled = true });
        await world.RunUntilAsync("2024-01-01T03:30:00Z");
        world.Dates.ShouldBeEmpty();
        world.NextDate.ShouldBe("2024-01-01T01:00:00Z");

        await world.PutAsync(flow);
        await world.RunUntilAsync("2024-01-01T03:31:00Z");
        world.Dates.ShouldBe(["2024-01-01T03:00:00Z"]);
    }

    [Fact]
    public async Task ATriggerDisabledInTheFlowRestsAndItsRowStays()
    {
        var world = new World("2024-01-01T00:30:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *") with { Disabled = true }));
        await world.RunUntilAsync("2024-01-01T03:30:00Z");
        world.Dates.ShouldBeEmpty();
        world.NextDate.ShouldBe("2024-01-01T01:00:00Z");
    }

    [Fact]
    public async Task ARemovedTriggerLosesItsRow()
    {
        var world = new World("2024-01-01T00:30:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *"), World.Schedule("30 * * * *") with { Id = "other" }));
        await world.StartAsync();
        world.Stored.Rows.Count.ShouldBe(2);
        await world.PutAsync(World.FlowWith(World.Schedule("30 * * * *") with { Id = "other" }));
        world.Row.TriggerId.ShouldBe("other");
        await world.RunUntilAsync("2024-01-01T01:10:00Z");
        world.Dates.ShouldBeEmpty();
    }

    [Fact]
    public async Task ADeletedFlowLosesItsRows()
    {
        var world = new World("2024-01-01T00:30:00Z");
        var flow = World.FlowWith(World.Schedule("0 * * * *"));
        await world.PutAsync(flow);
        await world.StartAsync();
        await world.PutAsync(flow with { Deleted = true });
        world.Stored.Rows.ShouldBeEmpty();
        await world.RunUntilAsync("2024-01-01T03:00:00Z");
        world.Dates.ShouldBeEmpty();
    }

    [Fact]
    public async Task AFlowThatCannotBeReadKeepsItsRows()
    {
        var world = new World("2024-01-01T00:30:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        await world.PutAsync(new Flow { Namespace = World.Namespace, Id = "daily", Exception = "broken" });
        await world.RunUntilAsync("2024-01-01T03:00:00Z");
        world.Dates.ShouldBeEmpty();
        world.Row.TriggerId.ShouldBe("schedule");
    }

    [Fact]
    public async Task TheSwitchOfTheRowRestsTheTriggerAndBeginsAnew()
    {
        var world = new World("2024-01-01T00:30:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        await world.ChangeAsync(static (row, entry, now) => TriggerRequests.SetDisabled(row, entry, disabled: true, now));
        world.NextDate.ShouldBeNull();
        await world.RunUntilAsync("2024-01-01T03:30:00Z");
        world.Dates.ShouldBeEmpty();
        await world.StartAsync();
        world.Row.Disabled.ShouldBeTrue();

        await world.ChangeAsync(static (row, entry, now) => TriggerRequests.SetDisabled(row, entry, disabled: false, now));
        world.NextDate.ShouldBe("2024-01-01T04:00:00Z");
        await world.RunUntilAsync("2024-01-01T04:00:00Z");
        world.Dates.ShouldBe(["2024-01-01T04:00:00Z"]);
    }

    [Fact]
    public async Task UnlockAndRestart()
    {
        var world = new World("2024-01-01T00:30:00Z") { EndWith = null };
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        await Should.ThrowAsync<Hosting.Lanes.TriggerRefusedException>(() => world.ChangeAsync(static (row, _, _) => TriggerRequests.Unlock(row)));
        await world.RunUntilAsync("2024-01-01T01:00:00Z");
        await world.ChangeAsync(static (row, _, _) => TriggerRequests.Unlock(row));
        world.Row.ExecutionId.ShouldBeNull();
        await world.RunUntilAsync("2024-01-01T02:00:00Z");
        world.Dates.Count.ShouldBe(2);

        await world.ChangeAsync(TriggerRequests.Restart);
        world.Row.ExecutionId.ShouldBeNull();
        world.Row.Date.ShouldBeNull();
        world.NextDate.ShouldBe("2024-01-01T03:00:00Z");
    }
}

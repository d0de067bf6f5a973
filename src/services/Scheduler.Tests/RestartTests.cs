using Kestra.Model.Executions;
using Kestra.Model.Triggers;
using NodaTime;
using Shouldly;
using Xunit;

namespace Kestra.Scheduler.Tests;

public sealed class RestartTests
{
    [Theory]
    [InlineData("ALL", new[] { "2024-01-01T01:00:00Z", "2024-01-01T02:00:00Z", "2024-01-01T03:00:00Z" })]
    [InlineData("LAST", new[] { "2024-01-01T03:00:00Z" })]
    [InlineData("NONE", new string[0])]
    public async Task DatesMissedWhileDownAreRecoveredAsTheTriggerSays(string recover, string[] dates)
    {
        var world = new World("2024-01-01T00:30:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *", ("recoverMissedSchedules", recover))));
        await world.StartAsync();
        world.Time.Now = World.At("2024-01-01T03:30:00Z");
        await world.StartAsync();
        world.Dates.ShouldBe(dates);
        world.NextDate.ShouldBe("2024-01-01T04:00:00Z");
    }

    [Fact]
    public async Task TheInstallationsDefaultHoldsWhereTheTriggerSaysNothing()
    {
        var world = new World("2024-01-01T00:30:00Z");
        world.Options.RecoverMissedSchedules = Plugins.Triggers.MissedSchedules.NONE;
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        world.Time.Now = World.At("2024-01-01T03:30:00Z");
        await world.StartAsync();
        world.Dates.ShouldBeEmpty();
    }

    [Fact]
    public async Task AFiringWhoseAnswerWasLostIsNotRepeated()
    {
        var world = new World("2024-01-01T00:30:00Z") { EndWith = null };
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        world.Stored.AfterStore = static _ => throw new IOException("connection lost");
        await world.JumpToAsync("2024-01-01T01:00:00Z");
        world.Stored.AfterStore = static _ => { };
        await world.RunUntilAsync("2024-01-01T01:00:30Z");
        world.Dates.ShouldBe(["2024-01-01T01:00:00Z"]);
        world.Row.ExecutionId.ShouldBe(world.Stored.Executions[0].Id);
        world.Core.NextDue.ShouldBeNull();
    }

    [Fact]
    public async Task ACrashRightAfterTheTransactionDoesNotFireAgain()
    {
        var world = new World("2024-01-01T00:30:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        world.Stored.AfterStore = static _ => throw new IOException("killed");
        world.EndWith = null;
        await world.JumpToAsync("2024-01-01T01:00:00Z");
        world.Stored.AfterStore = static _ => { };
        world.EndWith = StateType.SUCCESS;
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-01T01:59:00Z");
        world.Dates.ShouldBe(["2024-01-01T01:00:00Z"]);
    }

    [Fact]
    public async Task ACrashRightBeforeTheTransactionFiresOnce()
    {
        var world = new World("2024-01-01T00:30:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        world.Stored.Intercept = static _ => throw new IOException("killed");
        await world.JumpToAsync("2024-01-01T01:00:00Z");
        world.Stored.Intercept = static _ => null;
        await world.StartAsync();
        world.Dates.ShouldBe(["2024-01-01T01:00:00Z"]);
    }

    [Fact]
    public async Task ARestartAtTheMomentOfFiringFiresOnce()
    {
        var world = new World("2024-01-01T00:30:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *", ("recoverMissedSchedules", "NONE"))));
        await world.StartAsync();
        world.Time.Now = World.At("2024-01-01T01:00:00Z");
        await world.StartAsync();
        await world.StartAsync();
        world.Dates.ShouldBe(["2024-01-01T01:00:00Z"]);
    }

    [Fact]
    public async Task AnEndThatNobodyToldOfIsFoundAtTheStart()
    {
        var world = new World("2024-01-01T00:30:00Z") { EndWith = null };
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *") with { StopAfter = [StateType.FAILED] }));
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-01T01:00:00Z");
        world.Stored.EndSilently(world.Stored.Executions[0].Id, StateType.FAILED, world.Time.Now);
        await world.StartAsync();
        world.Row.ExecutionId.ShouldBeNull();
        world.Row.Disabled.ShouldBeTrue();
    }

    [Fact]
    public async Task AnExecutionThatIsGoneReleasesItsTriggerAfterAWhile()
    {
        var world = new World("2024-01-01T00:30:00Z") { EndWith = null };
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-01T01:00:00Z");
        world.Stored.Forget(world.Stored.Executions[0].Id);
        world.Time.Now = World.At("2024-01-01T01:00:59Z");
        await world.Core.CheckLocksAsync(CancellationToken.None);
        world.Row.ExecutionId.ShouldNotBeNull();
        world.Time.Now = World.At("2024-01-01T01:01:00Z");
        await world.Core.CheckLocksAsync(CancellationToken.None);
        world.Row.ExecutionId.ShouldBeNull();
        world.NextDate.ShouldBe("2024-01-01T02:00:00Z");
    }

    [Fact]
    public async Task RowsOfFlowsThatAreGoneAreDeletedAtTheStart()
    {
        var world = new World("2024-01-01T00:30:00Z");
        world.Stored.PutRow(TriggerRows.Create(World.Key(flow: "gone")));
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        world.Row.FlowId.ShouldBe("daily");
    }

    [Fact]
    public async Task AStartWithoutNewsStoresNothing()
    {
        var world = new World("2024-01-01T00:30:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *") with { StopAfter = [StateType.FAILED] }));
        await world.StartAsync();
        var saves = world.Stored.Saves;
        await world.StartAsync();
        world.Stored.Saves.ShouldBe(saves);
    }

    [Fact]
    public async Task ARowOfAnotherVersionWithoutNextDateGoesOnFromItsLastDate()
    {
        var world = new World("2024-01-01T03:30:00Z");
        world.Stored.PutRow(TriggerRows.Create(World.Key()) with { Date = World.At("2024-01-01T01:00:00Z").InUtc(), EvaluateRunningDate = World.At("2024-01-01T01:00:00Z").InUtc() });
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        world.Dates.ShouldBe(["2024-01-01T02:00:00Z", "2024-01-01T03:00:00Z"]);
        world.Row.EvaluateRunningDate.ShouldBeNull();
    }

    [Fact]
    public async Task ADatabaseThatFailsIsTriedAgain()
    {
        var world = new World("2024-01-01T00:30:00Z");
        var schedule = World.Schedule("0 * * * *") with { Conditions = [World.Condition(TestPlugins.ExpressionType, "expression", "{{ trigger.date contains 'T02' }}")] };
        await world.PutAsync(World.FlowWith(schedule));
        await world.StartAsync();
        world.Stored.BeforeSave = static () => throw new IOException("away");
        await world.JumpToAsync("2024-01-01T01:00:00Z");
        world.NextDate.ShouldBe("2024-01-01T01:00:00Z");
        world.Stored.BeforeSave = static () => { };
        await world.RunUntilAsync("2024-01-01T02:00:00Z");
        world.Dates.ShouldBe(["2024-01-01T02:00:00Z"]);
    }
}

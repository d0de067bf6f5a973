using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Logs;
using NodaTime;
using Shouldly;
using Xunit;

namespace Kestra.Scheduler.Tests;

public sealed class FiringTests
{
    [Fact]
    public async Task FiresAtEachDateAndNotBefore()
    {
        var world = new World("2024-01-01T00:00:10Z");
        await world.PutAsync(World.FlowWith(World.Schedule("*/15 * * * *")));
        await world.StartAsync();
        world.Dates.ShouldBeEmpty();
        world.NextDate.ShouldBe("2024-01-01T00:15:00Z");

        await world.RunUntilAsync("2024-01-01T00:14:59Z");
        world.Dates.ShouldBeEmpty();
        await world.RunUntilAsync("2024-01-01T00:45:00Z");
        world.Dates.ShouldBe(["2024-01-01T00:15:00Z", "2024-01-01T00:30:00Z", "2024-01-01T00:45:00Z"]);
        world.NextDate.ShouldBe("2024-01-01T01:00:00Z");
        World.Text(world.Row.Date!.Value).ShouldBe("2024-01-01T00:45:00Z");
    }

    [Fact]
    public async Task TheExecutionHasTheVariablesLabelsAndInputsOfItsTrigger()
    {
        var world = new World("2024-01-01T07:00:00Z");
        var inputs = new OrderedDictionary<string, object?> { ["day"] = "{{ trigger.date }}", ["fixed"] = 4 };
        var schedule = World.Schedule("0 9 * * *", ("timezone", "Europe/Paris"), ("inputs", inputs)) with
        {
            Labels = [new Label("from", "{{ flow.id }}"), new Label("team", "b"), new Label("system.evil", "x")],
        };
        await world.PutAsync(World.FlowWith(schedule) with { Labels = [new Label("team", "a")] });
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-01T08:00:00Z");

        var execution = world.Stored.Executions.ShouldHaveSingleItem();
        execution.Trigger!.Id.ShouldBe("schedule");
        execution.Trigger.Type.ShouldBe(TestPlugins.ScheduleType);
        execution.Trigger.Variables!.Select(static pair => $"{pair.Key}={pair.Value}").ShouldBe(
            ["date=2024-01-01T09:00:00+01:00", "next=2024-01-02T09:00:00+01:00", "previous=2023-12-31T09:00:00+01:00"]);
        execution.Inputs!["day"].ShouldBe("2024-01-01T09:00:00+01:00");
        execution.Inputs["fixed"].ShouldBe(4);
        execution.Labels.ShouldBe([new Label("team", "b"), new Label("from", "daily"), new Label(Label.CorrelationId, execution.Id)]);
        execution.ScheduleDate.ShouldBeNull();
    }

    [Fact]
    public async Task OneExecutionAtATimeAndNoDateIsLost()
    {
        var world = new World("2024-01-01T00:00:00Z") { EndWith = null };
        await world.PutAsync(World.FlowWith(World.Schedule("*/2 * * * * *", ("withSeconds", true))));
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-01T00:00:05Z");
        world.Dates.ShouldBe(["2024-01-01T00:00:02Z"]);
        world.Row.ExecutionId.ShouldBe(world.Stored.Executions[0].Id);
        world.Core.NextDue.ShouldBeNull();

        await world.EndAsync(world.Stored.Executions[0], StateType.SUCCESS);
        await world.RunUntilAsync("2024-01-01T00:00:10Z");
        await world.EndAsync(world.Stored.Executions[1], StateType.FAILED);
        world.Dates.ShouldBe(["2024-01-01T00:00:02Z", "2024-01-01T00:00:04Z", "2024-01-01T00:00:06Z"]);
    }

    [Theory]
    [InlineData("NONE", "2024-01-01T00:00:08Z")]
    [InlineData("LAST", "2024-01-01T00:00:06Z")]
    public async Task DatesMissedDuringAnExecutionAreRecoveredAsTheTriggerSays(string recover, string second)
    {
        var world = new World("2024-01-01T00:00:00Z") { EndWith = null };
        await world.PutAsync(World.FlowWith(World.Schedule("*/2 * * * * *", ("withSeconds", true), ("recoverMissedSchedules", recover))));
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-01T00:00:07Z");
        await world.EndAsync(world.Stored.Executions[0], StateType.SUCCESS);
        await world.RunUntilAsync("2024-01-01T00:00:08Z");
        world.Dates.ShouldBe(["2024-01-01T00:00:02Z", second]);
    }

    [Fact]
    public async Task StopAfterDisablesTheTrigger()
    {
        var world = new World("2024-01-01T00:00:00Z") { EndWith = StateType.FAILED };
        await world.PutAsync(World.FlowWith(World.Schedule("* * * * *") with { StopAfter = [StateType.FAILED] }));
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-01T01:00:00Z");
        world.Dates.Count.ShouldBe(1);
        world.Row.Disabled.ShouldBeTrue();
        world.Row.NextExecutionDate.ShouldBeNull();
        world.Row.StopAfter.ShouldBe([StateType.FAILED]);
    }

    [Fact]
    public async Task FollowsDaylightSavingTimeBothWays()
    {
        var world = new World("2024-03-29T12:00:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("30 2 * * *", ("timezone", "Europe/Paris"))));
        await world.StartAsync();
        await world.RunUntilAsync("2024-04-01T12:00:00Z");
        world.Dates.ShouldBe(["2024-03-30T02:30:00+01:00", "2024-04-01T02:30:00+02:00"]);

        await world.RunUntilAsync("2024-10-26T12:00:00Z");
        var before = world.Dates.Count;
        await world.RunUntilAsync("2024-10-28T12:00:00Z");
        world.Dates.Skip(before).ShouldBe(["2024-10-27T02:30:00+02:00", "2024-10-28T02:30:00+01:00"]);
    }

    [Fact]
    public async Task LeapDaysComeEveryFourYears()
    {
        var world = new World("2024-01-01T00:00:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 0 29 2 *")));
        await world.StartAsync();
        await world.RunUntilAsync("2033-01-01T00:00:00Z");
        world.Dates.ShouldBe(["2024-02-29T00:00:00Z", "2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]);
    }

    [Fact]
    public async Task ADateThatNeverComesNeverFires()
    {
        var world = new World("2024-01-01T00:00:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 0 31 2 *")));
        await world.StartAsync();
        world.Core.NextDue.ShouldBeNull();
        world.NextDate.ShouldBeNull();
    }

    [Fact]
    public async Task AClockSetForwardMissesNothing()
    {
        var world = new World("2024-01-01T00:00:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        await world.JumpToAsync("2024-01-01T03:30:00Z");
        world.Dates.ShouldBe(["2024-01-01T01:00:00Z", "2024-01-01T02:00:00Z", "2024-01-01T03:00:00Z"]);
    }

    [Fact]
    public async Task AClockSetBackRepeatsNothing()
    {
        var world = new World("2024-01-01T00:59:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-01T01:00:00Z");
        await world.JumpToAsync("2023-12-31T23:30:00Z");
        await world.RunUntilAsync("2024-01-01T01:59:59Z");
        world.Dates.ShouldBe(["2024-01-01T01:00:00Z"]);
        await world.RunUntilAsync("2024-01-01T02:00:00Z");
        world.Dates.Count.ShouldBe(2);
    }

    [Fact]
    public async Task LateDatesAreLeftOut()
    {
        var world = new World("2024-01-01T00:00:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *", ("lateMaximumDelay", Duration.FromMinutes(90)))));
        await world.StartAsync();
        await world.JumpToAsync("2024-01-01T05:10:00Z");
        world.Dates.ShouldBe(["2024-01-01T04:00:00Z", "2024-01-01T05:00:00Z"]);
    }

    [Fact]
    public async Task ConditionsOnTheDateNarrowTheDates()
    {
        var world = new World("2024-01-01T07:00:00Z");
        var schedule = World.Schedule("0 9 * * *", ("timezone", "Europe/Paris")) with { Conditions = [World.Condition(TestPlugins.DayWeekType, "dayOfWeek", "Monday")] };
        await world.PutAsync(World.FlowWith(schedule));
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-09T00:00:00Z");
        world.Stored.Executions[0].Trigger!.Variables!.Values.ShouldBe(
            ["2024-01-01T09:00:00+01:00", "2024-01-08T09:00:00+01:00", "2023-12-25T09:00:00+01:00"]);
        world.Dates.ShouldBe(["2024-01-01T09:00:00+01:00", "2024-01-08T09:00:00+01:00"]);
        world.NextDate.ShouldBe("2024-01-15T09:00:00+01:00");
    }

    [Fact]
    public async Task OtherConditionsAreTestedAtTheDate()
    {
        var world = new World("2024-01-01T00:00:00Z");
        var schedule = World.Schedule("0 * * * *") with { Conditions = [World.Condition(TestPlugins.ExpressionType, "expression", "{{ trigger.date contains 'T02' }}")] };
        await world.PutAsync(World.FlowWith(schedule));
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-01T04:00:00Z");
        world.Dates.ShouldBe(["2024-01-01T02:00:00Z"]);
        world.NextDate.ShouldBe("2024-01-01T05:00:00Z");
    }

    [Fact]
    public async Task AConditionThatThrowsGivesOneFailedExecutionADate()
    {
        var world = new World("2024-01-01T00:00:00Z") { EndWith = StateType.FAILED };
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *") with { Conditions = [World.Condition(TestPlugins.ThrowingType)] }));
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-01T02:30:00Z");
        world.Stored.Commands.Select(static create => create.Failure).ShouldBe(
            Enumerable.Repeat("Unable to evaluate the Schedule trigger 'schedule': no answer", 2));
        world.Stored.Logs.Count(static entry => entry is { Level: LogLevel.ERROR, TriggerId: "schedule" }).ShouldBe(2);
    }

    [Fact]
    public async Task InputsThatDoNotFitGiveAFailedExecution()
    {
        var world = new World("2024-01-01T00:00:00Z") { EndWith = StateType.FAILED };
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *", ("inputs", new OrderedDictionary<string, object?> { ["wrong"] = 1 }))));
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-01T01:00:00Z");
        world.Stored.Commands.ShouldHaveSingleItem().Failure.ShouldBe("Invalid input for `wrong`");
    }

    [Theory]
    [InlineData("cron", "nope", "invalid cron expression 'nope': Cron expression contains 1 parts but we expect one of [5]")]
    [InlineData("timezone", "Foo/Bar", "timezone '(Foo/Bar)' is not a valid time-zone ID")]
    public async Task AScheduleThatMeansNothingIsReportedAndTheOthersGoOn(string property, string value, string why)
    {
        var world = new World("2024-01-01T00:00:00Z");
        var wrong = World.Schedule("0 * * * *", (property, value));
        await world.PutAsync(World.FlowWith(wrong with { Id = "wrong" }, World.Schedule("0 * * * *")));
        await world.StartAsync();
        await world.RunUntilAsync("2024-01-01T01:00:00Z");
        world.Dates.Count.ShouldBe(1);
        world.Stored.Logs.ShouldHaveSingleItem().Message.ShouldEndWith(why);
    }

    [Fact]
    public async Task AnOverloadedExecutorIsAskedAgain()
    {
        var world = new World("2024-01-01T00:00:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        world.Stored.Intercept = static _ => new CommandOutcome.Overloaded(TimeSpan.FromSeconds(5));
        await world.JumpToAsync("2024-01-01T01:00:00Z");
        world.Dates.ShouldBeEmpty();
        world.Core.NextDue.ShouldBe(World.At("2024-01-01T01:00:05Z"));
        world.Stored.Intercept = static _ => null;
        await world.RunUntilAsync("2024-01-01T01:00:05Z");
        world.Dates.ShouldBe(["2024-01-01T01:00:00Z"]);
    }

    [Fact]
    public async Task ARefusedDateIsPassedOver()
    {
        var world = new World("2024-01-01T00:00:00Z");
        await world.PutAsync(World.FlowWith(World.Schedule("0 * * * *")));
        await world.StartAsync();
        world.Stored.Intercept = static _ => new CommandOutcome.Refused(new Refusal(RefusalCode.TooLarge, "too large"));
        await world.JumpToAsync("2024-01-01T01:00:00Z");
        world.Dates.ShouldBeEmpty();
        world.NextDate.ShouldBe("2024-01-01T02:00:00Z");
        world.Stored.Logs.ShouldHaveSingleItem().Message.ShouldContain("too large");
    }
}

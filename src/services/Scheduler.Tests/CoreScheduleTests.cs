using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Logs;
using Kestra.Plugins.Core.Trigger;
using Kestra.Plugins.Hosting;

namespace Kestra.Scheduler.Tests;

/// <summary>The triggers and conditions of the product itself, bound from their declarations, on virtual time.</summary>
public sealed class CoreScheduleTests
{
    private const string Conditions = "io.kestra.plugin.core.condition.";

    private static readonly PluginCatalog Catalog = new(typeof(Schedule).Assembly);

    public static TheoryData<string, string, string[]> Narrowed => new()
    {
        // Days of January 2024 at 09:00 in Paris; the first is a Monday.
        { "DayWeek", "dayOfWeek: FRIDAY", ["05", "12", "19"] },
        { "Weekend", "", ["06", "07", "13", "14"] },
        { "DayWeekInMonth", "dayOfWeek: TUESDAY; dayInMonth: SECOND", ["09"] },
        { "DayWeekInMonth", "dayOfWeek: WEDNESDAY; dayInMonth: LAST", ["31"] },
        { "DateTimeBetween", "after: 2024-01-03T09:00:00+01:00; before: 2024-01-06T09:00:00+01:00", ["04", "05"] },
        { "DateTimeBetween", "before: 2024-01-03T09:00:00+01:00", ["01", "02"] },
        { "TimeBetween", "after: 08:59:59+01:00; before: 09:00:01+01:00", ["01", "02", "03"] },
        { "PublicHoliday", "country: FR", ["01"] },
        { "Not", "conditions: [{type: DayWeek, dayOfWeek: MONDAY}, {type: Weekend}]", ["02", "03", "04", "05", "09"] },
        { "Or", "conditions: [{type: DayWeek, dayOfWeek: MONDAY}, {type: Weekend}]", ["01", "06", "07", "08"] },
        { "Expression", "expression: \"{{ trigger.date | date('dd') == '03' }}\"", ["03"] },
        { "FlowCondition", "namespace: company.team; flowId: daily", ["01", "02"] },
        { "FlowCondition", "namespace: company.team; flowId: other", [] },
        { "FlowNamespaceCondition", "namespace: company; prefix: true", ["01", "02"] },
        { "FlowNamespaceCondition", "namespace: company", [] },
    };

    [Theory]
    [MemberData(nameof(Narrowed))]
    public async Task ConditionsNarrowTheDates(string type, string properties, string[] days)
    {
        var world = await StartedAsync("2023-12-31T12:00:00Z", Daily(new ConditionDefinition(Conditions + type, Properties(properties))));
        await world.RunUntilAsync("2024-01-31T12:00:00Z");
        world.Dates.Take(days.Length).ShouldBe(days.Select(static day => $"2024-01-{day}T09:00:00+01:00"));
        if (days.Length is 0 or 1)
        {
            world.Dates.Count.ShouldBe(days.Length);
        }
    }

    [Theory]
    [InlineData("ExecutionFlow", "namespace: company.team; flowId: x")]
    [InlineData("ExecutionNamespace", "namespace: company.team")]
    [InlineData("ExecutionStatus", "in: [SUCCESS]")]
    [InlineData("ExecutionLabels", "labels: {a: b}")]
    [InlineData("ExecutionOutputs", "expression: \"{{ true }}\"")]
    [InlineData("HasRetryAttempt", "in: [FAILED]")]
    [InlineData("PublicHoliday", "country: XX")]
    public async Task AConditionThatCannotBeTestedFailsOneExecutionADate(string type, string properties)
    {
        var world = await StartedAsync("2023-12-31T12:00:00Z", Daily(new ConditionDefinition(Conditions + type, Properties(properties))));
        world.EndWith = null;
        await world.RunUntilAsync("2024-01-01T12:00:00Z");
        world.Stored.Commands.ShouldHaveSingleItem().Failure.ShouldNotBeNull().ShouldStartWith("Unable to evaluate the Schedule trigger 'schedule'");
        world.Stored.Logs.ShouldContain(static entry => entry.Level == LogLevel.ERROR);
    }

    [Fact]
    public async Task VariablesTellTheNeighboursThatTheConditionsAllow()
    {
        var world = await StartedAsync("2024-01-01T07:59:59Z", Daily(new ConditionDefinition(Conditions + "DayWeek", Properties("dayOfWeek: MONDAY"))));
        await world.RunUntilAsync("2024-01-01T08:00:00Z");
        world.Stored.Executions.Single().Trigger!.Variables.ShouldBe(new OrderedDictionary<string, object?>
        {
            ["date"] = "2024-01-01T09:00:00+01:00",
            ["next"] = "2024-01-08T09:00:00+01:00",
            ["previous"] = "2023-12-25T09:00:00+01:00",
        });
    }

    [Theory]
    [InlineData(null, new[] { "01-01", "01-02", "01-04", "01-05" }, "01-04")]
    [InlineData("ALL", new[] { "01-01", "01-02", "01-04", "01-05" }, "01-04")]
    [InlineData("LAST", new[] { "01-02", "01-04", "01-05" }, "01-04")]
    [InlineData("NONE", new[] { "01-04", "01-05" }, "01-04")]
    public async Task AListOfDatesFiresEachOnceAndTheMissedOnesAsItSays(string? recover, string[] dates, string firstAfterStart)
    {
        var world = await StartedAsync("2024-01-03T00:00:00Z", OnDates(recover, "2024-01-04T00:00:00Z", "2024-01-01T00:00:00Z", "2024-01-05T00:00:00Z", "2024-01-02T01:00:00+01:00", "2024-01-04T00:00:00Z"));
        world.Row.NextExecutionDate!.Value.ToInstant().ShouldBe(World.At($"2024-{firstAfterStart}T00:00:00Z"));
        await world.RunUntilAsync("2024-02-01T00:00:00Z");
        world.Stored.Executions.Select(static execution => execution.ScheduleDate).ShouldBe(dates.Select(static date => (NodaTime.Instant?)World.At($"2024-{date}T00:00:00Z")));
        world.Stored.Executions[0].Trigger!.Variables!.ShouldBeEmpty();
        world.Core.NextDue.ShouldBeNull();
        world.Row.NextExecutionDate.ShouldBeNull();
    }

    [Fact]
    public async Task ADateAddedToAListIsFired()
    {
        var world = await StartedAsync("2024-01-01T12:00:00Z", OnDates(null, "2024-01-02T00:00:00Z"));
        await world.RunUntilAsync("2024-01-03T00:00:00Z");
        await world.PutAsync(World.FlowWith(OnDates(null, "2024-01-02T00:00:00Z", "2024-01-04T00:00:00Z")));
        await world.RunUntilAsync("2024-01-05T00:00:00Z");
        world.Stored.Executions.Count.ShouldBe(2);
    }

    private static async Task<World> StartedAsync(string at, TriggerDefinition trigger)
    {
        var world = new World(at, Catalog);
        await world.PutAsync(World.FlowWith(trigger));
        await world.StartAsync();
        return world;
    }

    private static TriggerDefinition Daily(ConditionDefinition condition) => World.Schedule("0 9 * * *", ("timezone", "Europe/Paris")) with { Conditions = [condition] };

    private static TriggerDefinition OnDates(string? recover, params string[] dates)
    {
        var properties = new OrderedDictionary<string, object?> { ["dates"] = dates.Cast<object?>().ToList() };
        if (recover is not null)
        {
            properties["recoverMissedSchedules"] = recover;
        }

        return new TriggerDefinition { Id = "schedule", Type = "io.kestra.plugin.core.trigger.ScheduleOnDates", Properties = properties };
    }

    // Properties as one would write them in YAML, a semicolon between them.
    private static OrderedDictionary<string, object?> Properties(string text)
    {
        var yaml = string.Join('\n', text.Split("; ", StringSplitOptions.RemoveEmptyEntries)).Replace("{type: ", "{type: " + Conditions, StringComparison.Ordinal);
        return text.Length == 0 ? [] : (OrderedDictionary<string, object?>)Flows.Yaml.YamlDocument.Parse(yaml).Root!;
    }
}

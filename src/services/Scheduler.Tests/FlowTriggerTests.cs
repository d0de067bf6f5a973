using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Plugins.Core.Condition;
using Kestra.Plugins.Core.Trigger;
using Kestra.Plugins.Triggers;
using NodaTime;
using static Kestra.Scheduler.Tests.FlowTriggerWorld;

namespace Kestra.Scheduler.Tests;

public sealed class FlowTriggerTests
{
    private readonly FlowTriggerWorld world = new();

    public static TheoryData<TimeWindow, string, string, bool> Pairs => new()
    {
        { new TimeWindow(), "2024-01-15T00:00:01Z", "2024-01-15T23:59:59Z", true },
        { new TimeWindow(), "2024-01-15T23:59:59Z", "2024-01-16T00:00:00Z", false },
        { new TimeWindow { Window = Duration.FromHours(6) }, "2024-01-15T14:37:00Z", "2024-01-15T19:59:59Z", true },
        { new TimeWindow { Window = Duration.FromHours(6) }, "2024-01-15T14:37:00Z", "2024-01-15T20:00:00Z", false },
        { new TimeWindow { Type = TimeWindowType.SLIDING_WINDOW, Window = Duration.FromMinutes(10) }, "2024-01-15T10:05:00Z", "2024-01-15T10:15:00Z", true },
        { new TimeWindow { Type = TimeWindowType.SLIDING_WINDOW, Window = Duration.FromMinutes(10) }, "2024-01-15T10:05:00Z", "2024-01-15T10:15:01Z", false },
        { new TimeWindow { Type = TimeWindowType.DAILY_TIME_DEADLINE, Deadline = new LocalTime(9, 0) }, "2024-01-15T08:00:00Z", "2024-01-15T09:00:00Z", true },
        { new TimeWindow { Type = TimeWindowType.DAILY_TIME_DEADLINE, Deadline = new LocalTime(9, 0) }, "2024-01-15T08:00:00Z", "2024-01-15T09:00:01Z", false },
        { new TimeWindow { Type = TimeWindowType.DAILY_TIME_WINDOW, StartTime = new LocalTime(12, 0), EndTime = new LocalTime(13, 0) }, "2024-01-15T12:00:00Z", "2024-01-15T13:00:00Z", true },
        { new TimeWindow { Type = TimeWindowType.DAILY_TIME_WINDOW, StartTime = new LocalTime(12, 0), EndTime = new LocalTime(13, 0) }, "2024-01-15T11:59:00Z", "2024-01-15T12:30:00Z", false },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task BothPartsHaveToBeMetWithinTheWindow(TimeWindow window, string first, string second, bool starts)
    {
        world.Add(new FlowTrigger { Preconditions = After(window, true, "a", "b") });
        world.End("a", first);
        world.End("b", second);
        await world.DeliverAsync();
        world.Starts.ShouldBe(starts ? ["b2"] : []);
    }

    [Fact]
    public async Task AWindowThatWasMetBeginsAnew()
    {
        world.Add(new FlowTrigger { Preconditions = After(null, true, "a", "b") });
        foreach (var flow in new[] { "a", "b", "a", "a", "b" })
        {
            world.End(flow, "2024-01-15T10:00:00Z");
        }

        await world.DeliverAsync();
        world.Starts.ShouldBe(["b2", "b5"]);
        world.Windows.ShouldBeEmpty();
    }

    [Fact]
    public async Task WithoutResetEachFurtherMatchOfTheWindowStartsAgain()
    {
        world.Add(new FlowTrigger { Preconditions = After(null, false, "a", "b") });
        foreach (var flow in new[] { "a", "b", "c", "a", "b" })
        {
            world.End(flow, "2024-01-15T10:00:00Z");
        }

        world.End("a", "2024-01-16T10:00:00Z");
        await world.DeliverAsync();
        world.Starts.ShouldBe(["b2", "a4", "b5"]);
    }

    [Fact]
    public async Task OutputsOfAllThatContributedAreMerged()
    {
        world.Add(new FlowTrigger { Preconditions = After(null, true, "a", "b") });
        world.End("a", "2024-01-15T10:00:00Z", outputs: new Dictionary<string, object?> { ["x"] = 1L, ["deep"] = new OrderedDictionary<string, object?> { ["one"] = "a" } });
        await world.DeliverAsync();
        world.Windows.Single().Results.ShouldBe(new Dictionary<string, bool> { ["condition_1"] = true });
        world.End("b", "2024-01-15T11:00:00Z", outputs: new Dictionary<string, object?> { ["x"] = 2L, ["deep"] = new OrderedDictionary<string, object?> { ["two"] = "b" } });
        await world.DeliverAsync();

        var outputs = (IReadOnlyDictionary<string, object?>)world.Stored.Executions.Single().Trigger!.Variables!["outputs"]!;
        outputs["x"].ShouldBe(2L);
        ((IReadOnlyDictionary<string, object?>)outputs["deep"]!).Keys.ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task AllMultipleConditionsOfATriggerHaveToBeMetForOneExecution()
    {
        world.Add(new FlowTrigger(), Multiple("first", "a", "b"), Multiple("second", "b", "c"));
        foreach (var flow in new[] { "a", "b", "c", "b" })
        {
            world.End(flow, "2024-01-15T10:00:00Z");
        }

        await world.DeliverAsync();
        world.Starts.ShouldBe(["c3"]);
        world.Windows.Select(static window => window.ConditionId).ShouldBe(["first", "second"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("{{ outputs.task.value == 'yes' }}", true)]
    [InlineData("{{ outputs.loop.one.value == 'in' }}", true)]
    [InlineData("{{ labels.team == 'red' }}", true)]
    [InlineData("{{ trigger.date == 'today' }}", true)]
    [InlineData("{{ execution.id == 'a1' }}", true)]
    [InlineData("{{ outputs.task.value == 'no' }}", false)]
    [InlineData("{{ outputs.unknown.value == 'no' }}", false)]
    public async Task FiltersSeeWhatTheExecutionSaw(string expression, bool starts)
    {
        world.Add(new FlowTrigger
        {
            Preconditions = new Preconditions
            {
                Id = "all",
                Where = [new ExecutionFilter { Id = "ok", Filters = [new FieldFilter { Field = FilteredField.EXPRESSION, Type = FieldFilterType.IS_TRUE, Value = expression }] }],
            },
        });
        world.End("a", "2024-01-15T10:00:00Z", more: static execution => execution with
        {
            Labels = [new Label("team", "red")],
            Trigger = new ExecutionTrigger("schedule", "x", new OrderedDictionary<string, object?> { ["date"] = "today" }),
            TaskRunList = [Run(execution, "r1", "task", null, "yes"), Run(execution, "r2", "loop", "one", "in")],
        });
        await world.DeliverAsync();
        world.Starts.ShouldBe(starts ? ["a1"] : []);
    }

    [Fact]
    public async Task AChangeThatIsActedOnAfterItsWindowStillCountsInIt()
    {
        world.Add(new FlowTrigger { Preconditions = After(new TimeWindow { Type = TimeWindowType.DAILY_TIME_DEADLINE, Deadline = new LocalTime(9, 0) }, true, "a", "b") });
        world.End("a", "2024-01-15T08:00:00Z");
        await world.DeliverAsync();
        world.End("b", "2024-01-15T08:59:00Z");
        await world.DeliverAsync(Death.BeforeStarts);

        // The server is down until noon.
        world.End("a", "2024-01-15T12:00:00Z");
        await world.DeliverAsync();
        world.Starts.ShouldBe(["b2"]);
    }

    [Fact]
    public async Task AChangeOfAnEarlierWindowDoesNotTakeThePlaceOfTheCurrentOne()
    {
        world.Add(new FlowTrigger { Preconditions = After(null, true, "a", "b") });
        world.End("a", "2024-01-16T10:00:00Z");
        world.End("a", "2024-01-15T10:00:00Z");
        world.End("b", "2024-01-16T11:00:00Z");
        await world.DeliverAsync();
        world.Starts.ShouldBe(["b3"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhateverDiesNoStartIsLostOrDoubled(bool resetOnSuccess)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var flows = Enumerable.Range(0, 12).Select(_ => "abc"[random.Next(3)].ToString()).ToList();
            var undisturbed = await RunAsync(flows, resetOnSuccess, static () => Death.None);
            var disturbed = await RunAsync(flows, resetOnSuccess, () => (Death)random.Next(4));
            disturbed.Starts.ShouldBe(undisturbed.Starts, $"seed {seed}");
            disturbed.Windows.Select(static window => string.Join(',', window.Results.Keys)).ShouldBe(undisturbed.Windows.Select(static window => string.Join(',', window.Results.Keys)), $"seed {seed}");
        }
    }

    private static async Task<FlowTriggerWorld> RunAsync(IReadOnlyList<string> flows, bool resetOnSuccess, Func<Death> next)
    {
        var run = new FlowTriggerWorld();
        run.Add(new FlowTrigger { Preconditions = After(new TimeWindow { Window = Duration.FromHours(1) }, resetOnSuccess, "a", "b", "c") });
        run.Add(new FlowTrigger(), Multiple("pair", "a", "b"));
        for (var step = 0; step < flows.Count; step++)
        {
            run.End(flows[step], $"2024-01-15T{10 + (step / 8):00}:{step * 7 % 60:00}:00Z");
            await run.DeliverAsync(next());
            await run.DeliverAsync(next());
        }

        await run.DeliverAsync();
        return run;
    }

    private static MultipleCondition Multiple(string id, params string[] flows)
    {
        var conditions = new OrderedDictionary<string, ICondition>();
        foreach (var flow in flows)
        {
            conditions[flow] = new UpstreamFlow { Namespace = World.Namespace, FlowId = flow };
        }

        return new MultipleCondition { Id = id, Conditions = conditions };
    }

    private static TaskRun Run(Execution execution, string id, string task, string? value, string output) => new()
    {
        Id = id,
        ExecutionId = execution.Id,
        TenantId = execution.TenantId,
        Namespace = execution.Namespace,
        FlowId = execution.FlowId,
        TaskId = task,
        Value = value,
        State = execution.State,
        Outputs = new OrderedDictionary<string, object?> { ["value"] = output },
    };
}

using Kestra.Engine.Tests.Simulation;
using Kestra.Expressions;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Identifiers;
using Kestra.Model.Json;
using Kestra.Plugins.Core.Log;
using Kestra.Plugins.Hosting;
using Kestra.Testing;
using NodaTime;

namespace Kestra.Engine.Tests;

/// <summary>The limit of an execution's document (§8.6).</summary>
public sealed class MessageLimitTests
{
    private const int RunsOfABatch = 500;

    private static readonly Instant Now = Instant.FromUtc(2026, 1, 1, 0, 0);

    private readonly ExecutionDecider decider = new();
    private readonly RandomIdSource ids = new();

    [Fact]
    public void An_execution_that_begins_too_large_is_refused()
    {
        var (state, decision) = decider.Create(new Command.Create(New(Program(limit: 1_000), inputBytes: 1_000)), Program(limit: 1_000), Now, ids);

        state.ShouldBeNull();
        decision.Events.ShouldBeEmpty();
        decision.Refusal!.Code.ShouldBe(RefusalCode.TooLarge);
        decision.Refusal.Message.ShouldMatch("^Message of size 1[0-9]{3} has exceeded the configured limit of 1000$");
    }

    [Fact]
    public void One_that_is_there_only_to_tell_of_a_failure_is_not()
    {
        var program = Program(limit: 1_000);
        var (state, decision) = decider.Create(new Command.Create(New(program, inputBytes: 1_000)) { Failure = "why" }, program, Now, ids);

        state!.Current.ShouldBe(StateType.FAILED);
        decision.IsTooLarge.ShouldBeFalse();
    }

    [Fact]
    public void An_execution_of_just_the_limit_runs()
    {
        var execution = New(Program(limit: null), inputBytes: 100);
        var limit = ModelJson.SizeOf(execution);

        decider.Create(new Command.Create(execution), Program(limit), Now, ids).State.ShouldNotBeNull();
        decider.Create(new Command.Create(execution), Program(limit - 1), Now, ids).State.ShouldBeNull();
    }

    [Fact]
    public void A_result_that_makes_it_too_large_fails_it_and_stops_its_jobs_and_what_follows_the_end_runs()
    {
        var (state, first) = Begin(Program(limit: 3_000));
        var decision = End(state, first, "a", outputBytes: 3_000);

        state.Current.ShouldBe(StateType.FAILED);
        decision.IsTooLarge.ShouldBeTrue();
        state.ToExecution().TaskRunList!.ShouldNotContain(static run => run.TaskId == "c");
        decision.Effects.OfType<Effect.EmitLog>().Single().Entry.Message.ShouldMatch("^Message of size [0-9]+ has exceeded the configured limit of 3000$");
        decision.Effects.OfType<Effect.KillJobs>().ShouldHaveSingleItem();
        decision.Effects.OfType<Effect.DispatchJob>().Select(static job => job.TaskRun.TaskId).ShouldBe(["after"]);
        state.ToExecution().TaskRunList!.Single(static run => run.TaskId == "a").State.Current.ShouldBe(StateType.SUCCESS);

        // Behind the end nothing is too large any more.
        End(state, decision, "after", outputBytes: 3_000).IsTooLarge.ShouldBeFalse();
        End(state, first, "b", outputBytes: 3_000).IsTooLarge.ShouldBeFalse();
        state.HasEnded.ShouldBeTrue();
    }

    [Fact]
    public void What_makes_it_too_large_by_its_own_run_does_not_begin()
    {
        var execution = New(Program(limit: null), inputBytes: 100);
        var program = Program(ModelJson.SizeOf(execution));
        var (state, decision) = decider.Create(new Command.Create(execution), program, Now, ids);

        state!.Current.ShouldBe(StateType.FAILED);
        decision.Effects.OfType<Effect.DispatchJob>().Select(static job => job.TaskRun.TaskId).ShouldBe(["after"]);
    }

    [Fact]
    public void The_facts_alone_bring_it_back_as_it_was()
    {
        var program = Program(limit: 3_000);
        var (state, first) = Begin(program);
        var started = state.ToExecution();
        var decision = End(state, first, "a", outputBytes: 3_000);

        var restored = ExecutionState.Restore(started, decision.Events, Program(limit: null));

        Documents.Text(restored.ToExecution()).ShouldBe(Documents.Text(state.ToExecution()));
    }

    [Fact]
    public void Nothing_is_measured_without_a_limit() => Begin(Program(limit: null)).State.DocumentBytes.ShouldBeNull();

    /// <summary>Random flows and limits, with crashes: the size is known at every step, and none that is too large goes on.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_execution_goes_on_beyond_the_limit(int batch)
    {
        var (refused, failed, unhurt) = (0, 0, 0);
        await SeedRuns.ForBatch(batch, RunsOfABatch, (seed, trace) =>
        {
            var random = new Random(seed);
            var flow = new FlowGenerator(random, FlowFeatures.All).Flow();
            var tooLarge = false;
            var world = new World(flow, seed, messageLimit: random.Next(200, 12_000)) { CrashPercent = seed % 4, Trace = trace, OnTooLarge = () => tooLarge = true };
            if (world.TryCreate() is null)
            {
                Interlocked.Increment(ref refused);
                return;
            }

            world.Run();
            foreach (var execution in world.Executions)
            {
                world.HasEnded(execution.Id).ShouldBeTrue($"{execution.Id} is {execution.State.Current}");
            }

            world.Held(flow.Id).ShouldBe(0);
            _ = tooLarge ? Interlocked.Increment(ref failed) : Interlocked.Increment(ref unhurt);
        });

        // The limits are such that all of it happens.
        refused.ShouldBeGreaterThan(0);
        failed.ShouldBeGreaterThan(RunsOfABatch / 10);
        unhurt.ShouldBeGreaterThan(RunsOfABatch / 10);
    }

    private (ExecutionState State, Decision Decision) Begin(FlowProgram program)
    {
        var (state, decision) = decider.Create(new Command.Create(New(program, inputBytes: 0)), program, Now, ids);
        return (state!, decision);
    }

    private Decision End(ExecutionState state, Decision sentBy, string taskId, int outputBytes)
    {
        var job = sentBy.Effects.OfType<Effect.DispatchJob>().Single(job => job.TaskRun.TaskId == taskId);
        var outputs = new OrderedDictionary<string, object?> { ["value"] = new string('x', outputBytes) };
        return decider.Decide(state, new Command.TaskResult(job.TaskRun.Id, job.Attempt, StateType.SUCCESS, Now, Now, outputs, "worker"), Now, ids);
    }

    private Execution New(FlowProgram program, int inputBytes) =>
        NewExecution.Build(program.Flow, ids.Next(), new OrderedDictionary<string, object?> { ["text"] = new string('x', inputBytes) }, null, null, null, null, Now);

    private static FlowProgram Program(long? limit)
    {
        var raw = new OrderedDictionary<string, object?>
        {
            ["id"] = "flow",
            ["namespace"] = "company",
            ["tasks"] = new List<object?> { Around("both", "Parallel", Around("chain", "Sequential", Task("a"), Task("c")), Task("b")) },
            ["afterExecution"] = new List<object?> { Task("after") },
        };
        var flow = DefinitionReader.ReadFlow(raw, Tenants.Default, []) with { Revision = 1 };
        return FlowProgram.Compile(flow, new EngineEnvironment { Expressions = new ExpressionEngine(), Catalog = new PluginCatalog(typeof(LogTask).Assembly), MessageLimit = limit });
    }

    private static OrderedDictionary<string, object?> Around(string id, string type, params List<object?> tasks) => new() { ["id"] = id, ["type"] = $"io.kestra.plugin.core.flow.{type}", ["tasks"] = tasks };

    private static OrderedDictionary<string, object?> Task(string id) => new() { ["id"] = id, ["type"] = "io.kestra.plugin.core.log.Log", ["message"] = "hello" };
}

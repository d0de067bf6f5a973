using Kestra.Engine.Tests.Invariants;
using Kestra.Engine.Tests.Reference;
using Kestra.Engine.Tests.Simulation;
using Kestra.Model.Executions;
using Kestra.Testing;

namespace Kestra.Engine.Tests;

/// <summary>
/// Random flows under random orders of results, 15,000 runs in all. A failure names its seed; put it into
/// <see cref="A_seed_that_once_failed_holds"/>. Which check holds which invariant: docs/architecture/invariants.md.
/// </summary>
public sealed class PropertyTests
{
    private const int RunsOfABatch = 1_250;

    public static TheoryData<FlowFeatures, int> Undisturbing => Batches(FlowFeatures.Plain, FlowFeatures.More, FlowFeatures.All);

    public static TheoryData<FlowFeatures, int> Disturbing => Batches(FlowFeatures.Plain, FlowFeatures.All, FlowFeatures.All);

    /// <summary>Nobody interferes; the machine may crash. What comes out is what the plan says, whatever the order.</summary>
    [Theory]
    [MemberData(nameof(Undisturbing))]
    public Task Undisturbed_flows_come_to_what_the_reference_says(FlowFeatures features, int batch) => SeedRuns.ForBatch(batch, RunsOfABatch, (seed, trace) => Undisturbed(features, seed, trace));

    /// <summary>People and crashes interfere at any moment.</summary>
    [Theory]
    [MemberData(nameof(Disturbing))]
    public Task Disturbed_flows_keep_the_invariants(FlowFeatures features, int batch) => SeedRuns.ForBatch(batch, RunsOfABatch, (seed, trace) => Disturbed(features, seed, trace));

    [Theory]
    [InlineData(139)]
    [InlineData(276)]
    [InlineData(1135)]
    [InlineData(2223)]
    [InlineData(3135)]
    [InlineData(4747)]
    [InlineData(1660)]
    [InlineData(2931)]
    [InlineData(3153)]
    [InlineData(3564)]
    [InlineData(6454)]
    [InlineData(12637)]
    [InlineData(12719)]
    [InlineData(25800)]
    [InlineData(28591)]
    [InlineData(28840)]
    [InlineData(30178)]
    [InlineData(34472)]
    [InlineData(5712)]
    public void A_seed_that_once_failed_holds(int seed)
    {
        foreach (var features in Enum.GetValues<FlowFeatures>())
        {
            Undisturbed(features, seed, trace: null);
            Disturbed(features, seed, trace: null);
        }
    }

    /// <summary>The reference is worth something only where it commits itself, and only about what random flows come to.</summary>
    [Fact]
    public void The_reference_knows_most_ends_and_meets_all_kinds_of_them()
    {
        const int Seeds = 4_000;
        var ends = new Dictionary<StateType, int>();
        var certain = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            var flow = new FlowGenerator(new Random(seed), FlowFeatures.All).Flow();
            foreach (var (reference, state) in Interpreter.Chain(new Outcomes(seed), flow).Where(static link => link.Reference.IsEndCertain))
            {
                ends[state] = ends.GetValueOrDefault(state) + 1;
                certain += reference.Number == 1 ? 1 : 0;
            }
        }

        certain.ShouldBeGreaterThan(Seeds * 3 / 5);
        foreach (var state in (StateType[])[StateType.SUCCESS, StateType.WARNING, StateType.FAILED, StateType.KILLED, StateType.CANCELLED, StateType.RETRIED])
        {
            ends.GetValueOrDefault(state).ShouldBeGreaterThan(Seeds / 100, state.ToString());
        }
    }

    private static TheoryData<FlowFeatures, int> Batches(params FlowFeatures[] features)
    {
        var batches = new TheoryData<FlowFeatures, int>();
        for (var number = 0; number < features.Length * 2; number++)
        {
            batches.Add(features[number / 2], number);
        }

        return batches;
    }

    private static void Undisturbed(FlowFeatures features, int seed, Action<string>? trace)
    {
        var flow = new FlowGenerator(new Random(seed), features).Flow();
        var check = new InvariantCheck(flow.Flows().SelectMany(plan => plan.All()).ToDictionary(task => task.Id, StringComparer.Ordinal));
        var world = new World(flow, seed) { CrashPercent = seed % 3 == 0 ? 3 : 0, Patience = seed % 2 * 5, Watch = check.Fact, Trace = trace };
        var id = world.Create();
        world.Run();
        foreach (var execution in world.Executions)
        {
            world.HasEnded(execution.Id).ShouldBeTrue($"{execution.Id} is {execution.State.Current}");
            check.End(execution, undisturbed: features != FlowFeatures.All);
        }

        Compare(flow, world, id, seed);
        world.Held(flow.Id).ShouldBe(0, "invariant 24: slots are given back");
        world.Waiting(flow.Id).ShouldBe(0, "invariant 25: nobody waits for ever");
    }

    /// <summary>Holds an execution, and those that replaced it one after the other, against the reference.</summary>
    private static void Compare(FlowPlan flow, World world, string id, int seed)
    {
        foreach (var (reference, state) in Interpreter.Chain(new Outcomes(seed), flow))
        {
            var execution = world.Find(id);
            if (!ViolationEnds(flow.Sla, execution))
            {
                Compare(flow, execution, reference, state);
            }

            if (world.Executions.FirstOrDefault(other => other.ParentId == id) is not { } replacement)
            {
                return;
            }

            execution.State.Current.ShouldBe(StateType.RETRIED);
            id = replacement.Id;
        }
    }

    /// <summary>Checks what can be said of the flow's agreement.</summary>
    /// <returns>Whether it has ended the execution at a moment that the reference can't know.</returns>
    private static bool ViolationEnds(SlaPlan? sla, Execution execution)
    {
        var isViolated = (execution.Labels ?? []).Any(static label => label.Key == SlaPlan.Label);
        if (sla is null || !isViolated)
        {
            (sla?.IsViolated == true).ShouldBeFalse("the agreement is violated, and the execution tells nothing of it");
            return false;
        }

        sla.IsViolated.ShouldNotBe(false, "the agreement is kept, and the execution tells that it is violated");
        if (sla.Decrees is not { } decreed)
        {
            return false;
        }

        execution.State.Current.ShouldBe(decreed);
        return sla.IsOfTheMoment;
    }

    private static void Compare(FlowPlan flow, Execution execution, Interpreter reference, StateType state)
    {
        var aside = flow.All().Select(task => task.OnPause?.Id).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var seen = (execution.TaskRunList ?? []).Where(run => !aside.Contains(run.TaskId)).ToDictionary(run => Interpreter.Key(run.TaskId, Documents.ValuesOf(run, execution)), StringComparer.Ordinal);
        foreach (var (key, run) in seen.Where(_ => reference.IsEndCertain))
        {
            reference.Runs.ContainsKey(key).ShouldBeTrue($"{key} is not to run");
        }

        foreach (var (key, expected) in reference.Runs.Where(run => run.Value.IsCertain))
        {
            seen.ContainsKey(key).ShouldBeTrue($"{key} is to run and come to {expected.State}");
            seen[key].State.Current.ShouldBe(expected.State, key);
            if (expected.Attempts is { } attempts)
            {
                (seen[key].Attempts ?? []).Count(attempt => attempt.State.Current != StateType.KILLED || expected.State == StateType.KILLED).ShouldBe(attempts, $"attempts of {key}");
            }
        }

        if (reference.IsEndCertain)
        {
            execution.State.Current.ShouldBe(state);
        }
    }

    private static void Disturbed(FlowFeatures features, int seed, Action<string>? trace)
    {
        var random = new Random(seed);
        var flow = new FlowGenerator(random, features).Flow();
        var check = new InvariantCheck(flow.Flows().SelectMany(plan => plan.All()).ToDictionary(task => task.Id, StringComparer.Ordinal));
        var world = new World(flow, seed) { CrashPercent = seed % 4, Patience = seed % 3 * 5, Watch = check.Fact, Trace = trace };
        var disturbance = new Disturbance(random);
        for (var count = random.Next(1, 3); count > 0; count--)
        {
            world.Create(features == FlowFeatures.All && random.Next(100) < 20 ? [.. flow.All().Where(_ => random.Next(4) == 0).Select(task => new Breakpoint(task.Id, null))] : null);
        }

        world.Run(disturbance.Strike);
        foreach (var execution in world.Executions)
        {
            world.HasEnded(execution.Id).ShouldBeTrue($"{execution.Id} is {execution.State.Current}");
            check.End(execution, undisturbed: false);
        }

        world.Held(flow.Id).ShouldBe(0, "invariant 24: slots are given back");
        world.Waiting(flow.Id).ShouldBe(0, "invariant 25: nobody waits for ever");
    }
}

using Kestra.Expressions;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Identifiers;
using Kestra.Plugins.Core.Log;
using Kestra.Plugins.Hosting;
using NodaTime;

namespace Kestra.Engine.Tests;

/// <summary>What becomes of a task whose worker group has nobody to take it (§3.2).</summary>
public sealed class WorkerGroupTests
{
    [Theory]
    [InlineData(WorkerGroupPresence.Attended, "FAIL", false, null, null)]
    [InlineData(WorkerGroupPresence.Unattended, null, false, null, "No workers are available for worker group 'g', waiting for one.")]
    [InlineData(WorkerGroupPresence.Unattended, "WAIT", false, null, "No workers are available for worker group 'g', waiting for one.")]
    [InlineData(WorkerGroupPresence.Unattended, "FAIL", false, StateType.FAILED, "No workers are available for worker group 'g', failing the task.")]
    [InlineData(WorkerGroupPresence.Unattended, "FAIL", true, StateType.WARNING, "No workers are available for worker group 'g', failing the task.")]
    [InlineData(WorkerGroupPresence.Unattended, "CANCEL", false, StateType.CANCELLED, "No workers are available for worker group 'g', canceling the task.")]
    [InlineData(WorkerGroupPresence.Unknown, "WAIT", false, StateType.FAILED, "Cannot run task. No worker group exist for key 'g'.")]
    public void A_task_is_sent_or_ends_as_its_fallback_says(WorkerGroupPresence presence, string? fallback, bool allowFailure, StateType? ended, string? message)
    {
        foreach (var onTask in (bool[])[true, false])
        {
            var (state, decision) = Begin(presence, fallback, allowFailure, onTask);
            decision.Effects.OfType<Effect.EmitLog>().Select(static log => log.Entry.Message).ShouldBe(message is null ? [] : [message]);
            var run = state.ToExecution().TaskRunList!.Single();
            if (ended is { } end)
            {
                run.State.Histories.Select(static entry => entry.State).ShouldBe([StateType.CREATED, end]);
                run.Attempts!.Count.ShouldBe(1);
                decision.Effects.OfType<Effect.DispatchJob>().ShouldBeEmpty();
                state.HasEnded.ShouldBeTrue();
            }
            else
            {
                decision.Effects.OfType<Effect.DispatchJob>().Single().WorkerGroup.ShouldBe("g");
                run.State.Current.ShouldBe(StateType.CREATED);
            }
        }
    }

    [Theory]
    [InlineData("{{ 'g' }}", "g")]
    [InlineData("{{ taskrun.value ?? '' }}", null)]
    public void A_group_is_rendered(string key, string? group)
    {
        var (_, decision) = Begin(WorkerGroupPresence.Attended, "FAIL", allowFailure: false, onTask: true, key);
        decision.Effects.OfType<Effect.DispatchJob>().Single().WorkerGroup.ShouldBe(group);
    }

    [Fact]
    public void A_group_that_touches_the_outside_is_asked_for_first()
    {
        var (state, decision) = Begin(WorkerGroupPresence.Attended, "FAIL", allowFailure: false, onTask: true, "{{ kv('group') }}");
        decision.Effects.OfType<Effect.DispatchJob>().ShouldBeEmpty();
        var question = decision.Effects.OfType<Effect.Evaluate>().Single();
        var answered = new ExecutionDecider().Decide(state, new Command.Evaluated(question.EvaluationId, "g", null), Now, new RandomIdSource());
        answered.Effects.OfType<Effect.DispatchJob>().Single().WorkerGroup.ShouldBe("g");
    }

    [Fact]
    public void A_group_that_cannot_be_rendered_fails_the_task()
    {
        var (state, decision) = Begin(WorkerGroupPresence.Attended, null, allowFailure: true, onTask: true, "{{ nobody.knows }}");
        decision.Effects.OfType<Effect.EmitLog>().Single().Entry.Message.ShouldContain("nobody");
        state.ToExecution().TaskRunList!.Single().State.Current.ShouldBe(StateType.WARNING);
    }

    private static Instant Now => Instant.FromUtc(2026, 1, 1, 0, 0);

    private static (ExecutionState State, Decision Decision) Begin(WorkerGroupPresence presence, string? fallback, bool allowFailure, bool onTask, string key = "g")
    {
        var group = new OrderedDictionary<string, object?> { ["key"] = key };
        if (fallback is not null)
        {
            group["fallback"] = fallback;
        }

        var task = new OrderedDictionary<string, object?> { ["id"] = "a", ["type"] = "io.kestra.plugin.core.log.Log", ["message"] = "a", ["allowFailure"] = allowFailure };
        var raw = new OrderedDictionary<string, object?> { ["id"] = "flow", ["namespace"] = "company", ["tasks"] = new List<object?> { task } };
        (onTask ? task : raw)["workerGroup"] = group;
        var faults = new List<DefinitionFault>();
        var flow = DefinitionReader.ReadFlow(raw, Tenants.Default, faults) with { Revision = 1 };
        faults.ShouldBeEmpty();
        var program = FlowProgram.Compile(flow, new EngineEnvironment
        {
            Expressions = new ExpressionEngine(new ExpressionOptions()),
            Catalog = new PluginCatalog(typeof(LogTask).Assembly),
            WorkersOf = (tenant, key) => (tenant, key) == (Tenants.Default, "g") ? presence : WorkerGroupPresence.Unknown,
        });
        var (state, decision) = new ExecutionDecider().Create(new Command.Create(NewExecution.Build(flow, "one", null, null, null, null, null, Now)), program, Now, new RandomIdSource());
        return (state!, decision);
    }
}

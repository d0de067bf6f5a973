using Kestra.Expressions;
using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Triggers;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Triggers;
using Kestra.Plugins.Core.Trigger;
using Kestra.Plugins.Triggers;
using Kestra.Scheduler.FlowTriggers;
using Kestra.Storage.Triggers;
using NodaTime;

namespace Kestra.Scheduler.Tests;

/// <summary>Where a server dies while it acts on a change.</summary>
public enum Death
{
    None,
    BeforeStarts,
    BeforeDone,
    AfterDone,
}

/// <summary>Changes of executions and one flow with triggers that look at them, on virtual time.</summary>
internal sealed class FlowTriggerWorld : IConditionWindowRepository
{
    private readonly List<ExecutionChange> pending = [];
    private readonly Dictionary<string, MultipleConditionWindow> windows = new(StringComparer.Ordinal);
    private readonly List<FlowTriggerEntry> triggers = [];
    private readonly TriggerExecutions executions = new(new EngineEnvironment { Expressions = new ExpressionEngine(), Catalog = new TestPlugins() }, new AnyInputs());
    private readonly FlowTriggerPlanner planner;
    private readonly FlowTriggerFiring firing;
    private readonly ManualTime time = new(World.At("2024-01-15T00:00:00Z"));
    private int changes;

    public FlowTriggerWorld()
    {
        var log = new TriggerLog(Stored, time);
        planner = new FlowTriggerPlanner(this, new UpstreamScopes(executions.Environment), log, DateTimeZone.Utc);
        firing = new FlowTriggerFiring(executions, Stored, log, time);
    }

    public StoredWorld Stored { get; } = new();

    public IReadOnlyCollection<MultipleConditionWindow> Windows => windows.Values;

    /// <summary>The upstream executions that completed each start, in the order of creation.</summary>
    public IReadOnlyList<string> Starts => [.. Stored.Executions.Select(static execution => (string)execution.Trigger!.Variables!["executionId"]!)];

    public void Add(FlowTrigger trigger, params IMultipleCondition[] multiple)
    {
        var definition = new TriggerDefinition { Id = $"trigger{triggers.Count}", Type = "io.kestra.plugin.core.trigger.Flow", Properties = new OrderedDictionary<string, object?>() };
        List<IMultipleCondition> all = [.. trigger.Preconditions is { } own ? [own] : Array.Empty<IMultipleCondition>(), .. multiple];
        triggers.Add(new FlowTriggerEntry(World.FlowWith(definition) with { Id = "downstream" }, definition, trigger, [], all));
    }

    public static Preconditions After(TimeWindow? window, bool resetOnSuccess, params string[] flows) => new()
    {
        Id = "all",
        Flows = [.. flows.Select(static flow => new UpstreamFlow { Namespace = World.Namespace, FlowId = flow })],
        TimeWindow = window ?? new TimeWindow(),
        ResetOnSuccess = resetOnSuccess,
    };

    /// <summary>An execution of a flow ends; its id is the flow's with a number.</summary>
    public Execution End(string flow, string at, StateType state = StateType.SUCCESS, IReadOnlyDictionary<string, object?>? outputs = null, Func<Execution, Execution>? more = null)
    {
        var execution = NewExecution.Build(new Flow { Namespace = World.Namespace, Id = flow, Revision = 1 }, $"{flow}{++changes}", null, [], null, null, null, World.At(at));
        execution = execution with { State = execution.State.With(StateType.RUNNING, World.At(at)).With(state, World.At(at)), Outputs = outputs };
        execution = more?.Invoke(execution) ?? execution;
        pending.Add(ExecutionChange.Of(execution));
        return execution;
    }

    /// <summary>Acts on what is not done, in order, as the service does; a death leaves the change for the next time.</summary>
    public async Task DeliverAsync(Death death = Death.None)
    {
        while (pending.Count > 0)
        {
            var change = pending[0];
            var plan = change.Target is { TriggerId: { } id } target
                ? new FlowTriggerPlan([new FlowTriggerStart(triggers.Find(entry => entry.Definition.Id == id)!, target.Outputs)], ChangeOutcome.Nothing)
                : await planner.PlanAsync(triggers, change, static _ => 1, CancellationToken.None);
            if (death == Death.BeforeStarts)
            {
                return;
            }

            await firing.FireAsync(plan.Starts, change, CancellationToken.None);
            if (death == Death.BeforeDone)
            {
                return;
            }

            pending.RemoveAt(0);
            pending.InsertRange(0, plan.Outcome.Targets.Select(change.For));
            foreach (var ((window, isGone), _) in plan.Outcome.Windows)
            {
                _ = isGone ? windows.Remove(window.ConditionId) : (windows[window.ConditionId] = window) is null;
            }

            if (death == Death.AfterDone)
            {
                return;
            }
        }
    }

    public Task<MultipleConditionWindow?> FindAsync(string tenantId, string @namespace, string flowId, string conditionId, CancellationToken cancellationToken) =>
        Task.FromResult(windows.GetValueOrDefault(conditionId));

    public Task<int> DeleteEndedAsync(Instant before, CancellationToken cancellationToken) => Task.FromResult(0);

    private sealed class AnyInputs : IFlowInputs
    {
        public Task<IReadOnlyDictionary<string, object?>?> ResolveAsync(Flow flow, string executionId, IReadOnlyDictionary<string, object?> given, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyDictionary<string, object?>?>(given);
    }
}

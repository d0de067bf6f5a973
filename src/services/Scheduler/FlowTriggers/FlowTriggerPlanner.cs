using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Logs;
using Kestra.Model.Triggers;
using Kestra.Plugins.Triggers;
using Kestra.Storage.Triggers;
using NodaTime;

namespace Kestra.Scheduler.FlowTriggers;

/// <summary>
/// Tests one change of an execution against triggers. The moment of the change decides which window it belongs to, so that the
/// plan is the same when the change is handed out again after a crash.
/// </summary>
internal sealed class FlowTriggerPlanner(IConditionWindowRepository stored, UpstreamScopes scopes, TriggerLog log, DateTimeZone zone)
{
    /// <param name="tenureOf">Names the time since which this process alone moves the windows of a flow; null when another one does.</param>
    public async Task<FlowTriggerPlan> PlanAsync(IReadOnlyList<FlowTriggerEntry> triggers, ExecutionChange change, Func<Flow, long?> tenureOf, CancellationToken cancellationToken)
    {
        var starts = new List<FlowTriggerStart>();
        var moves = new List<WindowMove>();
        var targets = new List<ChangeTarget>();
        foreach (var entry in triggers.Where(static entry => entry.Windows.Count == 0))
        {
            var scope = scopes.Of(entry, change.Execution, cancellationToken);
            if (entry.Conditions.All(condition => Holds(entry, condition, scope)))
            {
                starts.Add(new FlowTriggerStart(entry, change.Execution.Outputs));
            }
        }

        foreach (var flow in triggers.Where(static entry => entry.Windows.Count > 0).GroupBy(static entry => (entry.Flow.Namespace, entry.Flow.Id)))
        {
            // Asked for before the windows are read.
            if (tenureOf(flow.First().Flow) is { } tenure)
            {
                moves.AddRange((await MeetAsync(flow, change.Execution, targets, cancellationToken)).Select(window => new WindowMove(window, tenure)));
            }
            else
            {
                targets.Add(new ChangeTarget(flow.Key.Namespace, flow.Key.Id));
            }
        }

        return new FlowTriggerPlan(starts, new ChangeOutcome { Windows = moves, Targets = targets });
    }

    /// <summary>Moves the windows of one flow.</summary>
    /// <param name="targets">Takes the executions that are to be created when that is stored.</param>
    private async Task<IEnumerable<ConditionWindowChange>> MeetAsync(IEnumerable<FlowTriggerEntry> triggers, Execution upstream, List<ChangeTarget> targets, CancellationToken cancellationToken)
    {
        var windows = new Dictionary<string, WindowState>(StringComparer.Ordinal);
        foreach (var entry in triggers)
        {
            var scope = scopes.Of(entry, upstream, cancellationToken);
            if (entry.Conditions.All(condition => Holds(entry, condition, scope)) && await MeetAsync(entry, upstream, scope, windows, cancellationToken) is { } start)
            {
                targets.Add(new ChangeTarget(entry.Flow.Namespace, entry.Flow.Id) { TriggerId = entry.Definition.Id, Outputs = start.Outputs });
            }
        }

        return windows.Values.Where(static state => state.IsChanged).Select(static state => new ConditionWindowChange(state.Window, state.IsGone));
    }

    /// <returns>Null while something is missing.</returns>
    private async Task<FlowTriggerStart?> MeetAsync(
        FlowTriggerEntry entry, Execution upstream, IConditionContext scope, Dictionary<string, WindowState> windows, CancellationToken cancellationToken)
    {
        var states = new List<(IMultipleCondition Condition, WindowState? State)>();
        var isMet = false;
        foreach (var condition in entry.Windows)
        {
            if (!windows.TryGetValue(condition.Id, out var state) && await OpenAsync(entry, condition, MomentOf(upstream), cancellationToken) is { } opened)
            {
                windows[condition.Id] = state = opened;
            }

            isMet |= state is not null && Merge(entry, condition, state, upstream, scope);
            states.Add((condition, state));
        }

        if (!isMet || !states.TrueForAll(static pair => pair.State is { } state && pair.Condition.Parts.Keys.All(state.Has)))
        {
            return null;
        }

        var outputs = states.Aggregate((IReadOnlyDictionary<string, object?>?)null, static (merged, pair) => OutputMerge.Of(merged, pair.State!.Window.Outputs));
        foreach (var (_, state) in states.Where(static pair => pair.Condition.ResetOnSuccess))
        {
            state!.Reset();
        }

        return new FlowTriggerStart(entry, outputs);
    }

    private bool Merge(FlowTriggerEntry entry, IMultipleCondition condition, WindowState state, Execution upstream, IConditionContext scope)
    {
        var met = condition.Parts.Where(part => Holds(entry, part.Value, scope)).Select(static part => part.Key).ToList();
        if (met.Count > 0)
        {
            state.Add(met, upstream.Outputs);
        }

        return met.Count > 0;
    }

    /// <returns>Null when the moment is in no window.</returns>
    private async Task<WindowState?> OpenAsync(FlowTriggerEntry entry, IMultipleCondition condition, Instant moment, CancellationToken cancellationToken)
    {
        var flow = entry.Flow;
        var found = await stored.FindAsync(flow.TenantId, flow.Namespace, flow.Id, condition.Id, cancellationToken);
        if (found?.Contains(moment) == true)
        {
            return new WindowState(found, isKept: true);
        }

        if (WindowSpan.At(condition.Window, moment, zone) is not { } span)
        {
            return null;
        }

        var window = new MultipleConditionWindow
        {
            TenantId = flow.TenantId,
            Namespace = flow.Namespace,
            FlowId = flow.Id,
            ConditionId = condition.Id,
            Start = span.Start,
            End = span.End,
        };

        // A change that comes late must not take the place of a window that began after it.
        return new WindowState(window, isKept: found is null || found.Start <= moment);
    }

    private bool Holds(FlowTriggerEntry entry, ICondition condition, IConditionContext scope)
    {
        try
        {
            return condition.Holds(scope);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            log.Write(
                entry.Flow,
                entry.Definition,
                LogLevel.WARN,
                $"[namespace: {entry.Flow.Namespace}] [flow: {entry.Flow.Id}] [condition: {condition.GetType().Name}] Evaluate Condition Failed with error '{error.Message}'");
            return false;
        }
    }

    private static Instant MomentOf(Execution upstream) => upstream.State.Histories[^1].Date;

    /// <summary>One window while a change is tested against it.</summary>
    private sealed class WindowState(MultipleConditionWindow window, bool isKept)
    {
        public MultipleConditionWindow Window { get; private set; } = window;

        public bool IsGone { get; private set; }

        public bool IsChanged => isKept && hasChanged;

        private bool hasChanged;

        public bool Has(string part) => Window.Results.GetValueOrDefault(part);

        public void Add(IEnumerable<string> met, IReadOnlyDictionary<string, object?>? outputs)
        {
            var results = new OrderedDictionary<string, bool>(Window.Results, StringComparer.Ordinal);
            foreach (var part in met)
            {
                results[part] = true;
            }

            Window = Window with { Results = results, Outputs = OutputMerge.Of(Window.Outputs, outputs) };
            IsGone = false;
            hasChanged = true;
        }

        public void Reset()
        {
            Window = Window with { Results = new OrderedDictionary<string, bool>(), Outputs = null };
            IsGone = true;
            hasChanged = true;
        }
    }
}

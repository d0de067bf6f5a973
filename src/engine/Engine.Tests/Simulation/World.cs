using System.Buffers;
using System.Globalization;
using Kestra.Engine.Tests.Invariants;
using Kestra.Expressions;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Model.Json;
using Kestra.Plugins.Core.Log;
using Kestra.Plugins.Hosting;
using NodaTime;

namespace Kestra.Engine.Tests.Simulation;

/// <summary>
/// Everything around the decider, on virtual time and by one seed: workers whose results come in any order, timers, slots,
/// subflows, a store that keeps snapshots and journal, and crashes between commits.
/// </summary>
internal sealed partial class World
{
    private const int MostSteps = 20_000;

    private static readonly PluginCatalog Catalog = new(typeof(LogTask).Assembly);
    private static readonly ExpressionEngine Expressions = new(new ExpressionOptions());

    private readonly ExecutionDecider decider = new();
    private readonly Random random;
    private readonly Outcomes outcomes;
    private readonly CountingIds ids = new();
    private readonly Dictionary<string, FlowProgram> programs;
    private readonly Dictionary<string, TaskPlan> plans;
    private readonly Dictionary<string, Simulated> executions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Instant DueAt, string ExecutionId, ReadOnlyMemory<byte> Payload, bool Creates)> timers = new(StringComparer.Ordinal);
    private readonly Queue<(string ExecutionId, Command Command)> following = new();
    private readonly List<Action> underway = [];
    private readonly HashSet<(string TaskRunId, int Attempt)> sent = [];
    private readonly Dictionary<string, SlotLine> slots = new(StringComparer.Ordinal);
    private Instant now = Instant.FromUtc(2026, 1, 1, 0, 0);

    /// <param name="messageLimit">Bytes of a document; null is no limit.</param>
    public World(FlowPlan flow, int seed, long? messageLimit = null)
    {
        random = new Random(seed);
        outcomes = new Outcomes(seed);
        var environment = new EngineEnvironment { Expressions = Expressions, Catalog = Catalog, HostOf = static (_, _, _, _) => SimulatedHost.Instance, MessageLimit = messageLimit };
        programs = flow.Flows().ToDictionary(plan => plan.Id, plan => FlowProgram.Compile(FlowWriter.Write(plan), environment), StringComparer.Ordinal);
        plans = flow.Flows().SelectMany(plan => plan.All()).ToDictionary(task => task.Id, StringComparer.Ordinal);
        Root = flow;
    }

    public FlowPlan Root { get; }

    /// <summary>Percent of the steps at which all memory is lost.</summary>
    public int CrashPercent { get; init; }

    /// <summary>Percent of the steps at which a timer comes before work that is underway.</summary>
    public int Patience { get; init; }

    /// <summary>Called with every fact and the execution that it is about.</summary>
    public Action<string, ExecutionEvent>? Watch { get; init; }

    /// <summary>Called when an execution is ended because of the limit of messages.</summary>
    public Action? OnTooLarge { get; init; }

    /// <summary>Takes one line for each command, when somebody wants to read the story.</summary>
    public Action<string>? Trace { get; init; }

    public IEnumerable<Execution> Executions => executions.Values.Select(simulated => simulated.State.ToExecution());

    public IReadOnlyDictionary<string, TaskPlan> Plans => plans;

    public Execution Find(string id) => executions[id].State.ToExecution();

    public bool HasEnded(string id) => executions[id].State.HasEnded;

    public int Held(string flowId) => slots.TryGetValue(flowId, out var line) ? line.Held.Count : 0;

    public int Waiting(string flowId) => slots.TryGetValue(flowId, out var line) ? line.Waiting.Count : 0;

    /// <returns>Null when it is refused.</returns>
    public string? TryCreate()
    {
        var id = ids.Next();
        return Decide(id, new Command.Create(NewExecution.Build(programs[Root.Id].Flow, id, null, null, null, null, null, now))) is null ? id : null;
    }

    public string Create(IReadOnlyList<Breakpoint>? breakpoints = null)
    {
        var id = ids.Next();
        Decide(id, new Command.Create(NewExecution.Build(programs[Root.Id].Flow, id, null, null, null, null, null, now) with { Breakpoints = breakpoints }));
        return id;
    }

    /// <summary>Gives a command, as a user does.</summary>
    public Refusal? Command(string id, Command command)
    {
        var refusal = Decide(id, command);
        DecideFollowing();
        return refusal;
    }

    public void Replay(string sourceId, string? taskRunId)
    {
        var source = Find(sourceId);
        var id = ids.Next();
        Decide(id, new Command.Create(Replays.Build(source, programs[source.FlowId], id, taskRunId, null, null, now)));
        DecideFollowing();
    }

    /// <summary>Lets things happen until nothing can happen any more.</summary>
    /// <param name="interfere">Called between two steps.</param>
    public void Run(Action<World>? interfere = null)
    {
        for (var step = 0; step < MostSteps; step++)
        {
            DecideFollowing();
            if (random.Next(100) < CrashPercent)
            {
                Crash();
                DecideFollowing();
            }

            interfere?.Invoke(this);
            if (!StepOn())
            {
                return;
            }
        }

        throw new InvalidOperationException($"The flow does not come to an end within {MostSteps} steps.");
    }

    private bool StepOn()
    {
        if (underway.Count > 0 && !(timers.Count > 0 && Patience > 0 && random.Next(100) < Patience))
        {
            var index = random.Next(underway.Count);
            var next = underway[index];
            underway.RemoveAt(index);
            now += Duration.FromMilliseconds(random.Next(0, 20));
            next();
            return true;
        }

        if (timers.Count > 0)
        {
            Fire(timers.MinBy(timer => (timer.Value.DueAt, timer.Key)).Key);
            return true;
        }

        return WakeSomebody();
    }

    private void Fire(string key)
    {
        var timer = timers[key];
        timers.Remove(key);
        now = Instant.Max(now, timer.DueAt);
        var ended = !timer.Creates && HasEnded(timer.ExecutionId) ? Documents.Text(Find(timer.ExecutionId)) : null;
        if (!timer.Creates)
        {
            Decide(timer.ExecutionId, new Command.TimerFired(key, timer.Payload));
        }
        else if (ModelJson.ReadExecution(timer.Payload.Span) is var replacement && Decide(timer.ExecutionId, new Command.Create(replacement)) is { Code: RefusalCode.TooLarge } refusal)
        {
            Decide(timer.ExecutionId, new Command.Create(replacement) { Failure = refusal.Message });
        }

        if (ended is not null && Documents.Text(Find(timer.ExecutionId)) != ended)
        {
            throw new InvariantException(23, $"the timer {key} has changed an execution that had ended");
        }
    }

    // What waits for a person gets one.
    private bool WakeSomebody()
    {
        foreach (var simulated in executions.Values.Where(simulated => !simulated.State.HasEnded).ToList())
        {
            Command? wake = simulated.State.Current switch
            {
                StateType.PAUSED => new Command.Resume(null, null),
                StateType.BREAKPOINT => new Command.ResumeFromBreakpoint([]),
                _ => null,
            };
            if (wake is not null)
            {
                return Decide(simulated.Id, wake) is { } refusal
                    ? throw new InvalidOperationException($"{simulated.Id} can't be woken: {refusal.Message}")
                    : true;
            }
        }

        return false;
    }

    private void DecideFollowing()
    {
        while (following.TryDequeue(out var next))
        {
            Decide(next.ExecutionId, next.Command);
        }
    }

    private Refusal? Decide(string id, Command command)
    {
        Trace?.Invoke($"{id} {Story.Of(command)}");
        if (command is Command.Create create)
        {
            return executions.ContainsKey(id) ? new Refusal(RefusalCode.AlreadyExists, id) : Begin(id, create);
        }

        if (!executions.TryGetValue(id, out var simulated))
        {
            return new Refusal(RefusalCode.NotFound, id);
        }

        var before = random.Next(10) == 0 ? simulated.State.ToExecution() : null;
        var pauses = command is Command.Resume ? Paused(simulated) : [];
        var decision = decider.Decide(simulated.State, command, now, ids);
        if (decision.Refusal is null)
        {
            Take(simulated, decision);
            CheckResume(simulated, pauses);
        }
        else if (before is not null && Documents.Text(before) != Documents.Text(simulated.State.ToExecution()))
        {
            throw new InvalidOperationException($"The refused command {command} has changed the execution.");
        }

        return decision.Refusal;
    }

    // Of several pauses one resume ends one, and the execution waits for the others.
    private void CheckResume(Simulated simulated, List<string> pauses)
    {
        var left = pauses.Count(simulated.IsPaused);
        if (pauses.Count > 0 && (left != pauses.Count - 1 || (left > 0 && simulated.State.Current != StateType.PAUSED)))
        {
            throw new InvariantException(22, $"of {pauses.Count} pauses {left} are left after one resume, and the execution is {simulated.State.Current}");
        }
    }

    private List<string> Paused(Simulated simulated) =>
        [.. (simulated.State.ToExecution().TaskRunList ?? []).Where(run => run.State.Current == StateType.PAUSED && plans[run.TaskId].Kind == TaskKind.Pause).Select(static run => run.Id)];

    private Refusal? Begin(string id, Command.Create create)
    {
        var (state, decision) = decider.Create(create, programs[create.Execution.FlowId], now, ids);
        if (state is null)
        {
            return decision.Refusal;
        }

        var simulated = new Simulated(id, state, programs[create.Execution.FlowId]);
        executions[id] = simulated;
        Take(simulated, decision);
        return null;
    }

    private void Take(Simulated simulated, Decision decision)
    {
        foreach (var fact in decision.Events)
        {
            Trace?.Invoke($"    {simulated.Id} {Story.Of(fact)}");
            Watch?.Invoke(simulated.Id, fact);
        }

        if (decision.IsTooLarge)
        {
            OnTooLarge?.Invoke();
        }

        simulated.Store(decision.Events, snapshot: random.Next(100) < 8);
        foreach (var effect in decision.Effects)
        {
            Carry(simulated, effect);
        }
    }

    /// <summary>All memory is gone: executions come back from what was committed, and what was underway is lost.</summary>
    private void Crash()
    {
        Trace?.Invoke("crash");
        underway.Clear();
        sent.Clear();
        foreach (var simulated in executions.Values)
        {
            simulated.Restore();
        }

        foreach (var simulated in executions.Values.Where(simulated => !simulated.WasEnded).ToList())
        {
            Take(simulated, decider.Recover(simulated.State, now, ids));
        }
    }

    private sealed class CountingIds : IIdSource
    {
        private int last;

        public string Next() => string.Create(CultureInfo.InvariantCulture, $"id{++last:D6}");
    }
}

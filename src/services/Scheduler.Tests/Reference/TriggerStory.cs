using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Triggers;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Scheduler.Tests.Reference;

/// <summary>
/// One random story of a flow with a few schedules: time passes, clocks jump, executions end, people intervene, flows change, and
/// the server stops, or dies between two commits. After each step scheduler and reference have fired the same dates.
/// </summary>
internal sealed class TriggerStory
{
    private const string BackfillLabel = "backfill";

    // Each some days before a change of the clock somewhere.
    private static readonly string[] Starts = ["2024-03-29T21:07:13Z", "2024-11-01T20:07:13Z", "2024-10-25T11:07:13Z", "2024-03-08T23:07:13Z", "2024-01-10T02:07:13Z"];
    private static readonly string[] Zones = ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"];

    private readonly Random random;
    private readonly Action<string>? trace;
    private readonly World world;
    private readonly List<Actor> actors = [];
    private readonly Instant begin;
    private readonly bool mayDie;
    private bool isFlowDisabled;
    private bool isFlowDeleted;
    private int commits;
    private int death;

    public TriggerStory(int seed, Action<string>? trace)
    {
        (random, this.trace) = (new Random(seed), trace);
        var start = Starts[random.Next(Starts.Length)];
        world = new World(start) { EndWith = null };
        begin = World.At(start);

        // A death is a restart at a moment that the reference does not know: it shows only where missed dates are left out.
        mayDie = random.Next(2) == 0;
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            actors.Add(NewActor($"t{count}"));
        }

        world.Stored.BeforeSave = Commit;
        world.Stored.AfterSave = Commit;
        world.Stored.AfterStore = _ => Commit();
        world.Stored.Intercept = _ =>
        {
            Commit();
            return null;
        };
    }

    /// <summary>Dates that were fired.</summary>
    public int Fired => actors.Sum(static actor => actor.Reference.Fired.Count);

    /// <summary>Times that the server died between two commits.</summary>
    public int Deaths { get; private set; }

    public async Task RunAsync()
    {
        await SaveFlowAsync(isOther: null);
        await world.StartAsync();
        Come();
        Compare();
        for (var step = random.Next(15, 40); step > 0; step--)
        {
            await StepAsync();
            Compare();
        }

        // In the end everything is enabled and answered, so that what was only put off shows.
        (isFlowDisabled, isFlowDeleted) = (false, false);
        actors.ForEach(static actor => actor.IsDeclaredDisabled = false);
        await SaveFlowAsync(isOther: null);
        for (var round = 0; round < 6; round++)
        {
            await AdvanceAsync(Duration.FromMinutes(random.Next(1, 300)));
            foreach (var actor in actors)
            {
                await EndAsync(actor, StateType.SUCCESS);
            }

            Compare();
        }
    }

    private Instant Now => world.Time.Now;

    private Task StepAsync()
    {
        var actor = actors[random.Next(actors.Count)];
        return random.Next(100) switch
        {
            < 30 => AdvanceAsync(Duration.FromMinutes(random.Next(1, random.Next(3) == 0 ? 720 : 100))),
            < 35 => JumpAsync(Duration.FromMinutes(random.Next(-50, 200))),
            < 62 => EndAsync(actor, random.Next(4) == 0 ? StateType.FAILED : StateType.SUCCESS),
            < 68 => RestartServerAsync(),
            < 74 => SwitchAsync(actor),
            < 78 => UnlockAsync(actor),
            < 80 => RestartTriggerAsync(actor),
            < 82 => LoseAsync(actor),
            < 86 => RedefineAsync(actor),
            < 90 => ChangeFlowAsync(actor),
            _ => BackfillAsync(actor),
        };
    }

    private async Task AdvanceAsync(Duration by)
    {
        var target = Now + by;
        Tell($"time goes to {target}");
        await DyingAsync(() => world.RunUntilAsync(target.ToString()));
        await world.RunUntilAsync(target.ToString());
        Come();
    }

    private async Task JumpAsync(Duration by)
    {
        Tell($"the clock jumps by {by}");
        await world.JumpToAsync((Now + by).ToString());
        Come();
    }

    private async Task EndAsync(Actor actor, StateType state)
    {
        if (OpenOf(actor) is not { } execution)
        {
            return;
        }

        Tell($"{actor.Id}: its execution ends {state}");
        actor.Ends[execution.Id] = state;
        var isHeard = actor.Reference.IsWatched;
        await DyingAsync(() => world.EndAsync(execution, state));
        if (isHeard)
        {
            actor.Reference.Release(state, Now);
        }

        await world.RunUntilAsync(Now.ToString());
        Come();
    }

    // The news of an end is lost with the server, and found out about when it is back.
    private async Task RestartServerAsync()
    {
        if (random.Next(2) == 0 && actors[random.Next(actors.Count)] is var ending && OpenOf(ending) is { } execution)
        {
            Tell($"{ending.Id}: its execution ends while nobody listens");
            ending.Ends[execution.Id] = StateType.SUCCESS;
            world.Stored.EndSilently(execution.Id, StateType.SUCCESS, Now);
        }

        world.Time.Now += Duration.FromMinutes(random.Next(0, 3) * random.Next(1, 200));
        Tell($"the server is back at {Now}");
        await world.StartAsync();
        foreach (var actor in actors.Where(static actor => actor.Reference is { Exists: true, IsWatched: true }))
        {
            Resume(actor);
        }

        Come();
    }

    private void Resume(Actor actor)
    {
        actor.Reference.Resume(Now);
        if (actor is { Reference.IsHeld: true, Holder: { } holder } && actor.Ends.TryGetValue(holder, out var end))
        {
            actor.Reference.Release(end, Now);
        }
    }

    private async Task SwitchAsync(Actor actor)
    {
        if (!actor.Reference.Exists)
        {
            return;
        }

        var disabled = !actor.Reference.IsDisabled;
        Tell($"{actor.Id}: {(disabled ? "off" : "on")}");
        await ChangeAsync(actor, (row, entry, now) => TriggerRequests.SetDisabled(row, entry, disabled, now));
        if (disabled)
        {
            actor.Reference.Disable();
        }
        else
        {
            actor.Reference.Enable(Now);
        }

        Come();
    }

    private async Task UnlockAsync(Actor actor)
    {
        if (actor.Reference is { Exists: true, IsHeld: true })
        {
            Tell($"{actor.Id}: unlocked");
            await ChangeAsync(actor, static (row, _, _) => TriggerRequests.Unlock(row));
            actor.Reference.Unlock();
            Come();
        }
    }

    private async Task RestartTriggerAsync(Actor actor)
    {
        if (actor.Reference.Exists)
        {
            Tell($"{actor.Id}: restarted");
            await ChangeAsync(actor, TriggerRequests.Restart);
            actor.Reference.Restart(Now);
            Come();
        }
    }

    private async Task LoseAsync(Actor actor)
    {
        if (actor.Reference is { IsHeld: true, IsWatched: true } && HolderOf(actor) is { } holder)
        {
            Tell($"{actor.Id}: its execution is deleted, and a minute passes");
            actor.GoneAt.Add(actor.Reference.Fired.Count - 1);
            world.Stored.Forget(holder);
            world.Time.Now += Duration.FromMinutes(61);
            await world.Core.CheckLocksAsync(CancellationToken.None);
            actor.Reference.Release(null, Now);
            await world.RunUntilAsync(Now.ToString());
            Come();
        }
    }

    private async Task RedefineAsync(Actor actor)
    {
        if (actor is { IsList: false, Reference: { Exists: true, IsWatched: true, HasBackfill: false } })
        {
            var former = actor.Rule;
            actor.Rule = RuleDates.All[random.Next(RuleDates.All.Count)];
            Tell($"{actor.Id}: is now {actor.Rule.Cron}");
            await SaveFlowAsync(actor.Rule == former ? null : actor);
        }
    }

    private async Task ChangeFlowAsync(Actor actor)
    {
        switch (random.Next(4))
        {
            case 0:
                isFlowDisabled = !isFlowDisabled;
                break;
            case 1:
                isFlowDeleted = !isFlowDeleted;
                break;
            case 2:
                actor.IsDeclaredDisabled = !actor.IsDeclaredDisabled;
                break;
            default:
                actor.IsDeclared = !actor.IsDeclared;
                break;
        }

        Tell($"the flow: deleted {isFlowDeleted}, disabled {isFlowDisabled}, {actor.Id}: declared {actor.IsDeclared}, disabled {actor.IsDeclaredDisabled}");
        await SaveFlowAsync(isOther: null);
    }

    private async Task BackfillAsync(Actor actor)
    {
        if (actor.Reference is not { Exists: true, IsWatched: true } reference)
        {
            return;
        }

        if (!reference.HasBackfill)
        {
            var start = Now - Duration.FromMinutes(random.Next(30, 2_000));
            var end = random.Next(3) == 0 ? (Instant?)null : start + Duration.FromMinutes(random.Next(0, 1_000));
            var backfill = new Backfill { Start = start.InUtc(), End = end?.InUtc(), Labels = [new Label(BackfillLabel, "yes")] };
            Tell($"{actor.Id}: backfill from {start} to {end}");
            await ChangeAsync(actor, (row, entry, now) => TriggerRequests.StartBackfill(row, entry, backfill, now));
            reference.StartBackfill(start, end ?? Now);
        }
        else if (random.Next(3) == 0)
        {
            Tell($"{actor.Id}: no backfill any more");
            await ChangeAsync(actor, TriggerRequests.DeleteBackfill);
            reference.EndBackfill(Now);
        }
        else
        {
            var isPaused = random.Next(2) == 0;
            Tell($"{actor.Id}: backfill paused {isPaused}");
            await ChangeAsync(actor, (row, _, _) => TriggerRequests.SetBackfillPaused(row, isPaused));
            reference.PauseBackfill(isPaused);
        }

        Come();
    }

    private async Task ChangeAsync(Actor actor, Func<Trigger, TriggerEntry?, Instant, Trigger> change)
    {
        (await world.Core.ChangeAsync(World.Key(actor.Id), change, CancellationToken.None)).ShouldNotBeNull();
        await world.RunUntilAsync(Now.ToString());
    }

    private async Task SaveFlowAsync(Actor? isOther)
    {
        await world.PutAsync(World.FlowWith([.. actors.Where(static actor => actor.IsDeclared).Select(static actor => actor.Definition)]) with { Disabled = isFlowDisabled, Deleted = isFlowDeleted });
        foreach (var actor in actors)
        {
            var reference = actor.Reference;
            if (isFlowDeleted || !actor.IsDeclared)
            {
                reference.Remove();
                continue;
            }

            reference.IsWatched = !isFlowDisabled && !actor.IsDeclaredDisabled;
            if (!reference.IsWatched)
            {
                continue;
            }

            if (!reference.Exists)
            {
                reference.Create(Now);
            }
            else if (actor == isOther)
            {
                reference.Redefine(actor.Dates(begin), Now);
            }
            else
            {
                Resume(actor);
            }
        }

        if (world.Core is not null)
        {
            // As it does every few seconds.
            await world.Core.CheckLocksAsync(CancellationToken.None);
            await world.RunUntilAsync(Now.ToString());
            Come();
        }
    }

    /// <summary>Does something during which the server may die; then it starts again.</summary>
    private async Task DyingAsync(Func<Task> work)
    {
        death = mayDie && random.Next(3) == 0 ? commits + random.Next(1, 8) : 0;
        try
        {
            await work();
        }
        catch (IOException)
        {
            commits.ShouldBeGreaterThanOrEqualTo(death);
        }

        if (death > 0 && commits >= death)
        {
            Tell($"the server died at {Now}");
            Deaths++;
            death = 0;
            await world.StartAsync();
        }

        death = 0;
    }

    private void Commit()
    {
        commits++;
        if (death > 0 && commits >= death)
        {
            throw new IOException("killed");
        }
    }

    private void Come() => actors.ForEach(actor => actor.Reference.Come(Now));

    private void Compare()
    {
        foreach (var actor in actors)
        {
            var seen = ExecutionsOf(actor).Select(static execution => (DateOf(execution), (execution.Labels ?? []).Any(static label => label.Key == BackfillLabel))).ToList();
            var expected = actor.Reference.Fired.Where((_, index) => !actor.GoneAt.Contains(index)).ToList();
            if (!seen.SequenceEqual(expected))
            {
                throw new InvalidOperationException($"{actor.Id} {actor.Rule.Cron} {actor.Zone} {actor.Missed}: fired\n{Shown(seen)}\nexpected\n{Shown(expected)}\nat {Now}, row {world.Stored.Rows.FirstOrDefault(row => row.TriggerId == actor.Id)}");
            }

            var open = ExecutionsOf(actor).Count(execution => !execution.State.Current.IsTerminated && world.Stored.Rows.Any(row => row.ExecutionId == execution.Id));
            open.ShouldBeLessThanOrEqualTo(1, "invariant 28: one execution at a time");
            if (actor.Reference.Exists)
            {
                actor.Holder = HolderOf(actor);
                (actor.Holder is not null).ShouldBe(actor.Reference.IsHeld, $"invariant 28: {actor.Id} is held");
            }
        }
    }

    private static string Shown(List<(Instant Date, bool IsBackfill)> dates) => string.Join(", ", dates.TakeLast(8).Select(static one => $"{one.Date}{(one.IsBackfill ? " b" : "")}"));

    private IEnumerable<Execution> ExecutionsOf(Actor actor) => world.Stored.Executions.Where(execution => execution.Trigger!.Id == actor.Id);

    private Execution? OpenOf(Actor actor) =>
        actor.Reference is { Exists: true, IsHeld: true } && HolderOf(actor) is { } holder ? ExecutionsOf(actor).SingleOrDefault(execution => execution.Id == holder && !execution.State.Current.IsTerminated) : null;

    private string? HolderOf(Actor actor) => world.Stored.Rows.SingleOrDefault(row => row.TriggerId == actor.Id)?.ExecutionId;

    private static Instant DateOf(Execution execution) => execution.ScheduleDate ?? World.At((string)execution.Trigger!.Variables!["date"]!);

    private void Tell(string line) => trace?.Invoke($"{Now}: {line}");

    private Actor NewActor(string id)
    {
        var missed = mayDie ? MissedSchedules.ALL : (MissedSchedules)random.Next(3);
        var isList = random.Next(5) == 0;
        var list = isList ? Enumerable.Range(0, random.Next(1, 8)).Select(_ => begin + Duration.FromMinutes(random.Next(-2_000, 5_000))).Distinct().Order().ToList() : null;
        var actor = new Actor(id, missed, list, random.Next(4) == 0, Zones[random.Next(Zones.Length)]) { Rule = RuleDates.All[random.Next(RuleDates.All.Count)] };
        actor.Reference = new ReferenceTrigger(actor.Dates(begin), missed, isList, actor.StopsAfterFailure);
        trace?.Invoke($"{id}: {(isList ? string.Join(", ", list!) : $"{actor.Rule.Cron} in {actor.Zone}")}, {missed}{(actor.StopsAfterFailure ? ", stops after a failure" : "")}");
        return actor;
    }

    private sealed class Actor(string id, MissedSchedules missed, IReadOnlyList<Instant>? list, bool stopsAfterFailure, string zone)
    {
        public string Id { get; } = id;

        public MissedSchedules Missed { get; } = missed;

        public bool StopsAfterFailure { get; } = stopsAfterFailure;

        public bool IsList { get; } = list is not null;

        public string Zone { get; } = zone;

        public required RuleDates Rule { get; set; }

        public ReferenceTrigger Reference { get; set; } = null!;

        public bool IsDeclared { get; set; } = true;

        public bool IsDeclaredDisabled { get; set; }

        /// <summary>The execution that held it when scheduler and reference were last compared.</summary>
        public string? Holder { get; set; }

        public Dictionary<string, StateType> Ends { get; } = new(StringComparer.Ordinal);

        /// <summary>Places in what was fired of executions that were deleted.</summary>
        public HashSet<int> GoneAt { get; } = [];

        public IReadOnlyList<Instant> Dates(Instant begin) =>
            list ?? Rule.Between(begin - Duration.FromDays(4), begin + Duration.FromDays(40), DateTimeZoneProviders.Tzdb[Zone]);

        public TriggerDefinition Definition => new()
        {
            Id = Id,
            Type = IsList ? TestPlugins.DatesType : TestPlugins.ScheduleType,
            Disabled = IsDeclaredDisabled,
            StopAfter = StopsAfterFailure ? [StateType.FAILED] : null,
            Properties = new OrderedDictionary<string, object?>
            {
                ["recoverMissedSchedules"] = Missed.ToString(),
                ["cron"] = Rule.Cron,
                ["timezone"] = Zone,
                ["dates"] = list?.Select(static date => (object?)date.ToString()).ToList(),
            },
        };
    }
}

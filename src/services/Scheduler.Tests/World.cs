using Kestra.Engine;
using Kestra.Expressions;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Triggers;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Model.Triggers;
using Kestra.Plugins.Description;
using Kestra.Scheduler.Watching;
using Kestra.Storage.Flows;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Scheduler.Tests;

/// <summary>A scheduler on virtual time. Starting it again is what a crash and a restart are: only what is stored remains.</summary>
internal sealed class World
{
    public const string Namespace = "company.team";
    private readonly SemaphoreSlim late = new(0);
    private TriggerBook? book;

    /// <param name="catalog">Null has the few plugins of these tests.</param>
    public World(string start, IPluginCatalog? catalog = null)
    {
        Time = new ManualTime(At(start));
        Executions = new TriggerExecutions(new EngineEnvironment { Expressions = new ExpressionEngine(), Catalog = catalog ?? new TestPlugins() }, new PlainInputs());
    }

    public ManualTime Time { get; }

    public StoredWorld Stored { get; } = new();

    public SchedulerOptions Options { get; } = new();

    public SchedulerCore Core { get; private set; } = null!;

    public WatchFiring Watching { get; private set; } = null!;

    /// <summary>The worker's end of the lane of trigger jobs.</summary>
    public HeldJobs Jobs { get; set; } = new();

    /// <summary>Every execution ends at once with this state; null lets them run.</summary>
    public StateType? EndWith { get; set; } = StateType.SUCCESS;

    /// <summary>The variable <c>trigger.date</c> of every execution, in the order of creation.</summary>
    public IReadOnlyList<string> Dates => [.. Stored.Executions.Select(static execution => (string)execution.Trigger!.Variables!["date"]!)];

    public Trigger Row => Stored.Rows.Single();

    public string? NextDate => Row.NextExecutionDate is { } next ? Text(next) : null;

    public TriggerExecutions Executions { get; }

    public static Instant At(string text) => OffsetDateTimePattern.Rfc3339.Parse(text).Value.ToInstant();

    public static string Text(ZonedDateTime date) => OffsetDateTimePattern.Rfc3339.Format(date.ToOffsetDateTime());

    public static TriggerKey Key(string trigger = "schedule", string flow = "daily") => new(Tenants.Default, Namespace, flow, trigger);

    public static TriggerDefinition Schedule(string cron, params (string Name, object? Value)[] more)
    {
        var properties = new OrderedDictionary<string, object?> { ["cron"] = cron };
        foreach (var (name, value) in more)
        {
            properties[name] = value;
        }

        return new TriggerDefinition { Id = "schedule", Type = TestPlugins.ScheduleType, Properties = properties };
    }

    public static Flow FlowWith(params TriggerDefinition[] triggers) => new() { Namespace = Namespace, Id = "daily", Triggers = triggers };

    public static ConditionDefinition Condition(string type, string name = "x", object? value = null) =>
        new(type, new OrderedDictionary<string, object?> { [name] = value });

    /// <summary>Stores the flow; a scheduler that is running is told.</summary>
    public async Task PutAsync(Flow flow)
    {
        Stored.Put(flow);
        if (book is not null)
        {
            await Core.FlowChangedAsync(flow.TenantId, flow.Namespace, flow.Id, CancellationToken.None);
        }
    }

    public async Task StartAsync()
    {
        var log = new TriggerLog(Stored, Time);
        var writes = new LocalWrites(Stored, Jobs);
        var evaluations = new Evaluations(writes);
        var events = new EventCommands(Executions, Options, Time);
        book = new TriggerBook(Stored, Stored, writes, FlowShare.Everything, Stored.Read, Executions.Environment, Options, Time, log, evaluations, NullLogger.Instance);
        var firing = new Firing(Stored, Executions, events, log);
        Watching = new WatchFiring(Stored, Executions, events, Options, log, new RandomIdSource(), Time);
        Core = new SchedulerCore(book, firing, Watching, evaluations, new Preparations(Options, Time, () => late.Release()), Stored, Options, new SchedulerMetrics(), NullLogger.Instance);
        await Core.StartAsync(CancellationToken.None);
        while (Core.HasUnread)
        {
            await Core.ReadSomeAsync(CancellationToken.None);
        }

        await FireAsync();
    }

    /// <summary>Lets the clock run, stopping at each date on the way.</summary>
    public async Task RunUntilAsync(string text)
    {
        var target = At(text);
        while (Core.NextDue is { } due && due <= target)
        {
            Time.Now = Instant.Max(Time.Now, due);
            await FireAsync();
        }

        Time.Now = target;
        await FireAsync();
    }

    /// <summary>Sets the clock in one step, as a suspended machine or an administrator does.</summary>
    public async Task JumpToAsync(string text)
    {
        Time.Now = At(text);
        await FireAsync();
    }

    /// <summary>Waits for a trigger whose expressions took longer than the others waited, and takes it up.</summary>
    public async Task TakeUpLateAsync(CancellationToken cancellationToken)
    {
        await late.WaitAsync(cancellationToken);
        await FireAsync();
    }

    public async Task EndAsync(Execution execution, StateType state)
    {
        Stored.EndSilently(execution.Id, state, Time.Now);
        await Core.ReleaseAsync(execution.Id, state, CancellationToken.None);
        await FireAsync();
    }

    public Task<Trigger?> ChangeAsync(Func<Trigger, TriggerEntry?, Instant, Trigger> change) =>
        Core.ChangeAsync(Key(), change, CancellationToken.None);

    private async Task FireAsync()
    {
        for (var before = -1; before != Stored.Executions.Count;)
        {
            before = Stored.Executions.Count;
            while (await Core.FireDueAsync(CancellationToken.None))
            {
            }

            if (EndWith is not { } state)
            {
                continue;
            }

            foreach (var open in Stored.Executions.Where(static execution => !execution.State.Current.IsTerminated))
            {
                Stored.EndSilently(open.Id, state, Time.Now);
                await Core.ReleaseAsync(open.Id, state, CancellationToken.None);
            }
        }
    }

    /// <summary>Takes inputs as they are, save for the name that stands for an input that does not fit.</summary>
    private sealed class PlainInputs : IFlowInputs
    {
        public Task<IReadOnlyDictionary<string, object?>?> ResolveAsync(Flow flow, string executionId, IReadOnlyDictionary<string, object?> given, CancellationToken cancellationToken) =>
            given.ContainsKey("wrong") ? throw new FlowInputsException("Invalid input for `wrong`") : Task.FromResult<IReadOnlyDictionary<string, object?>?>(given);
    }
}

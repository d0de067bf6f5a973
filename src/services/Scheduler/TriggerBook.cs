using Kestra.Hosting.Lanes;
using Kestra.Hosting.Triggers;
using Kestra.Model.Flows;
using Kestra.Model.Triggers;
using Kestra.Plugins.Description;
using Kestra.Plugins.Triggers;
using Kestra.Storage.Flows;
using Kestra.Storage.Triggers;
using Microsoft.Extensions.Logging;
using Kestra.Scheduler.Watching;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>
/// All schedules and watched triggers in memory and their rows in the database, kept alike: a row is stored first, then taken over here.
/// Used by one loop at a time.
/// </summary>
/// <param name="read">Parses a stored source with the plugin defaults that hold for it.</param>
/// <param name="share">The flows whose triggers these are.</param>
internal sealed partial class TriggerBook(
    IFlowRepository flows,
    ITriggerRepository triggers,
    ITriggerWrites writes,
    FlowShare share,
    Func<StoredFlow, Flow> read,
    Engine.EngineEnvironment environment,
    SchedulerOptions options,
    TimeProvider time,
    TriggerLog log,
    Evaluations evaluations,
    ILogger logger)
{
    // Read in one go, between two looks at what is due.
    private const int ChunkCharacters = 64 * 1024;

    // What properties say is in the object that was made of them.
    private static readonly OrderedDictionary<string, object?> Bound = new(StringComparer.Ordinal);

    private readonly Dictionary<FlowPlace, Dictionary<string, TriggerEntry>> entries = [];
    private readonly Dictionary<string, TriggerKey> locks = new(StringComparer.Ordinal);
    private readonly UnreadFlows unread = new();

    public DueQueue Queue { get; } = new();

    /// <summary>The clock, cut to seconds as dates of schedules are.</summary>
    public Instant Now => Instant.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());

    /// <summary>The triggers that are held by executions.</summary>
    public IReadOnlyCollection<KeyValuePair<string, TriggerKey>> Locks => locks;

    /// <summary>All schedules as they are now.</summary>
    public IReadOnlyList<ScheduleDescription> Describe() =>
        [.. Entries.Select(static entry => new ScheduleDescription(entry.Row, entry.Flow.Revision, entry.Definition.Type, entry.Due))];

    public TriggerEntry? Find(TriggerKey key) => entries.GetValueOrDefault(FlowPlace.Of(key))?.GetValueOrDefault(key.TriggerId);

    public TriggerEntry? FindLockedBy(string executionId) => locks.TryGetValue(executionId, out var key) ? Find(key) : null;

    private IEnumerable<TriggerEntry> Entries => entries.Values.SelectMany(static triggers => triggers.Values);

    /// <summary>Begins anew: reads the rows, and leaves the flows for <see cref="ReadSomeAsync"/>.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        Queue.Clear();
        entries.Clear();
        locks.Clear();
        unread.Clear();
        await evaluations.RecoverAsync(cancellationToken);
        var stored = await flows.FindShareAsync(share, cancellationToken);
        var rows = (await triggers.FindShareAsync(share, cancellationToken)).ToLookup(static row => new FlowPlace(row.TenantId, row.Namespace, row.FlowId));
        var known = stored.Select(static flow => new FlowPlace(flow.TenantId, flow.Namespace, flow.Id)).ToHashSet();
        await triggers.DeleteAsync([.. rows.Where(group => !known.Contains(group.Key)).SelectMany(static group => group)], cancellationToken);
        unread.Add(stored.Select(flow => new UnreadFlow(flow, [.. rows[new FlowPlace(flow.TenantId, flow.Namespace, flow.Id)]])));
    }

    /// <summary>There are flows that were not read yet. Their triggers rest until then.</summary>
    public bool HasUnread => unread.Any;

    /// <summary>Reads some of the flows, those first whose triggers are due first.</summary>
    /// <returns>The triggers that were taken up.</returns>
    public async Task<IReadOnlyList<TriggerEntry>> ReadSomeAsync(CancellationToken cancellationToken)
    {
        var chunk = unread.Take(ChunkCharacters);
        var taken = new List<TakenUp>();
        var parsed = await Task.WhenAll(chunk.Select(flow => Task.Run(() => TryRead(flow.Stored), cancellationToken)));
        foreach (var (flow, content) in chunk.Zip(parsed))
        {
            await ApplyAsync(flow.Stored, content, flow.Rows, taken, cancellationToken);
        }

        await SaveAsync(taken, cancellationToken);
        if (!HasUnread)
        {
            evaluations.StopWhere(key => Find(key) is null);
            evaluations.DropUnknown();
        }

        await FlushAsync(cancellationToken);
        return [.. taken.Select(static one => one.Entry)];
    }

    /// <summary>Reads a flow at once when it was not read yet.</summary>
    public Task EnsureReadAsync(TriggerKey key, CancellationToken cancellationToken) =>
        unread.Contains(FlowPlace.Of(key)) ? ApplyAsync(key.TenantId, key.Namespace, key.FlowId, cancellationToken) : Task.CompletedTask;

    /// <summary>Takes a flow over as it now is.</summary>
    public async Task ApplyAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken)
    {
        var rows = await triggers.FindAllAsync(tenantId, @namespace, flowId, cancellationToken);
        var stored = await flows.FindAsync(tenantId, @namespace, flowId, revision: null, allowDeleted: false, cancellationToken);
        unread.Remove(new FlowPlace(tenantId, @namespace, flowId));
        if (stored is not null)
        {
            var taken = new List<TakenUp>();
            await ApplyAsync(stored, TryRead(stored), rows, taken, cancellationToken);
            await SaveAsync(taken, cancellationToken);
        }
        else
        {
            await triggers.DeleteAsync(rows, cancellationToken);
            foreach (var entry in EntriesOf(new FlowPlace(tenantId, @namespace, flowId)))
            {
                Drop(entry);
            }
        }

        evaluations.StopWhere(key => key.TenantId == tenantId && key.Namespace == @namespace && key.FlowId == flowId && Find(key) is null);
        await FlushAsync(cancellationToken);
    }

    /// <summary>Stores a row and takes it over.</summary>
    public Task SaveAsync(Trigger row, CancellationToken cancellationToken) => SaveAsync([row], [], cancellationToken);

    /// <summary>Stores rows in one transaction and takes them over.</summary>
    /// <param name="sent">Jobs for workers, which have begun with it.</param>
    /// <returns>Jobs for which there was no place.</returns>
    public async Task<IReadOnlyList<TriggerJob>> SaveAsync(IReadOnlyList<Trigger> rows, IReadOnlyList<TriggerJob> sent, CancellationToken cancellationToken)
    {
        var refused = await WriteAsync(rows, sent, cancellationToken);
        foreach (var row in rows)
        {
            Adopt(row);
        }

        return refused;
    }

    /// <summary>Tells workers of what nobody waits for any more, where no row was stored with it.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (writes.HasPending)
        {
            await writes.SaveAsync([], [], [], cancellationToken);
        }
    }

    /// <summary>Takes over a row that is stored already.</summary>
    public void Adopt(Trigger row)
    {
        if (Find(TriggerKey.Of(row)) is not { } entry)
        {
            return;
        }

        if (entry.Row.ExecutionId is { } before && before != row.ExecutionId)
        {
            locks.Remove(before);
        }

        if (row.ExecutionId is { } holder)
        {
            locks[holder] = entry.Key;
        }

        // Nobody waits for an evaluation whose lock is gone, whoever took it away.
        if (row.EvaluateRunningDate is null)
        {
            evaluations.Stop(entry.Key);
        }

        entry.Row = row;
        entry.NotBefore = Instant.MinValue;
        entry.TakenIds = 0;
        Queue.Place(entry);
    }

    public Task<Trigger?> ReadRowAsync(TriggerKey key, CancellationToken cancellationToken) =>
        triggers.FindAsync(key.TenantId, key.Namespace, key.FlowId, key.TriggerId, cancellationToken);

    public async Task DeleteAsync(Trigger row, CancellationToken cancellationToken)
    {
        await triggers.DeleteAsync([row], cancellationToken);
        if (Find(TriggerKey.Of(row)) is { } entry)
        {
            Drop(entry);
        }

        evaluations.Stop(TriggerKey.Of(row));
        await FlushAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<TriggerJob>> WriteAsync(IReadOnlyList<Trigger> rows, IReadOnlyList<TriggerJob> sent, CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        var over = evaluations.Over(rows);
        var refused = await writes.SaveAsync(rows, sent, over, cancellationToken);
        evaluations.Forget(over);
        return refused;
    }

    private List<TriggerEntry> EntriesOf(FlowPlace flow) => entries.TryGetValue(flow, out var known) ? [.. known.Values] : [];

    // One flow that nobody foresaw must not keep all the others from their dates.
    private Flow TryRead(StoredFlow stored)
    {
        try
        {
            return read(stored) with { Revision = stored.Revision };
        }
        catch (Exception failure)
        {
            LogUnreadable(failure, stored.Namespace, stored.Id);
            return new Flow { TenantId = stored.TenantId, Namespace = stored.Namespace, Id = stored.Id, Exception = failure.Message };
        }
    }

    private async Task ApplyAsync(StoredFlow stored, Flow content, IReadOnlyList<Trigger> rows, List<TakenUp> taken, CancellationToken cancellationToken)
    {
        // Neither the text of the source nor the list of all triggers is needed again; both would be the larger part of what is kept.
        var flow = content with { Source = null, Triggers = null };
        var former = EntriesOf(new FlowPlace(stored.TenantId, stored.Namespace, stored.Id)).ToDictionary(static entry => entry.Definition.Id, StringComparer.Ordinal);
        foreach (var entry in former.Values)
        {
            Drop(entry);
        }

        // A source that can't be read says nothing about its triggers; their rows stay until it can be read again.
        if (flow.Exception is not null)
        {
            return;
        }

        var declared = new OrderedDictionary<string, TriggerDefinition>(StringComparer.Ordinal);
        foreach (var trigger in content.Triggers ?? [])
        {
            declared.TryAdd(trigger.Id, trigger);
        }

        await triggers.DeleteAsync([.. rows.Where(row => !declared.ContainsKey(row.TriggerId))], cancellationToken);
        var isDisabled = stored.Disabled || flow.Disabled;
        await FreeAsync(rows.Where(row => declared.TryGetValue(row.TriggerId, out var definition) && (isDisabled || definition.Disabled)), cancellationToken);
        if (isDisabled)
        {
            return;
        }

        var known = rows.ToDictionary(static row => row.TriggerId, StringComparer.Ordinal);
        var earlier = await EarlierAsync(stored, content, cancellationToken);
        foreach (var definition in declared.Values.Where(static trigger => !trigger.Disabled))
        {
            if (TakeUp(flow, definition, known.GetValueOrDefault(definition.Id), former, earlier) is { } schedule)
            {
                taken.Add(schedule);
            }
        }
    }

    // Workers may still have jobs of revisions before this one. Whether such a job is still that of its trigger, the trigger's own declaration says.
    private async Task<IReadOnlyDictionary<int, Flow>> EarlierAsync(StoredFlow stored, Flow content, CancellationToken cancellationToken)
    {
        var revisions = new Dictionary<int, Flow> { [stored.Revision] = content };
        foreach (var revision in evaluations.RevisionsOf(new FlowPlace(stored.TenantId, stored.Namespace, stored.Id)).Where(revision => revision != stored.Revision))
        {
            if (await flows.FindAsync(stored.TenantId, stored.Namespace, stored.Id, revision, allowDeleted: true, cancellationToken) is { } before)
            {
                revisions[revision] = TryRead(before);
            }
        }

        return revisions;
    }

    // The evaluations of triggers that their source disables are stopped; their rows stay otherwise as they are.
    private async Task FreeAsync(IEnumerable<Trigger> disabled, CancellationToken cancellationToken)
    {
        await WriteAsync([.. disabled.Where(static row => row.EvaluateRunningDate is not null).Select(WatchRows.Free)], [], cancellationToken);
    }

    // One transaction for all of them: an installation may have thousands of schedules.
    private async Task SaveAsync(List<TakenUp> taken, CancellationToken cancellationToken)
    {
        await WriteAsync([.. taken.Where(static schedule => schedule.Changed).Select(static schedule => schedule.Row)], [], cancellationToken);
        foreach (var schedule in taken)
        {
            Put(schedule.Entry);
            Adopt(schedule.Row);
            if (schedule.Entry is WatchEntry watched)
            {
                evaluations.Continue(watched);
            }
        }
    }

    private void Put(TriggerEntry entry)
    {
        var place = FlowPlace.Of(entry.Key);
        if (!entries.TryGetValue(place, out var known))
        {
            entries[place] = known = new Dictionary<string, TriggerEntry>(StringComparer.Ordinal);
        }

        known[entry.Definition.Id] = entry;
    }

    private TakenUp? TakeUp(Flow flow, TriggerDefinition definition, Trigger? row, Dictionary<string, TriggerEntry> former, IReadOnlyDictionary<int, Flow> earlier)
    {
        var key = new TriggerKey(flow.TenantId, flow.Namespace, flow.Id, definition.Id);
        if (Bind(flow, definition, row is null ? TriggerRows.Create(key) : WithNamesOf(row, key)) is not { } entry)
        {
            return null;
        }

        try
        {
            if (entry is WatchEntry watched)
            {
                evaluations.Recognize(watched, entry.Row, revision => earlier.GetValueOrDefault(revision)?.Triggers?.FirstOrDefault(one => one.Id == definition.Id) is { } declared ? TriggerFingerprint.Of(declared) : null);
            }

            var isOther = former.TryGetValue(definition.Id, out var before) && before.Fingerprint != entry.Fingerprint;
            var next = isOther
                ? entry.Redefine(entry.Row, Now)
                : entry.Resume(entry.Row, options.RecoverMissedSchedules, evaluations.Fits(entry), Now);
            if (!(next.StopAfter ?? []).SequenceEqual(definition.StopAfter ?? []))
            {
                next = next with { StopAfter = definition.StopAfter };
            }

            return new TakenUp(entry, next, row is null || next != entry.Row);
        }
        catch (TriggerFaultException wrong)
        {
            Refuse(flow, definition, wrong.Message);
            return null;
        }
    }

    // The same texts, once in memory rather than once for each row.
    private static Trigger WithNamesOf(Trigger row, TriggerKey key) =>
        row with { TenantId = key.TenantId, Namespace = key.Namespace, FlowId = key.FlowId, TriggerId = key.TriggerId };

    private TriggerEntry? Bind(Flow flow, TriggerDefinition definition, Trigger row)
    {
        try
        {
            if (environment.Catalog.Find(definition.Type) is not { Kind: PluginKind.Trigger })
            {
                return null;
            }

            var plugin = environment.Catalog.Create(definition.Type, definition.Properties);
            var fingerprint = TriggerFingerprint.Of(definition);
            if (plugin is IPollingTrigger or IRealtimeTrigger)
            {
                return new WatchEntry(flow, definition, fingerprint, (ITrigger)plugin, TriggerConditions.Bind(definition, environment.Catalog), row, options.Zone);
            }

            if (plugin is not IScheduleTrigger schedule)
            {
                return null;
            }

            var conditions = TriggerConditions.Bind(definition, environment.Catalog);
            var narrowing = conditions.NarrowDates ? NarrowingOf(flow, definition, conditions) : null;
            return new ScheduleEntry(flow, definition with { Properties = Bound }, fingerprint, schedule, conditions, new ScheduleDates(schedule, schedule.Zone ?? options.Zone, narrowing), row);
        }
        catch (Exception wrong) when (wrong is TriggerFaultException or PluginBindingException)
        {
            Refuse(flow, definition, wrong.Message);
            return null;
        }
    }

    private DateNarrowing NarrowingOf(Flow flow, TriggerDefinition definition, TriggerConditions conditions) => new(
        conditions,
        variables => new TriggerScope(environment, flow, "", variables, null, CancellationToken.None),
        options.DateSearchLimit,
        _ => log.Write(flow, definition, Model.Logs.LogLevel.WARN, $"Unable to evaluate the conditions for the next evaluation date for trigger '{definition.Id}', conditions will not be evaluated"));

    private void Refuse(Flow flow, TriggerDefinition definition, string why)
    {
        log.Write(flow, definition, Model.Logs.LogLevel.ERROR, $"The trigger '{definition.Id}' can't be scheduled: {why}");
        LogNotScheduled(flow.Namespace, flow.Id, definition.Id, why);
    }

    private void Drop(TriggerEntry entry)
    {
        Queue.Remove(entry);
        var place = FlowPlace.Of(entry.Key);
        if (entries.TryGetValue(place, out var known) && known.Remove(entry.Definition.Id) && known.Count == 0)
        {
            entries.Remove(place);
        }

        if (entry.Row.ExecutionId is { } holder)
        {
            locks.Remove(holder);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trigger '{TriggerId}' of flow '{Namespace}.{FlowId}' can't be scheduled: {Why}")]
    private partial void LogNotScheduled(string @namespace, string flowId, string triggerId, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "The triggers of flow '{Namespace}.{FlowId}' can't be read and rest")]
    private partial void LogUnreadable(Exception failure, string @namespace, string flowId);

    private sealed record TakenUp(TriggerEntry Entry, Trigger Row, bool Changed);
}

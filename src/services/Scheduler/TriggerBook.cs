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
internal sealed partial class TriggerBook(
    IFlowRepository flows,
    ITriggerRepository triggers,
    Func<StoredFlow, Flow> read,
    Engine.EngineEnvironment environment,
    SchedulerOptions options,
    TimeProvider time,
    TriggerLog log,
    Evaluations evaluations,
    ILogger logger)
{
    private readonly Dictionary<TriggerKey, TriggerEntry> entries = [];
    private readonly Dictionary<string, TriggerKey> locks = new(StringComparer.Ordinal);

    public DueQueue Queue { get; } = new();

    /// <summary>The clock, cut to seconds as dates of schedules are.</summary>
    public Instant Now => Instant.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());

    /// <summary>The triggers that are held by executions.</summary>
    public IReadOnlyCollection<KeyValuePair<string, TriggerKey>> Locks => locks;

    /// <summary>All schedules as they are now.</summary>
    public IReadOnlyList<ScheduleDescription> Describe() =>
        [.. entries.Values.Select(static entry => new ScheduleDescription(entry.Row, entry.Flow.Revision, entry.Definition.Type, entry.Due))];

    public TriggerEntry? Find(TriggerKey key) => entries.GetValueOrDefault(key);

    public TriggerEntry? FindLockedBy(string executionId) => locks.TryGetValue(executionId, out var key) ? Find(key) : null;

    /// <summary>Reads everything anew.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in entries.Values)
        {
            DueQueue.Remove(entry);
        }

        entries.Clear();
        locks.Clear();
        var stored = await flows.FindAllAsync(null, cancellationToken);
        var rows = (await triggers.FindAllAsync(null, null, null, cancellationToken)).ToLookup(static row => (row.TenantId, row.Namespace, row.FlowId));
        var known = stored.Select(static flow => (flow.TenantId, flow.Namespace, flow.Id)).ToHashSet();
        await triggers.DeleteAsync([.. rows.Where(group => !known.Contains(group.Key)).SelectMany(static group => group)], cancellationToken);
        var taken = new List<TakenUp>();
        foreach (var flow in stored)
        {
            await ApplyAsync(flow, [.. rows[(flow.TenantId, flow.Namespace, flow.Id)]], taken, cancellationToken);
        }

        await SaveAsync(taken, cancellationToken);
        evaluations.StopWhere(key => !entries.ContainsKey(key));
    }

    /// <summary>Takes a flow over as it now is.</summary>
    public async Task ApplyAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken)
    {
        var rows = await triggers.FindAllAsync(tenantId, @namespace, flowId, cancellationToken);
        var stored = await flows.FindAsync(tenantId, @namespace, flowId, revision: null, allowDeleted: false, cancellationToken);
        if (stored is not null)
        {
            var taken = new List<TakenUp>();
            await ApplyAsync(stored, rows, taken, cancellationToken);
            await SaveAsync(taken, cancellationToken);
        }
        else
        {
            await triggers.DeleteAsync(rows, cancellationToken);
            foreach (var entry in EntriesOf(tenantId, @namespace, flowId))
            {
                Drop(entry);
            }
        }

        evaluations.StopWhere(key => key.TenantId == tenantId && key.Namespace == @namespace && key.FlowId == flowId && !entries.ContainsKey(key));
    }

    /// <summary>Stores a row and takes it over.</summary>
    public async Task SaveAsync(Trigger row, CancellationToken cancellationToken)
    {
        await triggers.SaveAsync([row], cancellationToken);
        Adopt(row);
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
    }

    private IEnumerable<TriggerEntry> EntriesOf(string tenantId, string @namespace, string flowId) =>
        [.. entries.Values.Where(entry => entry.Row.TenantId == tenantId && entry.Row.Namespace == @namespace && entry.Row.FlowId == flowId)];

    private async Task ApplyAsync(StoredFlow stored, IReadOnlyList<Trigger> rows, List<TakenUp> taken, CancellationToken cancellationToken)
    {
        var flow = read(stored) with { Revision = stored.Revision };
        var former = EntriesOf(stored.TenantId, stored.Namespace, stored.Id).ToDictionary(static entry => entry.Key);
        foreach (var entry in former.Values)
        {
            Drop(entry);
        }

        // A source that can't be read says nothing about its triggers; their rows stay until it can be read again.
        if (flow.Exception is not null)
        {
            return;
        }

        var declared = (flow.Triggers ?? []).ToDictionary(static trigger => trigger.Id, StringComparer.Ordinal);
        await triggers.DeleteAsync([.. rows.Where(row => !declared.ContainsKey(row.TriggerId))], cancellationToken);
        var isDisabled = stored.Disabled || flow.Disabled;
        await FreeAsync(rows.Where(row => declared.TryGetValue(row.TriggerId, out var definition) && (isDisabled || definition.Disabled)), cancellationToken);
        if (isDisabled)
        {
            return;
        }

        var known = rows.ToDictionary(static row => row.TriggerId, StringComparer.Ordinal);
        foreach (var definition in declared.Values.Where(static trigger => !trigger.Disabled))
        {
            if (TakeUp(flow, definition, known.GetValueOrDefault(definition.Id), former) is { } schedule)
            {
                taken.Add(schedule);
            }
        }
    }

    // The evaluations of triggers that their source disables are stopped; their rows stay otherwise as they are.
    private async Task FreeAsync(IEnumerable<Trigger> disabled, CancellationToken cancellationToken)
    {
        var freed = disabled.Where(static row => row.EvaluateRunningDate is not null).Select(WatchRows.Free).ToList();
        if (freed.Count > 0)
        {
            await triggers.SaveAsync(freed, cancellationToken);
        }
    }

    // One transaction for all of them: an installation may have thousands of schedules.
    private async Task SaveAsync(List<TakenUp> taken, CancellationToken cancellationToken)
    {
        var changed = taken.Where(static schedule => schedule.Changed).Select(static schedule => schedule.Row).ToList();
        if (changed.Count > 0)
        {
            await triggers.SaveAsync(changed, cancellationToken);
        }

        foreach (var schedule in taken)
        {
            entries[schedule.Entry.Key] = schedule.Entry;
            Adopt(schedule.Row);
            if (schedule.Entry is WatchEntry watched)
            {
                evaluations.Continue(watched);
            }
        }
    }

    private TakenUp? TakeUp(Flow flow, TriggerDefinition definition, Trigger? row, Dictionary<TriggerKey, TriggerEntry> former)
    {
        var key = new TriggerKey(flow.TenantId, flow.Namespace, flow.Id, definition.Id);
        if (Bind(flow, definition, row ?? TriggerRows.Create(key)) is not { } entry)
        {
            return null;
        }

        try
        {
            var isOther = former.TryGetValue(key, out var before) && before.Fingerprint != entry.Fingerprint;
            var next = isOther
                ? entry.Redefine(entry.Row, Now)
                : entry.Resume(entry.Row, options.RecoverMissedSchedules, evaluations.Fits(entry), Now);
            if (!(next.StopAfter ?? []).SequenceEqual(definition.StopAfter ?? []))
            {
                next = next with { StopAfter = definition.StopAfter };
            }

            return new TakenUp(entry, next, row is null || next != row);
        }
        catch (TriggerFaultException wrong)
        {
            Refuse(flow, definition, wrong.Message);
            return null;
        }
    }

    private TriggerEntry? Bind(Flow flow, TriggerDefinition definition, Trigger row)
    {
        try
        {
            if (environment.Catalog.Find(definition.Type) is not { Kind: PluginKind.Trigger })
            {
                return null;
            }

            var plugin = environment.Catalog.Create(definition.Type, definition.Properties);
            if (plugin is IPollingTrigger or IRealtimeTrigger)
            {
                return new WatchEntry(flow, definition, (ITrigger)plugin, TriggerConditions.Bind(definition, environment.Catalog), row, options.Zone);
            }

            if (plugin is not IScheduleTrigger schedule)
            {
                return null;
            }

            var conditions = TriggerConditions.Bind(definition, environment.Catalog);
            var dates = new ScheduleDates(
                schedule,
                schedule.Zone ?? options.Zone,
                conditions,
                variables => new TriggerScope(environment, flow, "", variables, null, CancellationToken.None),
                options.DateSearchLimit,
                _ => log.Write(flow, definition, Model.Logs.LogLevel.WARN, $"Unable to evaluate the conditions for the next evaluation date for trigger '{definition.Id}', conditions will not be evaluated"));
            return new ScheduleEntry(flow, definition, schedule, conditions, dates, row);
        }
        catch (Exception wrong) when (wrong is TriggerFaultException or PluginBindingException)
        {
            Refuse(flow, definition, wrong.Message);
            return null;
        }
    }

    private void Refuse(Flow flow, TriggerDefinition definition, string why)
    {
        log.Write(flow, definition, Model.Logs.LogLevel.ERROR, $"The trigger '{definition.Id}' can't be scheduled: {why}");
        LogNotScheduled(flow.Namespace, flow.Id, definition.Id, why);
    }

    private void Drop(TriggerEntry entry)
    {
        DueQueue.Remove(entry);
        entries.Remove(entry.Key);
        if (entry.Row.ExecutionId is { } holder)
        {
            locks.Remove(holder);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Trigger '{TriggerId}' of flow '{Namespace}.{FlowId}' can't be scheduled: {Why}")]
    private partial void LogNotScheduled(string @namespace, string flowId, string triggerId, string why);

    private sealed record TakenUp(TriggerEntry Entry, Trigger Row, bool Changed);
}

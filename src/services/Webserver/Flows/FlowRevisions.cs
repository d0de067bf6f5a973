using System.Text.RegularExpressions;
using Kestra.Flows;
using Kestra.Flows.Documents;
using Kestra.Hosting.Lanes;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Json;
using Kestra.Plugins.Description;
using Kestra.Storage;
using Kestra.Storage.Flows;
using Kestra.Webserver.Errors;

namespace Kestra.Webserver.Flows;

/// <summary>Reads and stores flows; a change is a further revision.</summary>
/// <param name="triggers">The lane to the scheduler; null in a process that has none, whose scheduler elsewhere sees the change when it reads the flows.</param>
internal sealed partial class FlowRevisions(IStore store, FlowReader reader, IPluginCatalog catalog, ITriggerControl? triggers = null)
{
    private readonly FlowCache runnable = new();

    /// <summary>The stored flow as documents show it: as it was written, without what equals a default.</summary>
    public Flow Read(StoredFlow stored)
    {
        var flow = ReadPlain(stored);
        return flow.Exception is null ? FlowDocuments.Complete(flow, catalog) : flow;
    }

    /// <summary>The stored flow as it was written: its plugin defaults are not put into the tasks, and tasks inside tasks are maps.</summary>
    public Flow ReadPlain(StoredFlow stored)
    {
        var reading = reader.Read(stored.Source, stored.TenantId, strict: false);
        var flow = reading.IsReadable
            ? DefinitionReader.ReadFlow(reading.Raw!, stored.TenantId, [])
            : new Flow { TenantId = stored.TenantId, Namespace = stored.Namespace, Id = stored.Id, Exception = reading.Problem };
        return flow with { Source = stored.Source, Revision = stored.Revision, Deleted = stored.Deleted, Disabled = stored.Disabled };
    }

    /// <summary>A task as documents show it.</summary>
    public TaskDefinition Shown(TaskDefinition task) => FlowDocuments.Complete(task, catalog);

    /// <summary>The stored flow as it runs. Those that are started again and again are read once.</summary>
    public Flow ReadRunnable(StoredFlow stored) => runnable.Find(stored, ReadSource);

    private Flow ReadSource(StoredFlow stored) =>
        reader.ReadStored(stored.Source, stored.TenantId, stored.Namespace, stored.Id) with { Revision = stored.Revision, Deleted = stored.Deleted, Disabled = stored.Disabled };

    public Task<StoredFlow?> FindAsync(string tenant, string @namespace, string id, int? revision, CancellationToken cancellationToken, bool allowDeleted = false) =>
        store.Flows.FindAsync(tenant, @namespace, id, revision, allowDeleted, cancellationToken);

    public async Task<StoredFlow> RequireAsync(string tenant, string @namespace, string id, int? revision, CancellationToken cancellationToken, string? message = null) =>
        await FindAsync(tenant, @namespace, id, revision, cancellationToken) ?? throw ApiException.NotFound(message);

    /// <summary>Reads a source that shall be stored.</summary>
    /// <exception cref="ApiException">Everything that is wrong with it.</exception>
    public FlowReading Check(string source, string tenant)
    {
        var reading = reader.Read(source, tenant);
        if (reading.Flow is null)
        {
            throw ApiException.InvalidEntity("flow", (reading.Unreadable ?? "").Replace("Illegal Flow source", "Illegal genericflow source", StringComparison.Ordinal));
        }

        var faults = reading.Faults.Concat(reading.SaveFaults).Select(static fault => new FieldError(fault.Path, fault.Message, fault.Shown)).ToList();
        return reading.Unreadable is { } text ? throw new ApiException(422, "Invalid entity", text, faults)
            : faults.Count > 0 ? throw ApiException.InvalidEntity(faults)
            : reading;
    }

    /// <summary>Stores a new flow.</summary>
    public async Task<Flow> CreateAsync(string source, string tenant, CancellationToken cancellationToken)
    {
        var reading = Check(source, tenant);
        var flow = reading.Flow!;
        return await FindAsync(tenant, flow.Namespace, flow.Id, null, cancellationToken) is null
            ? await SaveAsync(reading, source, null, cancellationToken)
            : throw ApiException.InvalidEntity("flow.id", "Flow id already exists");
    }

    /// <summary>Stores a further revision of a flow, unless the source is the stored one.</summary>
    public async Task<Flow> UpdateAsync(StoredFlow previous, string source, CancellationToken cancellationToken)
    {
        var reading = Check(source, previous.TenantId);
        var faults = new List<FieldError>();
        if (reading.Flow!.Id != previous.Id)
        {
            faults.Add(new FieldError("flow.id", "Illegal flow id update"));
        }

        if (reading.Flow.Namespace != previous.Namespace)
        {
            faults.Add(new FieldError("flow.namespace", "Illegal namespace update"));
        }

        return faults.Count > 0 ? throw ApiException.IllegalChange(faults) : await SaveAsync(reading, source, previous, cancellationToken);
    }

    /// <summary>Creates or updates, whichever it takes.</summary>
    public async Task<Flow> PutAsync(string source, string tenant, CancellationToken cancellationToken)
    {
        var reading = Check(source, tenant);
        return await SaveAsync(reading, source, await FindAsync(tenant, reading.Flow!.Namespace, reading.Flow.Id, null, cancellationToken), cancellationToken);
    }

    /// <summary>Marks a flow as deleted; its revisions stay.</summary>
    public async Task<Flow> DeleteAsync(StoredFlow stored, CancellationToken cancellationToken)
    {
        var reading = reader.Read(stored.Source, stored.TenantId, strict: false);
        var flow = Read(stored) with { Deleted = true };
        var saved = await StoreAsync(flow, reading, stored.Source, stored.Revision, cancellationToken);
        return flow with { Revision = saved.Revision };
    }

    /// <summary>Switches a flow on or off in its source.</summary>
    /// <returns>Null when it was so already.</returns>
    public async Task<Flow?> SetDisabledAsync(StoredFlow stored, bool disabled, CancellationToken cancellationToken)
    {
        if (stored.Disabled == disabled)
        {
            return null;
        }

        var rest = DisabledLine().Replace(stored.Source, "");
        return await UpdateAsync(stored, disabled ? rest.TrimEnd('\n') + "\ndisabled: true\n" : rest, cancellationToken);
    }

    private async Task<Flow> SaveAsync(FlowReading reading, string source, StoredFlow? previous, CancellationToken cancellationToken)
    {
        var flow = Written(reading, reading.Flow!.TenantId) with { Source = source };
        if (previous is not null && previous.Source == source)
        {
            return flow with { Revision = previous.Revision };
        }

        var last = previous?.Revision ?? (await FindAsync(flow.TenantId, flow.Namespace, flow.Id, null, cancellationToken, allowDeleted: true))?.Revision;
        var saved = await StoreAsync(flow, reading, source, last, cancellationToken);
        return flow with { Revision = saved.Revision };
    }

    private async Task<StoredFlow> StoreAsync(Flow flow, FlowReading reading, string source, int? last, CancellationToken cancellationToken)
    {
        var raw = reading.Raw ?? new OrderedDictionary<string, object?>();
        var saved = await store.Flows.SaveAsync(
            new NewFlowRevision(flow.TenantId, flow.Namespace, flow.Id, flow.Deleted, flow.Disabled, flow.Labels ?? [], source, revision => FlowJson.Document(flow with { Revision = revision, Source = source }, raw)),
            last,
            cancellationToken);
        if (triggers is not null)
        {
            await triggers.FlowChangedAsync(flow.TenantId, flow.Namespace, flow.Id, cancellationToken);
        }

        return saved;
    }

    private Flow Written(FlowReading reading, string tenant) => FlowDocuments.Complete(DefinitionReader.ReadFlow(reading.Raw!, tenant, []), catalog);

    [GeneratedRegex(@"^disabled\s*:.*(\r?\n|\z)", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    private static partial Regex DisabledLine();
}

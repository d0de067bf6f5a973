using System.Text.Json;
using Kestra.Hosting.Lanes;
using Kestra.Model;
using Kestra.Model.Flows;
using Kestra.Model.Json;
using Kestra.Model.Triggers;
using Kestra.Plugins.Description;
using Kestra.Plugins.Triggers;
using Kestra.Storage;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Executions;
using Kestra.Webserver.Flows;
using Kestra.Webserver.Requests;
using NodaTime;

namespace Kestra.Webserver.Triggers;

/// <summary>Hands what users ask of triggers to the scheduler; what comes back becomes a row or an error of the API.</summary>
/// <param name="lane">Null where no scheduler can be reached.</param>
internal sealed class TriggerDesk(IStore store, FlowRevisions revisions, IPluginCatalog catalog, ITriggerControl? lane = null)
{
    public static TriggerKey KeyOf(string tenant, JsonElement body) => new(tenant, Required(body, "namespace"), Required(body, "flowId"), Required(body, "triggerId"));

    public static Backfill BackfillOf(JsonElement element) => new()
    {
        Start = Date(element, "start") ?? throw ApiException.InvalidEntity("backfill.start", "must not be null"),
        End = Date(element, "end"),
        Inputs = element.Member("inputs") is { ValueKind: JsonValueKind.Object } inputs ? ModelJson.ReadValue(inputs) as IReadOnlyDictionary<string, object?> : null,
        Labels = element.Member("labels") is { } labels ? ExecutionDesk.UserLabels(LabelBodies.Read(labels, "backfill.labels")) : null,
    };

    public async Task<Trigger> UnlockAsync(TriggerKey key, CancellationToken cancellationToken) => Found(await Lane.UnlockAsync(key, cancellationToken));

    public async Task<Trigger> RestartAsync(TriggerKey key, CancellationToken cancellationToken) => Found(await Lane.RestartAsync(key, cancellationToken));

    public async Task DeleteAsync(TriggerKey key, CancellationToken cancellationToken)
    {
        if (!await Lane.DeleteAsync(key, cancellationToken))
        {
            throw ApiException.NotFound();
        }
    }

    public async Task<Trigger> SetBackfillPausedAsync(TriggerKey key, bool paused, CancellationToken cancellationToken) =>
        await WithBackfillAsync(() => Lane.SetBackfillPausedAsync(key, paused, cancellationToken));

    public async Task<Trigger> DeleteBackfillAsync(TriggerKey key, CancellationToken cancellationToken) => await WithBackfillAsync(() => Lane.DeleteBackfillAsync(key, cancellationToken));

    public async Task<Trigger> SetDisabledAsync(TriggerKey key, bool disabled, CancellationToken cancellationToken) => Found(await Lane.SetDisabledAsync(key, disabled, cancellationToken));

    /// <summary>Switches a trigger on or off and starts a backfill, as a client asks for.</summary>
    /// <param name="backfill">Null starts none. One that runs already stays as it is.</param>
    public async Task<Trigger> UpdateAsync(TriggerKey key, bool disabled, Backfill? backfill, CancellationToken cancellationToken)
    {
        var declaration = await DeclarationAsync(key, cancellationToken);
        var row = await store.Triggers.FindAsync(key.TenantId, key.Namespace, key.FlowId, key.TriggerId, cancellationToken);
        if (backfill is not null && row?.Backfill is null)
        {
            if (backfill.End is { } end && end.ToInstant() < backfill.Start.ToInstant())
            {
                throw ApiException.BadRequest("Backfill end date must be after its start date");
            }

            if (!IsSchedule(declaration))
            {
                throw ApiException.NotFound($"The trigger {key.TriggerId} is no schedule and has no backfills");
            }

            row = Found(await Lane.StartBackfillAsync(key, backfill, cancellationToken));
        }

        return row is null || row.Disabled != disabled ? Found(await Lane.SetDisabledAsync(key, disabled, cancellationToken)) : row;
    }

    private bool IsSchedule(TriggerDefinition declaration) =>
        catalog.Find(declaration.Type) is { } plugin && typeof(IScheduleTrigger).IsAssignableFrom(plugin.ClrType);

    private async Task<TriggerDefinition> DeclarationAsync(TriggerKey key, CancellationToken cancellationToken)
    {
        var stored = await revisions.FindAsync(key.TenantId, key.Namespace, key.FlowId, null, cancellationToken) ?? throw ApiException.NotFound($"Flow of trigger {key.TriggerId} not found");
        return (revisions.Read(stored).Triggers ?? []).FirstOrDefault(trigger => trigger.Id == key.TriggerId) ?? throw ApiException.NotFound($"Flow {key.FlowId} has no trigger {key.TriggerId}");
    }

    private static async Task<Trigger> WithBackfillAsync(Func<Task<Trigger?>> change)
    {
        try
        {
            return Found(await change());
        }
        catch (TriggerRefusedException refused)
        {
            throw ApiException.BadRequest(refused.Message);
        }
    }

    private ITriggerControl Lane => lane ?? throw new ApiException(503, "Service Unavailable", "No scheduler can be reached from this server");

    private static Trigger Found(Trigger? row) => row ?? throw ApiException.NotFound();

    private static string Required(JsonElement body, string name) => body.Text(name) ?? throw ApiException.InvalidEntity(name, "must not be null");

    private static ZonedDateTime? Date(JsonElement element, string name) => element.Text(name) is { } text ? RequestValues.Date(name, text).InUtc() : null;
}

using System.Text.Json;
using Kestra.Hosting.Lanes;
using Kestra.Model.Flows;
using Kestra.Model.Json;
using Kestra.Model.Triggers;
using Kestra.Storage;
using Kestra.Storage.Queries;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Flows;
using Kestra.Webserver.Queries;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Triggers;

/// <summary>The states of triggers, one at a time.</summary>
internal sealed class TriggerEndpoints(IStore store, TriggerDesk desk, FlowRevisions revisions, FilterReader filters) : IEndpointGroup
{
    private static readonly string[] Sortable = ["id", "namespace", "flowId", "triggerId", "executionId", "nextExecutionDate"];

    public void Map(IEndpointRouteBuilder api)
    {
        var triggers = api.MapGroup("/{tenant}/triggers");
        triggers.Get("/search", SearchAsync);
        triggers.Get("/{namespace}/{flowId}", ListAsync);
        triggers.Put("", UpdateAsync);
        triggers.Post("/{namespace}/{flowId}/{triggerId}/unlock", http => AnswerAsync(http, desk.UnlockAsync(KeyOf(http), http.RequestAborted)));
        triggers.Post("/{namespace}/{flowId}/{triggerId}/restart", http => AnswerAsync(http, desk.RestartAsync(KeyOf(http), http.RequestAborted)));
        triggers.Delete("/{namespace}/{flowId}/{triggerId}", DeleteAsync);
        triggers.Put("/backfill/pause", async http => await AnswerAsync(http, desk.SetBackfillPausedAsync(await KeyOfBodyAsync(http), true, http.RequestAborted)));
        triggers.Put("/backfill/unpause", async http => await AnswerAsync(http, desk.SetBackfillPausedAsync(await KeyOfBodyAsync(http), false, http.RequestAborted)));
        triggers.Post("/backfill/delete", async http => await AnswerAsync(http, desk.DeleteBackfillAsync(await KeyOfBodyAsync(http), http.RequestAborted)));
    }

    // A row whose flow or trigger is gone has no declaration to show: it counts, but is left out.
    private async Task SearchAsync(HttpContext http)
    {
        var page = await store.Triggers.SearchAsync(http.Tenant(), filters.Read(http, FilterResource.TRIGGER), RequestOf(http, "searchTriggers"), http.RequestAborted);
        var flows = new Dictionary<(string, string), Flow?>();
        var shown = new List<(TriggerDefinition Declaration, Trigger Row)>();
        foreach (var row in page.Results)
        {
            if (!flows.TryGetValue((row.Namespace, row.FlowId), out var flow))
            {
                var stored = await revisions.FindAsync(row.TenantId, row.Namespace, row.FlowId, null, http.RequestAborted);
                flows[(row.Namespace, row.FlowId)] = flow = stored is null ? null : revisions.Read(stored);
            }

            if ((flow?.Triggers ?? []).FirstOrDefault(trigger => trigger.Id == row.TriggerId) is { } declaration)
            {
                shown.Add((declaration, row));
            }
        }

        await Answers.PageAsync(http, shown, page.Total, static (writer, item) =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("abstractTrigger"u8);
            TaskJson.Write(writer, item.Declaration, JsonProfile.Api);
            writer.WritePropertyName("triggerContext"u8);
            TriggerAnswers.Write(writer, item.Row);
            writer.WriteEndObject();
        });
    }

    private async Task ListAsync(HttpContext http)
    {
        var wanted = new List<QueryFilter>
        {
            new(FilterField.NAMESPACE, FilterOperation.EQUALS, http.Route("namespace")),
            new(FilterField.FLOW_ID, FilterOperation.EQUALS, http.Route("flowId")),
        };
        if (http.Query("q") is { } text)
        {
            wanted.Add(new QueryFilter(FilterField.QUERY, FilterOperation.EQUALS, text));
        }

        var page = await store.Triggers.SearchAsync(http.Tenant(), wanted, RequestOf(http, "searchTriggersForFlow"), http.RequestAborted);
        await Answers.PageAsync(http, page.Results, page.Total, TriggerAnswers.Write);
    }

    // The id of a trigger goes by two names.
    private static PageRequest RequestOf(HttpContext http, string operation)
    {
        var request = PageReader.Read(http, operation, Sortable);
        return request with { Sort = request.Sort?.Select(static field => field.Field == "id" ? field with { Field = "triggerId" } : field).ToList() };
    }

    private async Task UpdateAsync(HttpContext http)
    {
        using var body = await http.BodyJsonAsync("newTrigger");
        var key = TriggerDesk.KeyOf(http.Tenant(), body.RootElement);
        var disabled = body.RootElement.Flag("disabled") ?? false;
        var backfill = body.RootElement.Member("backfill") is { } element ? TriggerDesk.BackfillOf(element) : null;
        await AnswerAsync(http, desk.UpdateAsync(key, disabled, backfill, http.RequestAborted));
    }

    private async Task DeleteAsync(HttpContext http)
    {
        await desk.DeleteAsync(KeyOf(http), http.RequestAborted);
        await Answers.Empty(http, StatusCodes.Status204NoContent);
    }

    private static TriggerKey KeyOf(HttpContext http) => new(http.Tenant(), http.Route("namespace"), http.Route("flowId"), http.Route("triggerId"));

    private static async Task<TriggerKey> KeyOfBodyAsync(HttpContext http)
    {
        using var body = await http.BodyJsonAsync("trigger");
        return TriggerDesk.KeyOf(http.Tenant(), body.RootElement);
    }

    private static async Task AnswerAsync(HttpContext http, Task<Trigger> changed)
    {
        var row = await changed;
        await Answers.JsonAsync(http, writer => TriggerAnswers.Write(writer, row));
    }
}

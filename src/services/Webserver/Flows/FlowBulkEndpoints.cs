using System.Text.Json;
using Kestra.Flows;
using Kestra.Flows.Review;
using Kestra.Model.Flows;
using Kestra.Model.Json;
using Kestra.Plugins.Description;
using Kestra.Storage;
using Kestra.Storage.Flows;
using Kestra.Storage.Queries;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Queries;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Flows;

/// <summary>Many flows at a time: by namespace, by ids, by query, as an archive, and validation.</summary>
internal sealed class FlowBulkEndpoints(IStore store, FlowRevisions revisions, FlowReader reader, IPluginCatalog catalog, FilterReader filters) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder api)
    {
        var flows = api.MapGroup("/{tenant}/flows");
        flows.Post("/bulk", http => ReplaceAsync(http, http.Query("namespace"), http.Flag("allowNamespaceChild")));
        flows.Post("/{namespace}", http => ReplaceAsync(http, http.Route("namespace"), false));
        flows.Delete("/delete/by-ids", async http => await DeleteAsync(http, await ByIdsAsync(http)));
        flows.Delete("/delete/by-query", async http => await DeleteAsync(http, await ByQueryAsync(http)));
        flows.Post("/enable/by-ids", async http => await SetDisabledAsync(http, await ByIdsAsync(http), false));
        flows.Post("/enable/by-query", async http => await SetDisabledAsync(http, await ByQueryAsync(http), false));
        flows.Post("/disable/by-ids", async http => await SetDisabledAsync(http, await ByIdsAsync(http), true));
        flows.Post("/disable/by-query", async http => await SetDisabledAsync(http, await ByQueryAsync(http), true));
        flows.Post("/export/by-ids", async http => await ExportAsync(http, await ByIdsAsync(http))).Produces("application/octet-stream", "*/*");
        flows.Get("/export/by-query", async http => await ExportAsync(http, await ByQueryAsync(http))).Produces("application/octet-stream", "*/*");
        flows.Post("/import", ImportAsync);
        flows.Post("/validate", ValidateAsync);
    }

    // The flows of the body are created or updated; those of the namespace (or of the tenant) that are missing from it are
    // deleted unless the caller says otherwise. Everything is checked before anything is stored.
    private async Task ReplaceAsync(HttpContext http, string? @namespace, bool withChildren)
    {
        var sources = FlowSources.Split(await http.BodyTextAsync());
        var tenant = http.Tenant();
        var read = sources.Select(source => (Source: source, Flow: revisions.Check(source, tenant).Flow!)).ToList();
        if (@namespace is not null && read.Exists(item => !IsWithin(item.Flow.Namespace, @namespace, withChildren)))
        {
            throw ApiException.InvalidEntity("flow.namespace", "Flow namespace is invalid");
        }

        if (read.DistinctBy(static item => (item.Flow.Namespace, item.Flow.Id)).Count() != read.Count)
        {
            throw ApiException.InvalidEntity("flow.id", "Duplicate flow id");
        }

        var changed = new List<Flow>();
        foreach (var (source, _) in read)
        {
            changed.Add(await revisions.PutAsync(source, tenant, http.RequestAborted));
        }

        if (http.Flag("delete", otherwise: true))
        {
            var kept = read.Select(static item => (item.Flow.Namespace, item.Flow.Id)).ToHashSet();
            foreach (var stored in (await store.Flows.FindAllAsync(tenant, http.RequestAborted)).Where(stored => (@namespace is null || IsWithin(stored.Namespace, @namespace, withChildren)) && !kept.Contains((stored.Namespace, stored.Id))))
            {
                changed.Add(await revisions.DeleteAsync(stored, http.RequestAborted));
            }
        }

        await Answers.ListAsync(http, changed, static (writer, flow) => FlowJson.Write(writer, flow, JsonProfile.Api, withSource: false));
    }

    private static bool IsWithin(string flowNamespace, string @namespace, bool withChildren) =>
        flowNamespace == @namespace || (withChildren && flowNamespace.StartsWith(@namespace + ".", StringComparison.Ordinal));

    private async Task DeleteAsync(HttpContext http, IReadOnlyList<StoredFlow> flows)
    {
        foreach (var flow in flows)
        {
            await revisions.DeleteAsync(flow, http.RequestAborted);
        }

        await Answers.CountAsync(http, flows.Count);
    }

    private async Task SetDisabledAsync(HttpContext http, IReadOnlyList<StoredFlow> flows, bool disabled)
    {
        var count = 0;
        foreach (var flow in flows)
        {
            count += await revisions.SetDisabledAsync(flow, disabled, http.RequestAborted) is null ? 0 : 1;
        }

        await Answers.CountAsync(http, count);
    }

    private static async Task ExportAsync(HttpContext http, IReadOnlyList<StoredFlow> flows)
    {
        using var archive = new MemoryStream(FlowSources.Archive(flows));
        await Answers.FileAsync(http, "flows.zip", archive, archive.Length);
    }

    private async Task ImportAsync(HttpContext http)
    {
        var failed = new List<string>();
        var found = false;
        await foreach (var part in Multipart.PartsAsync(http))
        {
            if (part is not { Name: "fileUpload", FileName: { } fileName })
            {
                continue;
            }

            found = true;
            foreach (var (name, source) in await FlowSources.UploadedAsync(fileName, part.Content, http.RequestAborted))
            {
                await ImportAsync(http, name, source, failed);
            }
        }

        if (!found)
        {
            throw new ApiException(422, "Invalid route params", "Required Part [fileUpload] not specified");
        }

        await Answers.TextsAsync(http, failed);
    }

    private async Task ImportAsync(HttpContext http, string name, string source, List<string> failed)
    {
        try
        {
            await revisions.PutAsync(source, http.Tenant(), http.RequestAborted);
        }
        catch (ApiException) when (!http.Flag("failOnError"))
        {
            failed.Add(reader.Read(source, http.Tenant(), strict: false).Flow?.Id is { Length: > 0 } id ? id : name);
        }
    }

    private async Task ValidateAsync(HttpContext http)
    {
        var sources = FlowSources.Split(await FlowSources.BodyAsync(http, "flows"));
        var reviews = new List<FlowReview>();
        foreach (var source in sources)
        {
            var reading = reader.Read(source, http.Tenant());
            var stored = reading.Flow is { Id.Length: > 0, Namespace.Length: > 0 } flow ? await revisions.FindAsync(http.Tenant(), flow.Namespace, flow.Id, null, http.RequestAborted) : null;
            reviews.Add(await FlowReviewer.ReviewAsync(reading, catalog, stored?.Revision, (@namespace, id, cancellationToken) => PresenceAsync(http.Tenant(), @namespace, id, cancellationToken), http.RequestAborted));
        }

        await Answers.ListAsync(http, reviews.Index(), static (writer, review) => review.Item.Write(writer, review.Index));
    }

    private async ValueTask<FlowPresence> PresenceAsync(string tenant, string @namespace, string id, CancellationToken cancellationToken) =>
        await revisions.FindAsync(tenant, @namespace, id, null, cancellationToken) is not { } found ? FlowPresence.Missing : found.Disabled ? FlowPresence.Disabled : FlowPresence.Present;

    private async Task<IReadOnlyList<StoredFlow>> ByIdsAsync(HttpContext http)
    {
        using var body = await http.BodyJsonAsync("ids");
        if (body.RootElement.ValueKind != JsonValueKind.Array)
        {
            throw new ApiException(422, "Invalid json", "A list of {\"namespace\", \"id\"} is expected");
        }

        // All are looked up before the first is changed, so that an unknown one changes nothing.
        var flows = new List<StoredFlow>();
        foreach (var item in body.RootElement.EnumerateArray())
        {
            var (@namespace, id) = (item.Text("namespace"), item.Text("id"));
            flows.Add(@namespace is not null && id is not null
                ? await revisions.RequireAsync(http.Tenant(), @namespace, id, null, http.RequestAborted, "No value present")
                : throw ApiException.InvalidEntity("ids", "each entry needs namespace and id"));
        }

        return flows;
    }

    private async Task<IReadOnlyList<StoredFlow>> ByQueryAsync(HttpContext http) =>
        (await store.Flows.SearchAsync(http.Tenant(), filters.Read(http, FilterResource.FLOW), new PageRequest(1, PageRequest.MaxSize), http.RequestAborted)).Results;
}

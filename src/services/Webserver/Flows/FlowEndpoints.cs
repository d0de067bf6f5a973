using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Json;
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

/// <summary>Flows, one at a time.</summary>
internal sealed class FlowEndpoints(IStore store, FlowRevisions revisions, FilterReader filters) : IEndpointGroup
{
    private static readonly string[] Sortable = ["id", "namespace", "revision"];
    private static readonly SortField[] NaturalOrder = [new("id"), new("namespace")];

    public void Map(IEndpointRouteBuilder api)
    {
        var flows = api.MapGroup("/{tenant}/flows");
        flows.Get("/search", SearchAsync);
        flows.Get("/source", SearchSourceAsync);
        flows.Get("/distinct-namespaces", NamespacesAsync);
        flows.Get("/{namespace}", ListAsync);
        flows.Get("/{namespace}/{id}", GetAsync);
        flows.Get("/{namespace}/{id}/revisions", RevisionsAsync);
        flows.Get("/{namespace}/{id}/tasks/{taskId}", TaskAsync);
        flows.Post("", CreateAsync);
        flows.Put("/{namespace}/{id}", UpdateAsync);
        flows.Delete("/{namespace}/{id}", DeleteAsync);
    }

    private async Task SearchAsync(HttpContext http)
    {
        var page = await store.Flows.SearchAsync(http.Tenant(), filters.Read(http, FilterResource.FLOW), PageReader.Read(http, "searchFlows", Sortable, NaturalOrder), http.RequestAborted);
        await Answers.PageAsync(http, page.Results.Select(revisions.Read), page.Total, static (writer, flow) => FlowJson.Write(writer, flow, JsonProfile.Api, withSource: false));
    }

    private async Task SearchSourceAsync(HttpContext http)
    {
        var request = PageReader.Read(http, "searchFlowsBySourceCode", Sortable, NaturalOrder);
        var page = await store.Flows.SearchSourceAsync(http.Tenant(), http.Query("q"), http.Query("namespace"), request, http.RequestAborted);
        await Answers.PageAsync(http, page.Results, page.Total, (writer, match) =>
        {
            writer.WriteStartObject();
            writer.WritePropertyName("model"u8);
            FlowJson.Write(writer, revisions.Read(match.Flow), JsonProfile.Api, withSource: false);
            writer.WriteStartArray("fragments"u8);
            foreach (var fragment in match.Fragments)
            {
                writer.WriteStringValue(fragment);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private async Task NamespacesAsync(HttpContext http)
    {
        var all = await store.Flows.FindNamespacesAsync(http.Tenant(), null, http.RequestAborted);
        var wanted = http.Query("q");
        await Answers.TextsAsync(http, all.Where(name => wanted is null || name.Contains(wanted, StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal));
    }

    private async Task ListAsync(HttpContext http)
    {
        var flows = await AllOfAsync(store, http.Tenant(), http.Route("namespace"), http.RequestAborted);
        await Answers.ListAsync(http, flows.Select(revisions.Read), static (writer, flow) => FlowJson.Write(writer, flow, JsonProfile.Api, withSource: false));
    }

    private async Task GetAsync(HttpContext http)
    {
        var stored = await revisions.FindAsync(http.Tenant(), http.Route("namespace"), http.Route("id"), http.Integer("revision"), http.RequestAborted, http.Flag("allowDeleted")) ?? throw ApiException.NotFound();
        var flow = revisions.Read(stored);
        await AnswerAsync(http, flow, http.Flag("source") || flow.Exception is not null);
    }

    private async Task RevisionsAsync(HttpContext http)
    {
        var stored = await store.Flows.FindRevisionsAsync(http.Tenant(), http.Route("namespace"), http.Route("id"), http.RequestAborted);
        await Answers.ListAsync(http, stored.Select(revisions.Read), static (writer, flow) => FlowJson.Write(writer, flow, JsonProfile.Api));
    }

    private async Task TaskAsync(HttpContext http)
    {
        var stored = await revisions.RequireAsync(http.Tenant(), http.Route("namespace"), http.Route("id"), http.Integer("revision"), http.RequestAborted);
        var flow = revisions.ReadPlain(stored);
        var wanted = http.Route("taskId");
        var roots = flow.Tasks.Concat(flow.Errors ?? []).Concat(flow.Finally ?? []).Concat(flow.AfterExecution ?? []).ToList();
        var task = roots.FirstOrDefault(task => task.Id == wanted)
            ?? (roots.Select(root => NestedTasks.Find(root.Properties, wanted)).FirstOrDefault(static found => found is not null) is { } nested ? DefinitionReader.ReadTask(nested, "", []) : throw ApiException.NotFound());
        await Answers.JsonAsync(http, writer => TaskJson.Write(writer, revisions.Shown(task), JsonProfile.Api));
    }

    private async Task CreateAsync(HttpContext http)
    {
        var source = await FlowSources.BodyAsync(http, "flow");
        await AnswerAsync(http, await revisions.CreateAsync(source, http.Tenant(), http.RequestAborted), http.MediaType() != Answers.Json);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var source = await FlowSources.BodyAsync(http, "flow");
        var previous = await revisions.RequireAsync(http.Tenant(), http.Route("namespace"), http.Route("id"), null, http.RequestAborted);
        await AnswerAsync(http, await revisions.UpdateAsync(previous, source, http.RequestAborted), withSource: true);
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var stored = await revisions.RequireAsync(http.Tenant(), http.Route("namespace"), http.Route("id"), null, http.RequestAborted);
        await revisions.DeleteAsync(stored, http.RequestAborted);
        await Answers.Empty(http, StatusCodes.Status204NoContent);
    }

    /// <summary>All flows of exactly one namespace.</summary>
    internal static async Task<IReadOnlyList<StoredFlow>> AllOfAsync(IStore store, string tenant, string @namespace, CancellationToken cancellationToken)
    {
        var page = new PageRequest(1, PageRequest.MaxSize, NaturalOrder);
        return (await store.Flows.SearchAsync(tenant, [new QueryFilter(FilterField.NAMESPACE, FilterOperation.EQUALS, @namespace)], page, cancellationToken)).Results;
    }

    private static Task AnswerAsync(HttpContext http, Flow flow, bool withSource) => Answers.JsonAsync(http, writer => FlowJson.Write(writer, flow, JsonProfile.Api, withSource));
}

/// <summary>Looks a task up among the raw properties of others.</summary>
internal static class NestedTasks
{
    public static IReadOnlyDictionary<string, object?>? Find(object? value, string id) => value switch
    {
        IReadOnlyDictionary<string, object?> map when map.GetValueOrDefault("id") as string == id && map.GetValueOrDefault("type") is string => map,
        IReadOnlyDictionary<string, object?> map => map.Values.Select(item => Find(item, id)).FirstOrDefault(static found => found is not null),
        IReadOnlyList<object?> list => list.Select(item => Find(item, id)).FirstOrDefault(static found => found is not null),
        _ => null,
    };
}

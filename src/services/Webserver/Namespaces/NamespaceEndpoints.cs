using System.Text.Json;
using Kestra.Webserver.Flows;
using Kestra.Webserver.Queries;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Namespaces;

/// <summary>Namespaces. They have no record of their own: one exists as soon as it is named.</summary>
internal sealed class NamespaceEndpoints(NamespaceTree namespaces, FlowTopology topology, WebserverOptions options) : IEndpointGroup
{
    private const int MaxProposals = 50;
    private static readonly string[] Sortable = ["id"];

    public void Map(IEndpointRouteBuilder api)
    {
        var group = api.MapGroup("/{tenant}/namespaces");
        group.Get("/search", SearchAsync);
        group.Post("/autocomplete", AutocompleteAsync);
        group.Get("/{id}", static http => Answers.JsonAsync(http, writer => Write(writer, NamespaceTree.Check(http.Route("id")), withoutRecord: false)));
        group.Get("/{namespace}/dependencies", DependenciesAsync);
        group.Get("/{namespace}/secrets", SecretsAsync);
        group.Get("/{namespace}/inherited-secrets", InheritedSecretsAsync);
    }

    private async Task SearchAsync(HttpContext http)
    {
        var request = PageReader.Read(http, "searchNamespaces", Sortable);
        var (wanted, existing) = (http.Query("q"), http.Flag("existing"));
        var found = (await namespaces.AllAsync(http.Tenant(), http.RequestAborted)).Where(name => Matches(name, wanted)).ToList();
        if (request.Sort is [{ Descending: true }, ..])
        {
            found.Reverse();
        }

        await Answers.PageAsync(http, found.Skip(request.Offset).Take(request.Size), found.Count, (writer, name) => Write(writer, name, withoutRecord: !existing));
    }

    private async Task AutocompleteAsync(HttpContext http)
    {
        using var body = await http.BodyJsonAsync("autocomplete");
        var wanted = body.RootElement.Text("q");
        var chosen = body.RootElement.Member("ids") is { ValueKind: JsonValueKind.Array } ids ? ids.EnumerateArray().Select(static id => id.ToString()).ToList() : [];
        var found = (await namespaces.AllAsync(http.Tenant(), http.RequestAborted)).Where(name => Matches(name, wanted));
        await Answers.TextsAsync(http, chosen.Concat(found).Distinct(StringComparer.Ordinal).Take(Math.Max(MaxProposals, chosen.Count)));
    }

    private static bool Matches(string name, string? wanted) => string.IsNullOrEmpty(wanted) || name.Contains(wanted, StringComparison.OrdinalIgnoreCase);

    private async Task DependenciesAsync(HttpContext http)
    {
        var graph = await topology.OfNamespaceAsync(http.Tenant(), http.Route("namespace"), http.Flag("destinationOnly"), http.RequestAborted);
        await Answers.JsonAsync(http, writer => graph.Write(writer, http.Tenant()));
    }

    // The environment is the same for every namespace, and nothing can be written to it.
    private async Task SecretsAsync(HttpContext http)
    {
        var request = PageReader.Read(http, "listSecrets", ["key"]);
        var found = options.SecretNames.Where(name => Matches(name, http.Query("q") ?? http.Request.Query["filters[q][EQUALS]"])).Order(StringComparer.Ordinal).ToList();
        await Answers.JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteBoolean("readOnly"u8, true);
            writer.WriteStartArray("results"u8);
            foreach (var name in found.Skip(request.Offset).Take(request.Size))
            {
                writer.WriteStartObject();
                writer.WriteString("key"u8, name);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteNumber("total"u8, found.Count);
            writer.WriteEndObject();
        });
    }

    private async Task InheritedSecretsAsync(HttpContext http) => await Answers.JsonAsync(http, writer =>
    {
        writer.WriteStartObject();
        writer.WriteStartArray(http.Route("namespace"));
        foreach (var name in options.SecretNames.Order(StringComparer.Ordinal))
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter writer, string name, bool withoutRecord)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, name);
        writer.WriteBoolean("deleted"u8, false);
        if (withoutRecord)
        {
            writer.WriteBoolean("disabled"u8, true);
        }

        writer.WriteEndObject();
    }
}

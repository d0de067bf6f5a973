using System.Text.Json;
using Kestra.Model.Cluster;
using Kestra.Model.Json;
using Kestra.Storage;
using Kestra.Storage.Cluster;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Queries;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Cluster;

/// <summary>The services of all processes. Older clients know them below <c>cluster</c>, newer ones below <c>instance</c>.</summary>
internal sealed class ServiceEndpoints(IStore store) : IEndpointGroup
{
    private const string StateName = "io.kestra.core.server.Service.ServiceState";
    private const string TypeName = "io.kestra.core.server.ServiceType";

    private static readonly string[] Sortable = ["id", "type", "state", "createdAt", "updatedAt"];

    public void Map(IEndpointRouteBuilder api)
    {
        foreach (var place in (ReadOnlySpan<string>)["cluster", "instance"])
        {
            api.Get($"/{place}/services/search", SearchAsync);
            api.Get($"/{place}/services/active", ActiveAsync);
            api.Get($"/{place}/services/{{id}}", FindAsync);
        }

        api.Delete("/cluster/services/{id}", DeleteAsync);
    }

    private async Task SearchAsync(HttpContext http)
    {
        var page = PageReader.Read(http, "searchServices", Sortable);
        var query = new ServiceQuery(Constants<ServiceType>(http, "type", TypeName), Constants<ServiceState>(http, "state", StateName));
        var found = await store.Services.SearchAsync(query, page, http.RequestAborted);
        await Answers.PageAsync(http, found.Results, found.Total, WriteItem);
    }

    private async Task ActiveAsync(HttpContext http)
    {
        var instances = await store.Services.FindAllAsync(ServiceStates.Running, http.RequestAborted);
        await Answers.JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("total"u8, instances.Count);
            writer.WriteStartArray("services"u8);
            foreach (var group in instances.CountBy(static one => one.Type).OrderBy(static group => group.Key.ToString(), StringComparer.Ordinal))
            {
                writer.WriteStartObject();
                writer.WriteString("type"u8, group.Key.ToString());
                writer.WriteNumber("total"u8, group.Value);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private async Task FindAsync(HttpContext http)
    {
        var instance = await store.Services.FindAsync(http.Route("id"), http.RequestAborted) ?? throw ApiException.NotFound();
        await Answers.JsonAsync(http, writer => ModelJson.Write(writer, instance, JsonProfile.Api));
    }

    // A service that still lives registers again with its next sign of life.
    private async Task DeleteAsync(HttpContext http)
    {
        if (!await store.Services.DeleteAsync(http.Route("id"), http.RequestAborted))
        {
            throw ApiException.NotFound();
        }

        await Answers.Empty(http, StatusCodes.Status204NoContent);
    }

    private static void WriteItem(Utf8JsonWriter writer, ServiceInstance instance)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, instance.Id);
        writer.WriteString("type"u8, instance.Type.ToString());
        writer.WriteString("state"u8, instance.State.ToString());
        writer.WriteStartObject("server"u8);
        writer.WriteString("id"u8, instance.Server.Id);
        writer.WriteString("type"u8, instance.Server.Kind.ToString());
        writer.WriteString("version"u8, instance.Server.Version);
        writer.WriteString("hostname"u8, instance.Server.Hostname);
        writer.WriteEndObject();
        writer.WritePropertyName("createdAt"u8);
        ModelJson.WriteValue(writer, instance.CreatedAt, JsonProfile.Api);
        writer.WritePropertyName("updatedAt"u8);
        ModelJson.WriteValue(writer, instance.UpdatedAt, JsonProfile.Api);
        writer.WriteEndObject();
    }

    private static List<T>? Constants<T>(HttpContext http, string name, string javaName)
        where T : struct, Enum
    {
        var wanted = http.Request.Query[name].SelectMany(static text => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)).ToList();
        return wanted.Count == 0 ? null : wanted.ConvertAll(text => RequestValues.Constant<T>(name, text, javaName));
    }
}

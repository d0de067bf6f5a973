using System.Net;
using System.Text.Json;
using Kestra.Cli.Api;

namespace Kestra.Cli.Flows;

/// <summary>Saves a flow on a server, whether it is there already or not.</summary>
internal static class FlowUpload
{
    /// <param name="ns">Namespace of the source; may be empty when the source is faulty: the server then says so.</param>
    /// <param name="id">Id of the source; may be empty too.</param>
    /// <returns>The flow as the server has it, and whether it is new.</returns>
    /// <exception cref="ApiErrorException">The server refused it.</exception>
    public static async Task<(JsonElement Flow, bool Created)> SaveAsync(ApiClient client, string ns, string id, string source, CancellationToken cancellationToken)
    {
        var path = $"/flows/{ApiClient.Segment(ns)}/{ApiClient.Segment(id)}";
        return ns.Length > 0 && id.Length > 0 && await ExistsAsync(client, path, cancellationToken)
            ? (await client.SendJsonAsync(HttpMethod.Put, path, ApiClient.YamlContent(source), cancellationToken), false)
            : (await client.SendJsonAsync(HttpMethod.Post, "/flows", ApiClient.YamlContent(source), cancellationToken), true);
    }

    private static async Task<bool> ExistsAsync(ApiClient client, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.SendAsync(HttpMethod.Get, path, null, cancellationToken);
            return true;
        }
        catch (ApiErrorException error) when (error.Status == HttpStatusCode.NotFound)
        {
            return false;
        }
    }
}

using System.Net;
using System.Text.Json;

namespace Kestra.Cli.Api;

/// <summary>A server refused a request.</summary>
internal sealed class ApiErrorException(HttpStatusCode status, string message) : Exception(message)
{
    private const int LongestText = 2000;

    public HttpStatusCode Status { get; } = status;

    /// <summary>Reads the message out of the server's answer.</summary>
    public static async Task<ApiErrorException> ReadAsync(HttpResponseMessage response, Uri server, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return new ApiErrorException(response.StatusCode, MessageOf(text) ?? Describe(response, server, text));
    }

    private static string? MessageOf(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("message", out var message) ? message.GetString() : null;
        }
        catch (JsonException)
        {
            // A proxy, or no Kestra server at all: its status has to do.
            return null;
        }
    }

    private static string Describe(HttpResponseMessage response, Uri server, string text) => response.StatusCode switch
    {
        HttpStatusCode.Unauthorized => $"Unauthorized: {server} asks for credentials; give --user user:password or --api-token.",
        HttpStatusCode.NotFound => $"Not Found: {server} has no such address ({response.RequestMessage?.RequestUri?.PathAndQuery}); is the value of --server right?",
        var status => $"{(int)status} {response.ReasonPhrase}{(text.Length is > 0 and < LongestText ? $": {text.Trim()}" : "")}",
    };
}

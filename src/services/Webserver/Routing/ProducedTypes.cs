using Kestra.Webserver.Errors;
using Kestra.Webserver.Requests;
using Microsoft.AspNetCore.Http;

namespace Kestra.Webserver.Routing;

/// <summary>Metadata of an endpoint that answers in other types than JSON.</summary>
internal sealed class ProducedTypes(IReadOnlyList<string> types)
{
    public IReadOnlyList<string> Types { get; } = types;
}

/// <summary>Refuses a request that accepts none of the types that its endpoint answers in, before anything is done.</summary>
internal static class Negotiation
{
    private static readonly string[] JsonOnly = [Answers.Json];

    public static Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint() is { } endpoint && http.Request.Headers.Accept is { Count: > 0 } accept)
        {
            var produced = endpoint.Metadata.GetMetadata<ProducedTypes>()?.Types ?? JsonOnly;
            var ranges = accept.SelectMany(static line => (line ?? "").Split(',')).Select(static range => range.Split(';')[0].Trim().ToLowerInvariant()).Where(static range => range.Length > 0).ToList();
            if (ranges.Count > 0 && !ranges.Exists(range => IsMet(range, produced)))
            {
                throw new ApiException(406, "Not Acceptable", $"Specified Accept Types [{string.Join(", ", ranges)}] not supported. Supported types: [{string.Join(", ", produced)}]");
            }
        }

        return next(http);
    }

    // Clients name JSON in several ways; all of them mean the one that is sent.
    private static bool IsMet(string range, IReadOnlyList<string> produced) =>
        range == "*/*"
        || produced.Contains("*/*")
        || produced.Contains(range)
        || (range.EndsWith("/*", StringComparison.Ordinal) && produced.Any(type => type.StartsWith(range[..^1], StringComparison.Ordinal)))
        || (range.EndsWith("json", StringComparison.Ordinal) && produced.Contains(Answers.Json));
}

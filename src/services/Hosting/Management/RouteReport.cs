using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Hosting.Management;

/// <summary>The addresses that a web server answers, each with its methods.</summary>
public static class RouteReport
{
    public static void Write(Utf8JsonWriter writer, EndpointDataSource endpoints)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(endpoints);
        writer.WriteStartObject();
        foreach (var route in endpoints.Endpoints.OfType<RouteEndpoint>().GroupBy(static route => route.RoutePattern.RawText ?? "", StringComparer.Ordinal).OrderBy(static group => group.Key, StringComparer.Ordinal))
        {
            writer.WriteStartObject(route.Key);
            writer.WriteStartArray("methods"u8);
            foreach (var method in route.SelectMany(static one => one.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Distinct(StringComparer.Ordinal))
            {
                writer.WriteStringValue(method);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Routing;

/// <summary>The endpoints of one resource.</summary>
internal interface IEndpointGroup
{
    /// <param name="api">At <c>/api/v1</c>.</param>
    void Map(IEndpointRouteBuilder api);
}

/// <summary>Mapping of plain request delegates: binding is done by the handlers, so that its errors are the known ones.</summary>
internal static class EndpointMapping
{
    // HEAD is served wherever GET is.
    private static readonly string[] Read = ["GET", "HEAD"];

    public static IEndpointConventionBuilder Get(this IEndpointRouteBuilder routes, string pattern, RequestDelegate handler) => routes.MapMethods(pattern, Read, handler);

    public static IEndpointConventionBuilder Post(this IEndpointRouteBuilder routes, string pattern, RequestDelegate handler) => routes.MapMethods(pattern, ["POST"], handler);

    public static IEndpointConventionBuilder Put(this IEndpointRouteBuilder routes, string pattern, RequestDelegate handler) => routes.MapMethods(pattern, ["PUT"], handler);

    public static IEndpointConventionBuilder Patch(this IEndpointRouteBuilder routes, string pattern, RequestDelegate handler) => routes.MapMethods(pattern, ["PATCH"], handler);

    public static IEndpointConventionBuilder Delete(this IEndpointRouteBuilder routes, string pattern, RequestDelegate handler) => routes.MapMethods(pattern, ["DELETE"], handler);

    /// <summary>Answers in other types than JSON.</summary>
    public static IEndpointConventionBuilder Produces(this IEndpointConventionBuilder endpoint, params string[] types) => endpoint.WithMetadata(new ProducedTypes(types));

    /// <summary>Answers without credentials.</summary>
    public static IEndpointConventionBuilder Open(this IEndpointConventionBuilder endpoint) => endpoint.WithMetadata(OpenAccess.Instance);
}

/// <summary>Metadata of an endpoint that needs no credentials. An endpoint without it needs them.</summary>
internal sealed class OpenAccess
{
    private OpenAccess()
    {
    }

    public static OpenAccess Instance { get; } = new();
}

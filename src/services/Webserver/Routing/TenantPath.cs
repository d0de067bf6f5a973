using Kestra.Model.Flows;
using Kestra.Webserver.Errors;
using Microsoft.AspNetCore.Http;

namespace Kestra.Webserver.Routing;

/// <summary>
/// Brings paths to the one form that routes are declared in: with the tenant, without trailing slash. The first segment is
/// taken as a resource when it is the name of one, as a tenant otherwise, so that no path has two meanings.
/// </summary>
internal static class TenantPath
{
    private const string Api = "/api/v1/";

    private static readonly HashSet<string> Resources = new(StringComparer.Ordinal)
    {
        "flows", "executions", "triggers", "logs", "metrics", "namespaces", "dashboards", "blueprints", "taskruns", "templates", "kv", "secrets", "usages", "basicAuth", "ai", "stats", "apps", "tests", "acls",
    };

    public static Task RewriteAsync(HttpContext http, RequestDelegate next)
    {
        var path = http.Request.Path.Value ?? "/";
        if (path.Length > 1 && path.EndsWith('/') && path.StartsWith(Api, StringComparison.Ordinal))
        {
            path = path.TrimEnd('/');
        }

        if (path.StartsWith(Api, StringComparison.Ordinal) && Resources.Contains(path[Api.Length..].Split('/')[0]))
        {
            path = $"{Api}{Tenants.Default}/{path[Api.Length..]}";
        }

        http.Request.Path = path;
        return next(http);
    }

    /// <summary>Refuses any tenant but the one that this edition has.</summary>
    public static Task CheckAsync(HttpContext http, RequestDelegate next) =>
        http.GetEndpoint() is not null && http.Request.RouteValues.TryGetValue("tenant", out var tenant) && tenant is not Tenants.Default
            ? throw ApiException.BadRequest("Tenant must be 'main' for OSS version")
            : next(http);
}

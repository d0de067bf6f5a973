using Kestra.Webserver.Errors;
using Kestra.Webserver.Requests;
using Microsoft.AspNetCore.Http;

namespace Kestra.Webserver.Security;

/// <summary>
/// A page from somewhere else must not drive the server of the user's own machine: requests with a foreign origin to an
/// address of this machine are refused.
/// </summary>
internal sealed class OriginCheck(WebserverOptions options)
{
    public Task ApplyAsync(HttpContext http, RequestDelegate next)
    {
        if (!options.CheckOrigin || http.Request.Headers.Origin is not [{ Length: > 0 } origin] || !IsThisMachine(http.Request.Host.Host) || IsSame(origin, http.Request))
        {
            return next(http);
        }

        http.Items[ErrorResponses.WithoutBody] = true;
        return Answers.Empty(http, StatusCodes.Status403Forbidden);
    }

    private static bool IsThisMachine(string host) => host is "localhost" or "127.0.0.1" or "[::1]" or "::1";

    private static bool IsSame(string origin, HttpRequest request) => string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);
}

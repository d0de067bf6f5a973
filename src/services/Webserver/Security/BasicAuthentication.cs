using System.Text;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Http;

namespace Kestra.Webserver.Security;

/// <summary>Lets a request pass that has the user's credentials or goes to an open endpoint. A path without endpoint needs them too: only then its absence is told.</summary>
internal sealed class BasicAuthentication(CredentialStore credentials, WebserverOptions options)
{
    private const string Cookie = "BASIC_AUTH";

    public async Task AuthoriseAsync(HttpContext http, RequestDelegate next)
    {
        if (!options.Authentication || await IsOpenAsync(http) || await HasCredentialsAsync(http))
        {
            await next(http);
            return;
        }

        http.Items[ErrorResponses.WithoutBody] = true;
        if (!IsFromLoginPage(http))
        {
            http.Response.Headers.WWWAuthenticate = "Basic";
        }

        await Answers.Empty(http, StatusCodes.Status401Unauthorized);
    }

    private async Task<bool> IsOpenAsync(HttpContext http)
    {
        var metadata = http.GetEndpoint()?.Metadata;
        return metadata?.GetMetadata<OpenAccess>() is not null
            || (metadata?.GetMetadata<OpenUntilSetUp>() is not null && !await credentials.IsInitializedAsync(http.RequestAborted));
    }

    private async Task<bool> HasCredentialsAsync(HttpContext http)
    {
        foreach (var candidate in Candidates(http))
        {
            if (Decode(candidate) is var (username, password) && await credentials.IsValidAsync(username, password, http.RequestAborted))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<string> Candidates(HttpContext http)
    {
        if (http.Request.Cookies[Cookie] is { } cookie)
        {
            yield return cookie;
        }

        foreach (var header in http.Request.Headers.Authorization)
        {
            if (header is not null && header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            {
                yield return header["Basic ".Length..].Trim();
            }
        }
    }

    private static (string Username, string Password)? Decode(string encoded)
    {
        try
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(encoded.Replace('-', '+').Replace('_', '/')));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? null : (text[..colon], text[(colon + 1)..]);
        }
        catch (FormatException)
        {
            // Not Base64: these are no credentials, as any others that are wrong.
            return null;
        }
    }

    // The login page shows its own message; the header would make the browser ask too.
    private static bool IsFromLoginPage(HttpContext http) =>
        Uri.TryCreate(http.Request.Headers.Referer.ToString(), UriKind.Absolute, out var referer) && referer.AbsolutePath.EndsWith("/login", StringComparison.Ordinal);
}

/// <summary>Metadata of the endpoint that sets the first credentials: open as long as there are none.</summary>
internal sealed class OpenUntilSetUp
{
    private OpenUntilSetUp()
    {
    }

    public static OpenUntilSetUp Instance { get; } = new();
}

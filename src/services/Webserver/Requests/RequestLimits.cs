using Kestra.Webserver.Errors;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Kestra.Webserver.Requests;

/// <summary>Holds requests within the limits: how many are in work, and how large a body is.</summary>
internal sealed class RequestLimits(WebserverOptions options)
{
    private int inWork;

    public async Task ApplyAsync(HttpContext http, RequestDelegate next)
    {
        http.Features.Set(options);
        // Text is read into memory as a whole, files are not.
        if (http.MediaType() is not "multipart/form-data" && http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = options.MaxTextBytes;
        }

        try
        {
            if (Interlocked.Increment(ref inWork) > options.MaxConcurrentRequests)
            {
                http.Items[ErrorResponses.RetryAfter] = "1";
                throw new ApiException(429, "Too Many Requests", "The server has more requests in work than it can take at the moment; try again later");
            }

            await next(http);
        }
        finally
        {
            Interlocked.Decrement(ref inWork);
        }
    }
}

using System.Text.Json;
using Kestra.Hosting.Errors;
using Kestra.Hosting.Lanes;
using Kestra.Storage;
using Kestra.Storage.Flows;
using Kestra.Storage.KeyValues;
using Kestra.Storage.Queries;
using Kestra.Webserver.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Kestra.Webserver.Errors;

/// <summary>Turns whatever goes wrong in a request into the one shape of errors. Nothing of the inside (stack, statement, local path) leaves the server.</summary>
internal sealed partial class ErrorResponses(ILogger<ErrorResponses> logger)
{
    public async Task HandleAsync(HttpContext http, RequestDelegate next)
    {
        try
        {
            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null } && !http.Items.ContainsKey(WithoutBody))
            {
                await WriteAsync(http, OfStatus(http));
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away: there is nobody to answer.
            http.Abort();
        }
        catch (Exception error)
        {
            var answer = Translate(error);
            if (answer.Status == StatusCodes.Status503ServiceUnavailable)
            {
                LogUnavailable(logger, http.Request.Method, http.Request.Path, error.Message);
            }
            else if (answer.Status >= 500)
            {
                LogFailure(logger, http.Request.Method, http.Request.Path, error);
            }

            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }

            http.Response.Clear();
            if (answer.Status == StatusCodes.Status503ServiceUnavailable)
            {
                http.Items.TryAdd(RetryAfter, UnavailableSeconds);
            }

            await WriteAsync(http, answer);
        }
    }

    /// <summary>Key of a request item: the answer stays without body, whatever its status.</summary>
    public static object WithoutBody { get; } = new();

    /// <summary>Key of a request item: seconds, as text, after which the caller may try again.</summary>
    public static object RetryAfter { get; } = new();

    // Longer than most restarts of a database take, and short enough for those who wait.
    private const string UnavailableSeconds = "5";

    // The order in which messages have always named them.
    private static readonly string[] MethodOrder = ["HEAD", "POST", "PUT", "PATCH", "DELETE", "GET"];

    private static ApiException OfStatus(HttpContext http) => http.Response.StatusCode switch
    {
        404 => ApiException.NotFound(),
        405 => new ApiException(405, "Method Not Allowed", $"Method [{http.Request.Method}] not allowed for URI [{Address(http).Split('?')[0]}]. Allowed methods: [{Allowed(http)}]"),
        var status => new ApiException(status, ReasonPhrases.GetReasonPhrase(status)),
    };

    // As it was sent: the path may have been rewritten since.
    private static string Address(HttpContext http) => http.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } target ? target : http.Request.Path;

    private static string Allowed(HttpContext http)
    {
        var methods = http.Response.Headers.Allow.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        http.Response.Headers.Remove("Allow");
        return string.Join(", ", methods.OrderBy(static method => Array.IndexOf(MethodOrder, method)));
    }

    private static ApiException Translate(Exception error) => error switch
    {
        ApiException known => known,
        CommandsUnavailableException unavailable => new ApiException(503, "Service Unavailable", unavailable.Message),
        StoreUnavailableException => new ApiException(503, "Service Unavailable", "The database can't be used at the moment; try again later"),
        InvalidQueryException query => new ApiException(422, "Illegal argument", query.Message),
        RevisionConflictException conflict => new ApiException(409, "Conflict", conflict.Message),
        TriggerRefusedException refused => ApiException.IllegalState(refused.Message),
        KeyValueExpiredException expired => new ApiException(410, "Resource has expired", expired.Message),
        InvalidKeyValueException invalid => ApiException.IllegalArgument(invalid.Message),
        FileNotFoundException or DirectoryNotFoundException => ApiException.NotFound("File not found"),
        JsonException json => new ApiException(422, "Invalid json", json.Message),
        BadHttpRequestException { StatusCode: 413 } => new ApiException(413, "Request Entity Too Large", "The body exceeds the maximum size of a request"),
        BadHttpRequestException bad => new ApiException(bad.StatusCode, ReasonPhrases.GetReasonPhrase(bad.StatusCode)),
        InvalidDataException data => new ApiException(422, "Invalid format", data.Message),
        ArgumentException argument when argument.ParamName == "path" => ApiException.IllegalArgument("File should be accessed with their full path and not using relative '..' path."),
        _ => new ApiException(500, "Internal server error"),
    };

    private static async Task WriteAsync(HttpContext http, ApiException error)
    {
        http.Response.StatusCode = error.Status;
        if (http.Features.Get<IHttpResponseFeature>() is { } response)
        {
            response.ReasonPhrase = error.Reason.AsSpan().ContainsAnyExceptInRange(' ', '~') ? ReasonPhrases.GetReasonPhrase(error.Status) : error.Reason;
        }

        if (http.Items.TryGetValue(RetryAfter, out var seconds))
        {
            http.Response.Headers.RetryAfter = seconds as string;
        }

        if (HttpMethods.IsHead(http.Request.Method))
        {
            return;
        }

        await Answers.JsonAsync(http, writer => ErrorBody.Write(writer, error.Message, Address(http), [.. error.Fields.Select(static field => (field.Path, field.Message))]), error.Status);
    }

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} could not be served: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string method, PathString path, string reason);

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogFailure(ILogger logger, string method, PathString path, Exception error);
}

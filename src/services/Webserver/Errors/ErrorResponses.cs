using System.Text.Json;
using Kestra.Hosting.Lanes;
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
            if (answer.Status >= 500)
            {
                LogFailure(logger, http.Request.Method, http.Request.Path, error);
            }

            if (http.Response.HasStarted)
            {
                http.Abort();
                return;
            }

            http.Response.Clear();
            await WriteAsync(http, answer);
        }
    }

    /// <summary>Key of a request item: the answer stays without body, whatever its status.</summary>
    public static object WithoutBody { get; } = new();

    /// <summary>Key of a request item: seconds, as text, after which the caller may try again.</summary>
    public static object RetryAfter { get; } = new();

    private static ApiException OfStatus(HttpContext http) => http.Response.StatusCode switch
    {
        404 => ApiException.NotFound(),
        405 => new ApiException(405, "Method Not Allowed", $"Method [{http.Request.Method}] not allowed for URI [{http.Request.PathBase}{http.Request.Path}]. Allowed methods: [{Allowed(http)}]"),
        var status => new ApiException(status, ReasonPhrases.GetReasonPhrase(status)),
    };

    private static string Allowed(HttpContext http)
    {
        var methods = http.Response.Headers.Allow.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        http.Response.Headers.Remove("Allow");
        return string.Join(", ", methods);
    }

    private static ApiException Translate(Exception error) => error switch
    {
        ApiException known => known,
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
        ArgumentException argument when argument.ParamName == "path" => ApiException.IllegalArgument("Path must not contain '../', backslashes or null characters"),
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

        await Answers.JsonAsync(http, writer => Write(writer, error, http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? http.Request.Path), error.Status);
    }

    private static void Write(Utf8JsonWriter writer, ApiException error, string address)
    {
        writer.WriteStartObject();
        writer.WriteString("message"u8, error.Message);
        writer.WriteNull("logref"u8);
        writer.WriteNull("path"u8);
        writer.WriteStartObject("_links"u8);
        writer.WriteStartObject("self"u8);
        writer.WriteString("href"u8, address);
        writer.WriteBoolean("templated"u8, false);
        foreach (var name in (ReadOnlySpan<string>)["profile", "deprecation", "title", "hreflang", "type", "name"])
        {
            writer.WriteNull(name);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteStartObject("_embedded"u8);
        if (error.Fields.Count > 0)
        {
            writer.WriteStartArray("errors"u8);
            foreach (var field in error.Fields)
            {
                WriteField(writer, field);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter writer, FieldError field)
    {
        writer.WriteStartObject();
        writer.WriteString("message"u8, field.Message);
        writer.WriteNull("logref"u8);
        writer.WriteString("path"u8, field.Path);
        writer.WriteStartObject("_links"u8);
        writer.WriteEndObject();
        writer.WriteStartObject("_embedded"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogFailure(ILogger logger, string method, PathString path, Exception error);
}

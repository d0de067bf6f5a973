using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Kestra.Model.Json;
using Kestra.Webserver.Errors;
using Microsoft.AspNetCore.Http;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Webserver.Requests;

/// <summary>Reads what a request brings, with the errors that clients know.</summary>
internal static class RequestValues
{
    private static readonly LocalDateTimePattern LocalPattern = LocalDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm");

    public static string Tenant(this HttpContext http) => http.Route("tenant");

    /// <summary>A variable of the path; the route guarantees that it is there.</summary>
    public static string Route(this HttpContext http, string name) => http.Request.RouteValues[name] is string value
        ? value.Contains('%', StringComparison.Ordinal) ? value.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase) : value
        : throw new InvalidOperationException($"The route has no variable {name}.");

    public static string? Query(this HttpContext http, string name) => http.Request.Query[name] is { Count: > 0 } values && !string.IsNullOrEmpty(values[0]) ? values[0] : null;

    public static string RequiredQuery(this HttpContext http, string name) => http.Query(name) ?? throw ApiException.BadRequest($"Required QueryValue [{name}] not specified");

    public static bool Flag(this HttpContext http, string name, bool otherwise = false) => http.Query(name) is { } text ? string.Equals(text, "true", StringComparison.OrdinalIgnoreCase) : otherwise;

    public static int? Integer(this HttpContext http, string name)
    {
        if (http.Query(name) is not { } text)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw ApiException.NotConvertible(name, text, $"For input string: \"{text}\"");
    }

    /// <summary>A constant of an enumeration, whatever its case.</summary>
    /// <param name="javaName">Name of the enumeration that clients know from the message.</param>
    public static T? Constant<T>(this HttpContext http, string name, string javaName)
        where T : struct, Enum => http.Query(name) is { } text ? Constant<T>(name, text, javaName) : null;

    public static T Constant<T>(string name, string text, string javaName)
        where T : struct, Enum =>
        Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0])
            ? value
            : throw ApiException.NotConvertible(name, text, $"No enum constant {javaName}.{text.ToUpperInvariant()}");

    public static Instant? Date(this HttpContext http, string name) => http.Query(name) is { } text ? Date(name, text) : null;

    /// <summary>A date with offset, or without one in UTC; seconds and fraction may be missing.</summary>
    public static Instant Date(string name, string text)
    {
        // A plus sign that was sent unencoded arrives as a blank.
        var given = text.Replace(' ', '+');
        if (OffsetDateTimePattern.ExtendedIso.Parse(given) is { Success: true } exact)
        {
            return exact.Value.ToInstant();
        }

        if (LocalDateTimePattern.ExtendedIso.Parse(given) is { Success: true } local)
        {
            return local.Value.InUtc().ToInstant();
        }

        var zone = given.EndsWith('Z') ? given[..^1] : given;
        if (LocalPattern.Parse(zone) is { Success: true } minutes)
        {
            return minutes.Value.InUtc().ToInstant();
        }

        return zone.Length == 22 && LocalPattern.Parse(zone[..16]) is { Success: true } start && OffsetPattern.GeneralInvariant.Parse(zone[16..]) is { Success: true } offset
            ? start.Value.WithOffset(offset.Value).ToInstant()
            : throw ApiException.NotConvertible(name, text, $"Text '{text}' could not be parsed at index 0");
    }

    /// <summary>The whole body as text.</summary>
    public static async Task<string> BodyTextAsync(this HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, new UTF8Encoding(false));
        return await reader.ReadToEndAsync(http.RequestAborted);
    }

    /// <summary>The whole body as it came.</summary>
    public static async Task<byte[]> BodyBytesAsync(this HttpContext http)
    {
        var body = http.Request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync(http.RequestAborted);
            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                body.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>The body as JSON; the caller disposes it.</summary>
    /// <param name="name">Of the body, for the message when it is missing.</param>
    public static async Task<JsonDocument> BodyJsonAsync(this HttpContext http, string name)
    {
        http.RequireType("application/json");
        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, http.RequestAborted);
        return buffer.Length == 0
            ? throw MissingBody(name)
            : JsonDocument.Parse(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), ModelJson.DocumentOptions);
    }

    public static ApiException MissingBody(string name) => new(422, "Invalid route params", $"Required Body [{name}] not specified");

    /// <summary>The media type without parameters, lower case; null when the request names none.</summary>
    public static string? MediaType(this HttpContext http) => http.Request.ContentType is { Length: > 0 } type ? type.Split(';')[0].Trim().ToLowerInvariant() : null;

    /// <summary>Refuses a body of another type. A request that names no type passes.</summary>
    public static void RequireType(this HttpContext http, params string[] allowed)
    {
        if (http.MediaType() is { } given && !allowed.Contains(given))
        {
            throw new ApiException(415, "Unsupported Media Type", $"Content Type [{given}] not allowed. Allowed types: [{string.Join(", ", allowed)}]");
        }
    }
}

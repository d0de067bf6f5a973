using System.Text.Json;
using Kestra.Model.Json;
using Microsoft.AspNetCore.Http;

namespace Kestra.Webserver.Requests;

/// <summary>Ways to answer a request. Content types have no charset: JSON is UTF-8.</summary>
internal static class Answers
{
    public const string Json = "application/json";

    public static async Task JsonAsync(HttpContext http, Action<Utf8JsonWriter> write, int status = 200)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = Json;
        await using (var writer = new Utf8JsonWriter(http.Response.BodyWriter, ModelJson.WriterOptions))
        {
            write(writer);
        }

        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    public static Task ListAsync<T>(HttpContext http, IEnumerable<T> items, Action<Utf8JsonWriter, T> write) => JsonAsync(http, writer => WriteList(writer, items, write));

    public static Task PageAsync<T>(HttpContext http, IEnumerable<T> items, long total, Action<Utf8JsonWriter, T> write) => JsonAsync(http, writer =>
    {
        writer.WriteStartObject();
        writer.WritePropertyName("results"u8);
        WriteList(writer, items, write);
        writer.WriteNumber("total"u8, total);
        writer.WriteEndObject();
    });

    public static Task TextsAsync(HttpContext http, IEnumerable<string> texts) => ListAsync(http, texts, static (writer, text) => writer.WriteStringValue(text));

    public static Task CountAsync(HttpContext http, long count) => JsonAsync(http, writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("count"u8, count);
        writer.WriteEndObject();
    });

    /// <summary>Text under the type that every plain answer has.</summary>
    public static Task TextAsync(HttpContext http, string text, string contentType = Json)
    {
        http.Response.ContentType = contentType;
        return http.Response.WriteAsync(text, http.RequestAborted);
    }

    /// <summary>Sends the client to another address for now.</summary>
    public static Task RedirectAsync(HttpContext http, string address)
    {
        http.Response.Headers.Location = address;
        return Empty(http, StatusCodes.Status307TemporaryRedirect);
    }

    /// <summary>An answer without body, also for a status that is an error.</summary>
    public static Task Empty(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        if (status is not 204)
        {
            http.Response.ContentLength = 0;
        }

        return Task.CompletedTask;
    }

    /// <summary>A file to save. Anything but letters, digits and <c>. _ -</c> in the name is written in its encoded form only.</summary>
    public static async Task FileAsync(HttpContext http, string fileName, Stream content, long? size)
    {
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = size;
        Attachment(http, fileName);
        await content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    /// <summary>Says that an answer stays the same for a day.</summary>
    public static void KeepForADay(HttpContext http) => http.Response.Headers.CacheControl = "public, max-age=86400";

    public static void Attachment(HttpContext http, string fileName)
    {
        var plain = string.Concat(fileName.Select(static character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-' or ' ' ? character : '_'));
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{plain}\"; filename*=utf-8''{Uri.EscapeDataString(fileName)}";
    }

    private static void WriteList<T>(Utf8JsonWriter writer, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray();
        foreach (var item in items)
        {
            write(writer, item);
        }

        writer.WriteEndArray();
    }
}

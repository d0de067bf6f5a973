using System.Buffers;
using System.Text;
using System.Text.Json;
using Kestra.Model.Json;
using Microsoft.AspNetCore.Http;

namespace Kestra.Webserver.Requests;

/// <summary>Server-sent events in the form that Kestra's clients read: the kind of an event is in its <c>id</c> line.</summary>
internal sealed class EventStream
{
    public const string ContentType = "text/event-stream";

    private readonly HttpContext http;
    private readonly ArrayBufferWriter<byte> buffer = new(1024);

    public EventStream(HttpContext http)
    {
        this.http = http;
        http.Response.ContentType = ContentType;
        http.Response.Headers.CacheControl = "no-cache";
    }

    /// <summary>Sends one event at once.</summary>
    public async Task SendAsync(string kind, Action<Utf8JsonWriter> write)
    {
        buffer.ResetWrittenCount();
        buffer.Write(Encoding.UTF8.GetBytes($"id: {kind}\ndata: "));
        using (var writer = new Utf8JsonWriter(buffer, ModelJson.WriterOptions))
        {
            write(writer);
        }

        buffer.Write("\n\n"u8);
        await http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    /// <summary>Keeps the stream open without a word until the client leaves or time is up.</summary>
    public async Task HoldAsync(TimeSpan patience) => await Task.Delay(patience, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}

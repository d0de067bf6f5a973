using System.Buffers;
using System.Text.Json;

namespace Kestra.Model.Json;

/// <summary>
/// A writer and its buffer for each thread, so that a document costs no memory but its own bytes. One that grew large is not kept.
/// </summary>
internal sealed class JsonScratch : IDisposable
{
    private const int FirstBytes = 4 * 1024;
    private const int MostKept = 256 * 1024;

    [ThreadStatic]
    private static JsonScratch? free;

    private readonly ArrayBufferWriter<byte> buffer = new(FirstBytes);
    private readonly Utf8JsonWriter writer;

    private JsonScratch() => writer = new Utf8JsonWriter(buffer, ModelJson.WriterOptions);

    /// <returns>What was written, as an array of its own.</returns>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        // Taken away while it is used: what is written may itself hold a document that is written on the way.
        var scratch = free ?? new JsonScratch();
        free = null;
        write(scratch.writer);
        scratch.writer.Flush();
        var bytes = scratch.buffer.WrittenSpan.ToArray();
        if (scratch.buffer.Capacity <= MostKept)
        {
            scratch.buffer.ResetWrittenCount();
            scratch.writer.Reset();
            free = scratch;
        }
        else
        {
            scratch.Dispose();
        }

        return bytes;
    }

    public void Dispose() => writer.Dispose();
}

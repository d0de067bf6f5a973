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
        var scratch = Take();
        write(scratch.writer);
        return scratch.Finish();
    }

    /// <returns>The value in the form in which it would be written; null when that takes reading it. See <see cref="JsonCopier"/>.</returns>
    /// <exception cref="JsonException">Not JSON, or nested too deeply.</exception>
    public static byte[]? TryCopy(ReadOnlySpan<byte> utf8)
    {
        var scratch = Take();
        return JsonCopier.TryCopy(utf8, scratch.writer) ? scratch.Finish() : null;
    }

    // Taken away while it is used: what is written may itself hold a document that is written on the way. One that is left in the
    // middle by a failure is not used again.
    private static JsonScratch Take()
    {
        var scratch = free ?? new JsonScratch();
        free = null;
        return scratch;
    }

    private byte[] Finish()
    {
        writer.Flush();
        var bytes = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity <= MostKept)
        {
            buffer.ResetWrittenCount();
            writer.Reset();
            free = this;
        }
        else
        {
            Dispose();
        }

        return bytes;
    }

    public void Dispose() => writer.Dispose();
}

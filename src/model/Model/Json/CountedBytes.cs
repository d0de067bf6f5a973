using System.Buffers;
using System.Text.Json;

namespace Kestra.Model.Json;

/// <summary>Takes what a writer gives and keeps none of it, so that measuring a document costs no copy of it.</summary>
internal sealed class CountedBytes : IBufferWriter<byte>
{
    private const int FirstBytes = 4 * 1024;

    private byte[] scratch = new byte[FirstBytes];

    /// <returns>How many bytes were written.</returns>
    public static long Of(Action<Utf8JsonWriter> write)
    {
        using var writer = new Utf8JsonWriter(new CountedBytes(), ModelJson.WriterOptions);
        write(writer);
        return writer.BytesCommitted + writer.BytesPending;
    }

    public void Advance(int count)
    {
        // What was written is not read any more; the next part may take its place.
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => Room(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => Room(sizeHint);

    private byte[] Room(int bytes) => bytes <= scratch.Length ? scratch : scratch = new byte[bytes];
}

using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Kestra.Plugins.Scripts.Runners;

namespace Kestra.Plugins.Scripts.Docker;

/// <summary>Takes the engine's frames of output apart: each is a kind of stream, a length and that many bytes.</summary>
internal static class DockerOutput
{
    private const int HeaderBytes = 8;
    private const byte StandardError = 2;

    public static async Task ReadAsync(Stream frames, Action<string, bool> output, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderBytes];
        var standard = new LineBuffer(line => output(line, false));
        var error = new LineBuffer(line => output(line, true));
        var buffer = new byte[64 * 1024];
        while (await frames.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellationToken) == HeaderBytes)
        {
            var lines = header[0] == StandardError ? error : standard;
            for (var left = (long)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4)); left > 0;)
            {
                var count = await frames.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken);
                if (count == 0)
                {
                    break;
                }

                lines.Add(buffer.AsSpan(0, count));
                left -= count;
            }
        }

        standard.Flush();
        error.Flush();
    }

    /// <summary>Collects bytes until a line is complete.</summary>
    private sealed class LineBuffer(Action<string> line)
    {
        private readonly ArrayBufferWriter<byte> bytes = new();

        public void Add(ReadOnlySpan<byte> more)
        {
            while (more.IndexOf((byte)'\n') is var end and >= 0)
            {
                bytes.Write(more[..end]);
                Hand();
                more = more[(end + 1)..];
            }

            bytes.Write(more);
            if (bytes.WrittenCount > OutputReader.LineBytes)
            {
                Hand();
            }
        }

        public void Flush()
        {
            if (bytes.WrittenCount > 0)
            {
                Hand();
            }
        }

        private void Hand()
        {
            var text = Encoding.UTF8.GetString(bytes.WrittenSpan);
            bytes.ResetWrittenCount();
            line(text.EndsWith('\r') ? text[..^1] : text);
        }
    }
}

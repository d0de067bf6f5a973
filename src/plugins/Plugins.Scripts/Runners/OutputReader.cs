using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;

namespace Kestra.Plugins.Scripts.Runners;

/// <summary>Reads what a process writes, line by line and as it comes.</summary>
internal static class OutputReader
{
    /// <summary>A longer line is handed on in pieces.</summary>
    public const int LineBytes = 10 * 1024 * 1024;

    /// <summary>Reads both streams to their ends.</summary>
    /// <param name="output">Called from one thread at a time; the flag tells that the line came from standard error.</param>
    public static Task ReadAsync(Process process, Action<string, bool> output)
    {
        var gate = new Lock();
        return Task.WhenAll(
            ReadAsync(process.StandardOutput.BaseStream, line => Locked(line, false)),
            ReadAsync(process.StandardError.BaseStream, line => Locked(line, true)));

        void Locked(string line, bool isError)
        {
            lock (gate)
            {
                output(line, isError);
            }
        }
    }

    /// <summary>Reads one stream to its end.</summary>
    public static async Task ReadAsync(Stream stream, Action<string> line)
    {
        var reader = PipeReader.Create(stream);
        while (true)
        {
            ReadResult read;
            try
            {
                read = await reader.ReadAsync();
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException)
            {
                // The process was killed and its pipe closed under us: there is no more to read.
                return;
            }

            var buffer = read.Buffer;
            while (TryTake(ref buffer, read.IsCompleted, out var taken))
            {
                line(Text(taken));
            }

            reader.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                await reader.CompleteAsync();
                return;
            }
        }
    }

    private static bool TryTake(ref ReadOnlySequence<byte> buffer, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }

        if (buffer.Length > LineBytes || (isLast && buffer.Length > 0))
        {
            line = buffer;
            buffer = buffer.Slice(buffer.End);
            return true;
        }

        line = default;
        return false;
    }

    private static string Text(ReadOnlySequence<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        return text.EndsWith('\r') ? text[..^1] : text;
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kestra.Webserver.Tests.Running;

/// <summary>An HTTP client that sends exactly what a test says: no header of its own, no change to the address.</summary>
internal static class RawClient
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="enough">For answers without end: looks at the body so far and says whether to stop. Null reads to the end.</param>
    public static async Task<Answer> SendAsync(int port, string method, string target, IEnumerable<KeyValuePair<string, string>>? headers = null, byte[]? body = null, Func<string, bool>? enough = null)
    {
        using var limit = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        await using var stream = client.GetStream();
        try
        {
            await WriteAsync(stream, port, method, target, headers ?? [], body, limit.Token);
            return await ReadAsync(stream, method, enough, limit.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"{method} {target} was not answered within {Patience.TotalSeconds} seconds", late);
        }
    }

    private static async Task WriteAsync(NetworkStream stream, int port, string method, string target, IEnumerable<KeyValuePair<string, string>> headers, byte[]? body, CancellationToken cancellationToken)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: identity\r\n");
        foreach (var (name, value) in headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        if (body is not null)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(head.Append("\r\n").ToString()), cancellationToken);
        try
        {
            await stream.WriteAsync(body ?? [], cancellationToken);
        }
        catch (IOException)
        {
            // A server that refuses a body may close its side before all of it was sent; its answer is there to be read.
        }
    }

    private static async Task<Answer> ReadAsync(NetworkStream stream, string method, Func<string, bool>? enough, CancellationToken cancellationToken)
    {
        var reader = new LineReader(stream);
        var status = (await reader.LineAsync(cancellationToken)).Split(' ', 3);
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.LineAsync(cancellationToken) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var body = new MemoryStream();
        if (method != "HEAD" && status[1] is not ("204" or "304"))
        {
            await ReadBodyAsync(reader, headers, body, enough, cancellationToken);
        }

        return new Answer(int.Parse(status[1], CultureInfo.InvariantCulture), status.Length > 2 ? status[2] : "", headers, body.ToArray());
    }

    private static async Task ReadBodyAsync(LineReader reader, Dictionary<string, string> headers, MemoryStream body, Func<string, bool>? enough, CancellationToken cancellationToken)
    {
        if (headers.TryGetValue("Content-Length", out var length))
        {
            await reader.BytesAsync(body, int.Parse(length, CultureInfo.InvariantCulture), cancellationToken);
            return;
        }

        if (!headers.ContainsKey("Transfer-Encoding"))
        {
            return;
        }

        while (int.Parse(await reader.LineAsync(cancellationToken), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is var chunk and > 0)
        {
            await reader.BytesAsync(body, chunk, cancellationToken);
            await reader.LineAsync(cancellationToken);
            if (enough?.Invoke(Encoding.UTF8.GetString(body.ToArray())) == true)
            {
                return;
            }
        }
    }

    private sealed class LineReader(Stream stream)
    {
        private readonly byte[] buffer = new byte[16 * 1024];
        private int start;
        private int end;

        public async Task<string> LineAsync(CancellationToken cancellationToken)
        {
            var line = new MemoryStream();
            for (var next = await ByteAsync(cancellationToken); next != '\n'; next = await ByteAsync(cancellationToken))
            {
                line.WriteByte(next);
            }

            return Encoding.UTF8.GetString(line.ToArray()).TrimEnd('\r');
        }

        public async Task BytesAsync(Stream target, int count, CancellationToken cancellationToken)
        {
            while (count > 0)
            {
                await FillAsync(cancellationToken);
                var taken = Math.Min(count, end - start);
                target.Write(buffer, start, taken);
                start += taken;
                count -= taken;
            }
        }

        private async ValueTask<byte> ByteAsync(CancellationToken cancellationToken)
        {
            await FillAsync(cancellationToken);
            return buffer[start++];
        }

        private async ValueTask FillAsync(CancellationToken cancellationToken)
        {
            if (start < end)
            {
                return;
            }

            (start, end) = (0, await stream.ReadAsync(buffer, cancellationToken));
            if (end == 0)
            {
                throw new EndOfStreamException("The server closed the connection in the middle of an answer");
            }
        }
    }
}

/// <param name="Reason">The phrase of the status line.</param>
internal sealed record Answer(int Status, string Reason, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public System.Text.Json.JsonElement Json => System.Text.Json.JsonDocument.Parse(Body).RootElement;

    public override string ToString() => $"{Status} {Reason}: {Text}";
}

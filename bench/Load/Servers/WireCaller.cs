using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kestra.Load.Servers;

/// <summary>
/// Sends one request again and again on a connection of its own. Where as many requests as possible are the measure, a client library
/// would take half of the processors from the server beside it.
/// </summary>
internal sealed class WireCaller : IDisposable
{
    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();

    private readonly Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] request;
    private byte[] buffer = new byte[16 * 1024];

    private WireCaller(byte[] request) => this.request = request;

    /// <param name="target">Path of a POST with a JSON body.</param>
    public static async Task<WireCaller> ConnectAsync(int port, string target, byte[] body)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");
        var caller = new WireCaller([.. Encoding.ASCII.GetBytes(head), .. body]);
        await caller.socket.ConnectAsync(IPAddress.Loopback, port);
        return caller;
    }

    /// <summary>Sends the request and reads the whole answer.</summary>
    /// <returns>Its status.</returns>
    public async Task<int> CallAsync()
    {
        await socket.SendAsync(request);
        var received = 0;
        while (!IsWhole(buffer.AsSpan(0, received)))
        {
            if (received == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            var count = await socket.ReceiveAsync(buffer.AsMemory(received));
            received += count > 0 ? count : throw new IOException("The server closed the connection.");
        }

        return int.Parse(buffer.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);
    }

    public void Dispose() => socket.Dispose();

    // An answer has a length, or comes in chunks of which the last is empty.
    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf(EndOfHead);
        if (head < 0)
        {
            return false;
        }

        const string Length = "Content-Length: ";
        var fields = Encoding.ASCII.GetString(answer[..head]);
        var at = fields.IndexOf(Length, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return answer.EndsWith("0\r\n\r\n"u8);
        }

        var end = fields.IndexOf('\r', at);
        var length = fields[(at + Length.Length)..(end < 0 ? fields.Length : end)];
        return answer.Length >= head + EndOfHead.Length + int.Parse(length, CultureInfo.InvariantCulture);
    }
}

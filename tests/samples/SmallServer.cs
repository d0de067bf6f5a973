using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Kestra.Samples;

/// <summary>A small HTTP server for samples to call: each path gives a status and a body.</summary>
internal sealed class SmallServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Dictionary<string, (int Status, byte[] Body)> answers;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task serving;

    public SmallServer(Dictionary<string, (int Status, byte[] Body)> answers)
    {
        this.answers = answers;
        listener.Start();
        serving = ServeAsync();
    }

    public string Address(string path) => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}{path}";

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await serving;
        stopping.Dispose();
    }

    private async Task ServeAsync()
    {
        var calls = new List<Task>();
        try
        {
            while (true)
            {
                calls.Add(AnswerAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(calls);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            await using var stream = client.GetStream();
            var head = new StringBuilder();
            var buffer = new byte[8192];
            while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
            {
                var count = await stream.ReadAsync(buffer, stopping.Token);
                if (count == 0)
                {
                    return;
                }

                head.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }

            var path = head.ToString().Split(' ')[1];
            var (status, body) = answers.GetValueOrDefault(path, (404, []));
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Answer\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), stopping.Token);
            await stream.WriteAsync(body, stopping.Token);
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Plugins;
using Kestra.Plugins.Core.Log;
using Kestra.Plugins.Description;
using Kestra.Plugins.Hosting;
using Kestra.Plugins.Triggers;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios;

/// <summary>Triggers that a worker watches, on a whole server.</summary>
public sealed class WatchedTriggerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task An_answer_over_HTTP_creates_an_execution_with_what_was_answered()
    {
        using var limit = Limit();
        using var source = new AnsweringServer("ready");
        await using var server = await ScenarioServer.StartAsync(null, limit.Token);
        using var ends = new Ends(server);
        await server.SaveAsync(
            $$$"""
            id: polled
            namespace: company.team
            triggers:
              - id: watch
                type: io.kestra.plugin.core.http.Trigger
                uri: http://127.0.0.1:{{{source.Port}}}/state
                interval: PT1S
                responseCondition: "{{ response.body == 'ready' }}"
                stopAfter: [SUCCESS]
            tasks:
              - id: say
                type: io.kestra.plugin.core.debug.Return
                format: "{{ trigger.code }} {{ trigger.body }}"
            """,
            limit.Token);

        var execution = await ends.FirstAsync(limit.Token);
        execution.State.Current.ShouldBe(StateType.SUCCESS);
        execution.Trigger!.Id.ShouldBe("watch");
        execution.TaskRunList![0].Outputs!["value"].ShouldBe("200 ready");
    }

    [Fact]
    public async Task Each_event_of_a_realtime_trigger_creates_an_execution()
    {
        using var limit = Limit();
        await using var server = await ScenarioServer.StartAsync(
            static services => services.AddSingleton<IPluginCatalog>(static _ => new PluginCatalog(typeof(LogTask).Assembly, typeof(CountingTrigger).Assembly)),
            limit.Token);
        using var ends = new Ends(server);
        await server.SaveAsync(
            """
            id: live
            namespace: company.team
            triggers:
              - id: watch
                type: io.kestra.scenarios.Counting
            tasks:
              - id: say
                type: io.kestra.plugin.core.debug.Return
                format: "event {{ trigger.number }}"
            """,
            limit.Token);

        List<object?> said = [];
        for (var count = 0; count < CountingTrigger.Events; count++)
        {
            said.Add((await ends.FirstAsync(limit.Token)).TaskRunList![0].Outputs!["value"]);
        }

        said.ShouldBe(["event 1", "event 2", "event 3"], ignoreOrder: true);
    }

    private static CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        return limit;
    }

    /// <summary>The executions of a server in the order of their ends.</summary>
    private sealed class Ends : IDisposable
    {
        private readonly System.Threading.Channels.Channel<Execution> ended = System.Threading.Channels.Channel.CreateUnbounded<Execution>();
        private readonly IDisposable subscription;

        public Ends(ScenarioServer server) => subscription = server.Services.GetRequiredService<IExecutionEnds>().SubscribeEnded(execution => ended.Writer.TryWrite(execution));

        public ValueTask<Execution> FirstAsync(CancellationToken cancellationToken) => ended.Reader.ReadAsync(cancellationToken);

        public void Dispose() => subscription.Dispose();
    }

    /// <summary>Answers every request with one text.</summary>
    private sealed class AnsweringServer : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public AnsweringServer(string body)
        {
            listener.Start();
            _ = AnswerAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public void Dispose() => listener.Dispose();

        private async Task AnswerAsync(byte[] answer)
        {
            try
            {
                while (true)
                {
                    using var client = await listener.AcceptTcpClientAsync();
                    await using var stream = client.GetStream();
                    _ = await stream.ReadAsync(new byte[8192]);
                    await stream.WriteAsync(answer);
                }
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}

/// <summary>Tells of a few events and then of nothing more.</summary>
[Plugin("io.kestra.scenarios.Counting")]
public sealed class CountingTrigger : IRealtimeTrigger
{
    internal const int Events = 3;

    public async IAsyncEnumerable<IReadOnlyDictionary<string, object?>> RunAsync(IRunContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var number = 1; number <= Events; number++)
        {
            yield return new OrderedDictionary<string, object?> { ["number"] = number };
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Plugins;
using Kestra.Plugins.Core.Log;
using Kestra.Plugins.Description;
using Kestra.Plugins.Hosting;
using Kestra.Plugins.Triggers;
using Kestra.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios;

/// <summary>Triggers that a worker watches, on a whole server.</summary>
public sealed class WatchedTriggerTests
{
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
    public async Task A_state_of_stopAfter_ends_the_polling_also_over_a_restart()
    {
        using var limit = Limit();
        using var source = new AnsweringServer("ready");
        var folder = Directory.CreateTempSubdirectory("kestra-watched-").FullName;
        try
        {
            await using (var server = await ScenarioServer.StartAsync(null, limit.Token, folder: folder))
            {
                await server.SaveAsync(Polled("stopped", source, "PT1S", "ready", "stopAfter: [SUCCESS]"), limit.Token);
                await Patiently.UntilAsync(async () => await RowAsync(server, "stopped") is { Disabled: true }, "the trigger is switched off");

                await server.SaveAsync(Polled("beat", source, "PT1S", "never"), limit.Token);
                await BeatAsync(source);
                source.Requests("stopped").ShouldBe(1);
            }

            await using var again = await ScenarioServer.StartAsync(null, limit.Token, folder: folder);
            await BeatAsync(source);
            source.Requests("stopped").ShouldBe(1);
            var row = (await RowAsync(again, "stopped"))!;
            (row.Disabled, row.NextExecutionDate, row.EvaluateRunningDate, row.ExecutionId).ShouldBe((true, null, null, null));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_restart_between_two_evaluations_keeps_the_date_and_one_during_an_evaluation_makes_it_again_once()
    {
        using var limit = Limit();
        using var source = new AnsweringServer("ready") { HeldPath = "held" };
        var folder = Directory.CreateTempSubdirectory("kestra-watched-").FullName;
        try
        {
            Model.Triggers.Trigger before;
            await using (var server = await ScenarioServer.StartAsync(null, limit.Token, folder: folder))
            {
                await server.SaveAsync(Polled("between", source, "PT1H", "never"), limit.Token);
                await server.SaveAsync(Polled("held", source, "PT1H", "never"), limit.Token);
                before = await Patiently.FindAsync(async () => await RowAsync(server, "between") is { EvaluateRunningDate: null, NextExecutionDate: not null } row && source.Requests("between") > 0 ? row : null, "it has been looked at");
                await Patiently.UntilAsync(() => Task.FromResult(source.Requests("held") == 1), "the other one is being looked at");
                (await RowAsync(server, "held"))!.EvaluateRunningDate.ShouldNotBeNull();
                await server.SaveAsync(Polled("beat", source, "PT1S", "never"), limit.Token);
            }

            source.HeldPath = null;
            await using var again = await ScenarioServer.StartAsync(null, limit.Token, folder: folder);
            await Patiently.UntilAsync(async () => await RowAsync(again, "held") is { EvaluateRunningDate: null, NextExecutionDate: not null }, "it has been looked at again");
            await BeatAsync(source);

            (source.Requests("between"), source.Requests("held")).ShouldBe((1, 2));
            var after = (await RowAsync(again, "between"))!;
            (after.NextExecutionDate, after.EvaluateRunningDate, after.Disabled).ShouldBe((before.NextExecutionDate, null, false));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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

    private static string Polled(string id, AnsweringServer source, string interval, string awaited, string more = "") => $$$"""
        id: {{{id}}}
        namespace: company.team
        triggers:
          - id: watch
            type: io.kestra.plugin.core.http.Trigger
            uri: http://127.0.0.1:{{{source.Port}}}/{{{id}}}
            interval: {{{interval}}}
            responseCondition: "{{ response.body == '{{{awaited}}}' }}"
            {{{more}}}
        tasks:
          - {id: say, type: io.kestra.plugin.core.debug.Return, format: said}
        """;

    private static Task<Model.Triggers.Trigger?> RowAsync(ScenarioServer server, string flowId) =>
        server.Services.GetRequiredService<IStore>().Triggers.FindAsync(Tenants.Default, "company.team", flowId, "watch", TestContext.Current.CancellationToken);

    // What is due is looked at in the order of its dates: when this one has been looked at twice more, all others that were due have been too.
    private static async Task BeatAsync(AnsweringServer source)
    {
        var enough = source.Requests("beat") + 2;
        await Patiently.UntilAsync(() => Task.FromResult(source.Requests("beat") >= enough), "another trigger is looked at");
    }

    private static CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patiently.Limit);
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

    /// <summary>Answers requests with one text, and counts them by their path.</summary>
    private sealed class AnsweringServer : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly ConcurrentDictionary<string, int> requests = new(StringComparer.Ordinal);
        private readonly ConcurrentBag<TcpClient> held = [];

        public AnsweringServer(string body)
        {
            listener.Start();
            _ = AcceptAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        /// <summary>Requests to this path get no answer; null is none.</summary>
        public string? HeldPath { get; set; }

        public int Requests(string path) => requests.GetValueOrDefault(path);

        public void Dispose()
        {
            listener.Dispose();
            foreach (var client in held)
            {
                client.Dispose();
            }
        }

        private async Task AcceptAsync(byte[] answer)
        {
            try
            {
                while (true)
                {
                    await AnswerAsync(await listener.AcceptTcpClientAsync(), answer);
                }
            }
            catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private async Task AnswerAsync(TcpClient client, byte[] answer)
        {
            var buffer = new byte[8192];
            var length = await client.GetStream().ReadAsync(buffer);
            var path = Encoding.ASCII.GetString(buffer, 0, length).Split(' ').ElementAtOrDefault(1)?.TrimStart('/') ?? "";
            requests.AddOrUpdate(path, 1, static (_, count) => count + 1);
            if (path == HeldPath)
            {
                held.Add(client);
                return;
            }

            await client.GetStream().WriteAsync(answer);
            client.Dispose();
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

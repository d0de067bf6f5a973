using System.Diagnostics;
using System.Globalization;
using System.Text;
using Kestra.Load.Measuring;
using Kestra.Load.Servers;

namespace Kestra.Load.Workloads;

/// <summary>What a server takes, and what becomes of it when it is asked for too much, killed, or asked for long.</summary>
internal sealed partial class Measurements
{
    private const string Item = """{"name":"widget","note":"0123456789012345678901234567890123456789"}""";

    private static readonly Uri Hook = new("api/v1/main/executions/webhook/bench/hook/bench-key", UriKind.Relative);

    private long hooks;

    private async Task WebhookAsync(ServerUnderTest server)
    {
        await server.PutFlowAsync(Flows.Webhook);
        foreach (var kilobytes in new[] { 1.6, 16, 160 })
        {
            var body = Encoding.UTF8.GetBytes($$"""{"items":[{{string.Join(',', Enumerable.Repeat(Item, Math.Max(1, (int)(kilobytes * 1000 / Item.Length))))}}]}""");
            var rate = kilobytes > 100 ? 50 : kilobytes > 10 ? 200 : 500;
            var name = string.Create(CultureInfo.InvariantCulture, $"B4 webhook of {kilobytes} KB");

            // The first burst has its code compiled, and the second one measures.
            await DrainAsync(server, (await BurstAsync(server, body, duration / 2)).Accepted);
            var outcome = await OpenLoop.RunAsync(rate, duration / 2, _ => CallAsync(server, body));
            Latency(string.Create(CultureInfo.InvariantCulture, $"{name} accepted at {rate}/s"), outcome);
            await DrainAsync(server, outcome.Sent - outcome.Failed);
            var burst = await BurstAsync(server, body, duration / 2);
            report.Add(new Figure(string.Create(CultureInfo.InvariantCulture, $"{name}, accepted and durable in a burst of {duration.TotalSeconds / 2} s"), burst.PerSecond, "/s"));
            report.Add(new Figure($"{name}, turned away meanwhile", burst.Refused, ""));
            report.Add(new Figure($"{name}, all of the burst done after", await DrainAsync(server, burst.Accepted), "s"));
        }
    }

    private static async Task<bool> CallAsync(ServerUnderTest server, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var response = await server.Client.PostAsync(Hook, content);
        await response.Content.CopyToAsync(Stream.Null);
        return response.IsSuccessStatusCode;
    }

    // As many as come through: 256 callers, each with its next call as soon as the last was answered.
    private static async Task<BurstOutcome> BurstAsync(ServerUnderTest server, byte[] body, TimeSpan length)
    {
        var (accepted, refused) = (0, 0);
        var callers = await Task.WhenAll(Enumerable.Range(0, 256).Select(_ => WireCaller.ConnectAsync(server.Port, $"/{Hook}", body)));
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(callers.Select(async caller =>
        {
            while (Stopwatch.GetElapsedTime(began) < length)
            {
                var status = await caller.CallAsync();
                _ = status == 200 ? Interlocked.Increment(ref accepted) : status == 429 ? Interlocked.Increment(ref refused) : throw new InvalidOperationException($"A webhook was answered with {status}.");
            }
        }));
        var outcome = new BurstOutcome(accepted, refused, accepted / Stopwatch.GetElapsedTime(began).TotalSeconds);
        Array.ForEach(callers, static caller => caller.Dispose());
        return outcome;
    }

    // Waits until all that were ever accepted have succeeded.
    private async Task<double> DrainAsync(ServerUnderTest server, int accepted)
    {
        var began = Stopwatch.GetTimestamp();
        hooks += accepted;
        while (await server.CountAsync("hook", "SUCCESS") < hooks)
        {
            await Task.Delay(50);
        }

        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private async Task OverloadAsync(ServerUnderTest server)
    {
        var capacity = sustained ?? options.Rate ?? options.StartRate;
        var (succeeded, refused) = (0, 0);
        var outcome = await OpenLoop.RunAsync(2 * capacity / 60, TimeSpan.FromSeconds(60), async _ =>
        {
            var one = await server.TryRunAsync("one");
            _ = one switch { RunOutcome.Succeeded => Interlocked.Increment(ref succeeded), RunOutcome.Refused => Interlocked.Increment(ref refused), _ => 0 };
            return one != RunOutcome.Failed;
        });
        var name = string.Create(CultureInfo.InvariantCulture, $"overload, B1 at {2 * capacity:#,0}/min for 60 s");
        report.Add(new Figure($"{name}: done", succeeded / outcome.Elapsed.TotalMinutes, "/min", capacity, "sustained rate"));
        report.Add(new Figure($"{name}: turned away with 429 and Retry-After", refused, ""));
        report.Add(new Figure($"{name}: failed or lost", outcome.Failed, ""));
        report.Add(new Figure($"{name}: most memory", server.PeakMebibytes, "MiB"));
        report.Add(new Figure($"{name}: drained after the last request was due", (outcome.Elapsed - TimeSpan.FromSeconds(60)).TotalSeconds, "s"));
        report.Add(new Figure($"{name}: p99 of all answers", outcome.Latencies.Percentile(0.99), "ms"));
    }

    private async Task RecoveryAsync(ServerUnderTest server)
    {
        var load = Task.WhenAll(Enumerable.Range(0, 2_000).Select(_ => ForgiveAsync(server)));
        await Task.Delay(500);
        server.Kill();
        await load;
        var began = Stopwatch.GetTimestamp();
        await server.StartAsync();
        await server.RunAsync("one");
        report.Add(new Figure("kill -9 under load to the next execution done", Stopwatch.GetElapsedTime(began).TotalMilliseconds, "ms"));
    }

    private async Task SoakAsync(ServerUnderTest server)
    {
        const int Parts = 4;
        var rate = options.Rate ?? (sustained ?? options.StartRate) / 2;
        var name = string.Create(CultureInfo.InvariantCulture, $"soak of {options.SoakSeconds:#,0} s at {rate:#,0}/min");
        var size = await database.ReadSizeAsync();
        Footprint($"{name}, before", server);
        for (var part = 1; part <= Parts; part++)
        {
            var outcome = await OpenLoop.RunAsync(rate / 60, TimeSpan.FromSeconds(options.SoakSeconds / Parts), _ => server.RunAsync("one"));
            var quarter = string.Create(CultureInfo.InvariantCulture, $"{name}, quarter {part}");
            Latency(quarter, outcome);
            Footprint(quarter, server);
            var grown = await database.ReadSizeAsync();
            report.Add(new Figure($"{quarter}, growth of the database per execution", (grown - size) / 1024.0 / outcome.Sent, "KiB"));
            size = grown;
        }

        await Task.Delay(Rest);
        Footprint($"{name}, half a minute later", server);
    }

    private void Footprint(string name, ServerUnderTest server)
    {
        report.Add(new Figure($"{name}, memory", server.ResidentMebibytes, "MiB"));
        report.Add(new Figure($"{name}, threads", server.Threads, ""));
        report.Add(new Figure($"{name}, handles", server.Handles, ""));
    }

    private static async Task ForgiveAsync(ServerUnderTest server)
    {
        try
        {
            await server.RunAsync("one");
        }
        catch (HttpRequestException)
        {
            // The server was killed, as intended.
        }
    }

    private sealed record BurstOutcome(int Accepted, int Refused, double PerSecond);
}

using System.Diagnostics;
using System.Globalization;
using Kestra.Load.Floors;
using Kestra.Load.Measuring;
using Kestra.Load.Servers;

namespace Kestra.Load.Workloads;

/// <summary>The measurements by name, in the order of a full run.</summary>
internal sealed class Measurements(LoadOptions options, Report report)
{
    private readonly TimeSpan duration = TimeSpan.FromSeconds(options.Seconds);

    public static IReadOnlyList<string> Names { get; } = ["floors", "start", "latency", "one", "ten", "each", "webhook", "shell", "recovery", "list", "schedules"];

    private double commitMilliseconds = double.NaN;
    private double rowsPerSecond = double.NaN;

    public async Task RunAsync(IReadOnlyCollection<string> chosen)
    {
        if (chosen.Contains("floors"))
        {
            await FloorsAsync();
        }

        await using var server = new ServerUnderTest(options.Program, Path.Combine(options.Folder, "kestra-bench-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        var started = await server.StartAsync();
        if (chosen.Contains("start"))
        {
            report.Add(new Figure("start to first 200", started.TotalMilliseconds, "ms"));
            await Task.Delay(2_000);
            report.Add(new Figure("memory idle", server.ResidentMebibytes, "MiB"));
        }

        await server.PutFlowAsync(Flows.OneTask);
        await server.PutFlowAsync(Flows.TenTasks);
        await WarmUpAsync(server);
        foreach (var (name, measure) in new (string, Func<ServerUnderTest, Task>)[]
        {
            ("latency", LatencyAsync), ("one", OneAsync), ("ten", TenAsync), ("each", EachAsync), ("webhook", WebhookAsync), ("shell", ShellAsync), ("recovery", RecoveryAsync), ("list", ListAsync), ("schedules", SchedulesAsync),
        })
        {
            if (chosen.Contains(name))
            {
                await measure(server);
            }
        }
    }

    private async Task FloorsAsync()
    {
        var (commits, rows, median) = CommitFloor.Measure(Path.Combine(options.Folder, "kestra-floor-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture)), TimeSpan.FromSeconds(3));
        (commitMilliseconds, rowsPerSecond) = (median, rows);
        report.Add(new Figure("floor: SQLite commits of one row", commits, "/s"));
        report.Add(new Figure("floor: SQLite rows in batches of 500", rows, "/s"));
        report.Add(new Figure("floor: SQLite commit, median", median, "ms"));
        var http = await HttpFloor.MeasureAsync(2_000, TimeSpan.FromSeconds(3), 1_500);
        report.Add(new Figure("floor: HTTP round trip at 2,000/s, p50", http.Latencies.Percentile(0.5), "ms"));
        report.Add(new Figure("floor: process spawn, median", await SpawnFloor.MeasureAsync(50), "ms"));
    }

    // The first seconds measure the compiler of the runtime, which a server that runs for months has behind it.
    private static async Task WarmUpAsync(ServerUnderTest server)
    {
        for (var round = 0; round < 20; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => server.RunAsync("one")));
        }

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => server.RunAsync("ten")));
    }

    private async Task LatencyAsync(ServerUnderTest server)
    {
        var outcome = await OpenLoop.RunAsync(1_000 / 60.0, duration, _ => server.RunAsync("one"));
        Latency("B1 at 1,000/min", outcome);
    }

    private async Task OneAsync(ServerUnderTest server)
    {
        var best = await SustainedAsync(server, "one", options.StartRate);
        report.Add(new Figure("B1 sustained with p99 < 250 ms", best.Outcome?.PerMinute ?? 0, "/min", rowsPerSecond * 60, "rows committed in batches"));
        if (best.Outcome is { } outcome)
        {
            Latency("B1 at that rate", outcome);
            report.Add(new Figure("processor per B1 execution", best.Processor.TotalMilliseconds / outcome.Sent, "ms"));
            report.Add(new Figure("memory at that rate", best.Mebibytes, "MiB"));
        }
    }

    private async Task TenAsync(ServerUnderTest server)
    {
        var latencies = new Latencies();
        for (var run = 0; run < 50; run++)
        {
            var began = Stopwatch.GetTimestamp();
            await server.RunAsync("ten");
            latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        report.Add(new Figure("B2 alone, p50", latencies.Percentile(0.5), "ms", commitMilliseconds, "one commit"));
        var best = await SustainedAsync(server, "ten", options.StartRate / 8);
        report.Add(new Figure("B2 sustained with p99 < 250 ms", best.Outcome?.PerMinute ?? 0, "/min"));
    }

    private async Task EachAsync(ServerUnderTest server)
    {
        foreach (var values in new[] { 100, 1_000, 10_000 })
        {
            await server.PutFlowAsync(Flows.ForEach(values));
            var latencies = new Latencies();
            for (var run = 0; run < (values == 100 ? 20 : 3); run++)
            {
                var began = Stopwatch.GetTimestamp();
                if (!await server.RunAsync($"each{values.ToString(CultureInfo.InvariantCulture)}"))
                {
                    throw new InvalidOperationException($"A ForEach of {values} failed.");
                }

                latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            report.Add(new Figure($"B3 ForEach of {values}, p50", latencies.Percentile(0.5), "ms"));
            report.Add(new Figure($"B3 ForEach of {values}, per iteration", latencies.Percentile(0.5) * 1000 / values, "µs"));
        }

        report.Add(new Figure("memory after ForEach of 10,000", server.ResidentMebibytes, "MiB"));
    }

    private async Task WebhookAsync(ServerUnderTest server)
    {
        await server.PutFlowAsync(Flows.Webhook);
        foreach (var kilobytes in new[] { 1.6, 16, 160 })
        {
            var item = """{"name":"widget","note":"0123456789012345678901234567890123456789"}""";
            var body = $$"""{"items":[{{string.Join(',', Enumerable.Repeat(item, Math.Max(1, (int)(kilobytes * 1000 / item.Length))))}}]}""";
            var rate = kilobytes > 100 ? 50 : kilobytes > 10 ? 200 : 500;
            var outcome = await OpenLoop.RunAsync(rate, duration / 2, async _ =>
            {
                using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
                using var response = await server.Client.PostAsync(new Uri("api/v1/main/executions/webhook/bench/hook/bench-key", UriKind.Relative), content);
                await response.Content.CopyToAsync(Stream.Null);
                return response.IsSuccessStatusCode;
            });
            Latency(string.Create(CultureInfo.InvariantCulture, $"B4 webhook of {kilobytes} KB accepted at {rate}/s"), outcome);
        }
    }

    private async Task ShellAsync(ServerUnderTest server)
    {
        await server.PutFlowAsync(Flows.Shell);
        var spawn = await SpawnFloor.MeasureAsync(30);
        var latencies = new Latencies();
        for (var run = 0; run < 30; run++)
        {
            var began = Stopwatch.GetTimestamp();
            await server.RunAsync("shell");
            latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        report.Add(new Figure("shell task, p50", latencies.Percentile(0.5), "ms", spawn, "process spawn"));
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

    private async Task ListAsync(ServerUnderTest server)
    {
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => server.RunAsync("one")));
        await server.StopAsync();
        var rows = ManyExecutions.Multiply(server.DatabaseFile, options.Rows);
        report.Add(new Figure($"start with {rows} executions stored", (await server.StartAsync()).TotalMilliseconds, "ms"));
        var now = DateTimeOffset.UtcNow;
        foreach (var (name, filter) in new[]
        {
            ("no filter", ""),
            ("by namespace", "filters[namespace][EQUALS]=bench"),
            ("by flow and state", "filters[namespace][EQUALS]=bench&filters[flowId][EQUALS]=one&filters[state][EQUALS]=SUCCESS"),
            ("failed of the last day", $"filters[state][EQUALS]=FAILED&filters[startDate][GREATER_THAN_OR_EQUAL_TO]={now.AddDays(-1).UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"),
            ("of the last day, newest first", $"filters[startDate][GREATER_THAN_OR_EQUAL_TO]={now.AddDays(-1).UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}&sort=state.startDate:desc"),
        })
        {
            var latencies = new Latencies();
            for (var run = 0; run < 50; run++)
            {
                var began = Stopwatch.GetTimestamp();
                _ = await server.Client.GetStringAsync(new Uri($"api/v1/main/executions/search?page={1 + (run % 3)}&size=50&{filter}", UriKind.Relative));
                latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            report.Add(new Figure($"list 50 of {rows} executions, {name}, p50", latencies.Percentile(0.5), "ms"));
            report.Add(new Figure($"list 50 of {rows} executions, {name}, p99", latencies.Percentile(0.99), "ms"));
        }
    }

    private async Task SchedulesAsync(ServerUnderTest server)
    {
        const int FlowCount = 1_000;
        var triggers = options.Schedules / FlowCount;
        for (var flow = 0; flow < FlowCount; flow += 50)
        {
            await Task.WhenAll(Enumerable.Range(flow, 50).Select(number => server.PutFlowAsync(Flows.Scheduled(number, triggers))));
        }

        report.Add(new Figure($"memory with {options.Schedules} schedules", server.ResidentMebibytes, "MiB"));
        await server.StopAsync();
        report.Add(new Figure($"start with {options.Schedules} schedules", (await server.StartAsync()).TotalMilliseconds, "ms"));
        var lateness = await Lateness.MeasureAsync(server, TimeSpan.FromSeconds(10));
        report.Add(new Figure("lateness of schedules, p50", lateness.Percentile(0.5), "ms"));
        report.Add(new Figure("lateness of schedules, p99", lateness.Percentile(0.99), "ms"));
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

    private async Task<Sustained> SustainedAsync(ServerUnderTest server, string flow, double startRate)
    {
        var best = new Sustained(null, TimeSpan.Zero, 0);
        var (good, bad) = (0.0, double.PositiveInfinity);
        for (var rate = options.Rate ?? startRate; bad / Math.Max(good, 1) > 1.15;)
        {
            var before = server.Processor;
            var outcome = await OpenLoop.RunAsync(rate / 60, duration, _ => server.RunAsync(flow));
            var holds = outcome.Failed == 0 && outcome.Latencies.Percentile(0.99) < 250;
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {flow} at {rate:0}/min: p50 {outcome.Latencies.Percentile(0.5):0.0} ms, p99 {outcome.Latencies.Percentile(0.99):0.0} ms, {outcome.Failed} failed"));
            if (holds)
            {
                good = rate;
                best = new Sustained(outcome, server.Processor - before, server.ResidentMebibytes);
            }
            else
            {
                bad = rate;
            }

            if (options.Rate is not null || (bad < 200 && good == 0))
            {
                break;
            }

            rate = double.IsInfinity(bad) ? rate * 1.5 : good == 0 ? rate / 2 : (good + bad) / 2;
        }

        return best;
    }

    private void Latency(string name, LoopOutcome outcome)
    {
        report.Add(new Figure($"{name}, p50", outcome.Latencies.Percentile(0.5), "ms", commitMilliseconds, "one commit"));
        report.Add(new Figure($"{name}, p95", outcome.Latencies.Percentile(0.95), "ms"));
        report.Add(new Figure($"{name}, p99", outcome.Latencies.Percentile(0.99), "ms"));
        if (outcome.Failed > 0)
        {
            report.Add(new Figure($"{name}, failed", outcome.Failed, ""));
        }
    }

    private sealed record Sustained(LoopOutcome? Outcome, TimeSpan Processor, double Mebibytes);
}

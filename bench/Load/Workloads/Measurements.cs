using System.Diagnostics;
using System.Globalization;
using Kestra.Load.Databases;
using Kestra.Load.Floors;
using Kestra.Load.Measuring;
using Kestra.Load.Servers;

namespace Kestra.Load.Workloads;

/// <summary>The measurements by name, in the order of a full run.</summary>
internal sealed partial class Measurements(LoadOptions options, BenchDatabase database, string folder, Report report)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private readonly TimeSpan duration = TimeSpan.FromSeconds(options.Seconds);

    public static IReadOnlyList<string> Names { get; } =
        ["floors", "start", "latency", "one", "overload", "ten", "each", "wide", "webhook", "shell", "recovery", "takeover", "soak", "flows", "list", "schedules"];

    private CommitFloor floor = new(double.NaN, double.NaN, double.NaN);

    /// <summary>Executions a minute that B1 was seen to sustain; null before it was measured.</summary>
    private double? sustained;

    public async Task RunAsync(IReadOnlyCollection<string> chosen)
    {
        if (chosen.Contains("floors"))
        {
            await FloorsAsync();
        }

        await using var server = new ServerUnderTest(options.Program, Path.Combine(folder, "server"), database);
        var first = await server.StartAsync();
        if (chosen.Contains("start"))
        {
            await StartAsync(server, first);
        }

        await server.PutFlowAsync(Flows.OneTask);
        await server.PutFlowAsync(Flows.TenTasks);
        await WarmUpAsync(server);
        foreach (var (name, measure) in new (string, Func<ServerUnderTest, Task>)[]
        {
            ("latency", LatencyAsync), ("one", OneAsync), ("overload", OverloadAsync), ("ten", TenAsync), ("each", EachAsync), ("wide", WideAsync), ("webhook", WebhookAsync), ("shell", ShellAsync),
            ("recovery", RecoveryAsync), ("takeover", TakeoverAsync), ("soak", SoakAsync), ("flows", ManyFlowsAsync), ("list", ListAsync), ("schedules", SchedulesAsync),
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
        floor = await database.MeasureFloorAsync(TimeSpan.FromSeconds(3));
        report.Add(new Figure("floor: commits of one row", floor.Commits, "/s"));
        report.Add(new Figure("floor: rows in batches of 500", floor.BatchedRows, "/s"));
        report.Add(new Figure("floor: commit of one row, median", floor.MedianMilliseconds, "ms"));
        var http = await HttpFloor.MeasureAsync(2_000, TimeSpan.FromSeconds(3), 1_500);
        report.Add(new Figure("floor: HTTP round trip at 2,000/s, p50", http.Latencies.Percentile(0.5), "ms"));
        report.Add(new Figure("floor: HTTP requests, load generator on the same machine", await HttpFloor.MeasureMostAsync(TimeSpan.FromSeconds(3), 1_500), "/s"));
        report.Add(new Figure("floor: process spawn, median", await SpawnFloor.MeasureAsync(50), "ms"));
    }

    // The first start creates the tables, which happens once in the life of an installation.
    private async Task StartAsync(ServerUnderTest server, TimeSpan first)
    {
        report.Add(new Figure("first start (creates the tables) to first 200", first.TotalMilliseconds, "ms"));
        await server.StopAsync();
        report.Add(new Figure("start to first 200", (await server.StartAsync()).TotalMilliseconds, "ms"));
        await Task.Delay(2_000);
        report.Add(new Figure("memory idle", server.ResidentMebibytes, "MiB"));
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
        var before = await StartWorkAsync(server);
        var outcome = await OpenLoop.RunAsync(1_000 / 60.0, duration, _ => server.RunAsync("one"));
        Latency("B1 at 1,000/min", outcome);
        await WorkAsync("B1 at 1,000/min", server, before, outcome.Sent);
    }

    private async Task OneAsync(ServerUnderTest server)
    {
        var best = await SustainedAsync("one", () => server.RunAsync("one"), options.StartRate);
        report.Add(new Figure("B1 sustained with p99 < 250 ms", best?.PerMinute ?? 0, "/min", floor.BatchedRows * 60, "rows committed in batches"));
        sustained = best?.PerMinute;
        if (best is not null)
        {
            Latency("B1 at that rate", best);
        }

        foreach (var rate in new[] { 20_000, 40_000 }.Where(rate => rate <= sustained * 1.02))
        {
            await AtRateAsync("B1", server, "one", rate);
        }
    }

    private async Task AtRateAsync(string workload, ServerUnderTest server, string flow, int rate)
    {
        var before = await StartWorkAsync(server);
        var outcome = await OpenLoop.RunAsync(rate / 60.0, duration, _ => server.RunAsync(flow));
        var name = string.Create(CultureInfo.InvariantCulture, $"{workload} at {rate:#,0}/min");
        Latency(name, outcome);
        await WorkAsync(name, server, before, outcome.Sent);
        report.Add(new Figure($"{name}, memory", server.ResidentMebibytes, "MiB"));
    }

    private async Task TenAsync(ServerUnderTest server)
    {
        await RepeatAsync("B2 alone, p50", 50, () => server.RunAsync("ten"), floor.MedianMilliseconds, "one commit");
        var best = await SustainedAsync("ten", () => server.RunAsync("ten"), options.StartRate / 4);
        report.Add(new Figure("B2 sustained with p99 < 250 ms", best?.PerMinute ?? 0, "/min"));
        await AtRateAsync("B2", server, "ten", 6_000);
    }

    private async Task EachAsync(ServerUnderTest server)
    {
        foreach (var values in new[] { 100, 1_000, 10_000 })
        {
            await server.PutFlowAsync(Flows.ForEach(values));
            var flow = $"each{values.ToString(CultureInfo.InvariantCulture)}";

            // The smallest is run more often before it counts: the others find compiled what it has compiled.
            for (var run = 0; run < (values == 100 ? 20 : 1); run++)
            {
                await server.RunAsync(flow);
            }

            var median = await RepeatAsync($"B3 ForEach of {values}, p50", values == 100 ? 20 : 3, () => server.RunAsync(flow));
            report.Add(new Figure($"B3 ForEach of {values}, per iteration", median * 1000 / values, "µs"));
            report.Add(new Figure($"B3 ForEach of {values}, most memory so far", server.PeakMebibytes, "MiB"));
        }

        report.Add(new Figure("memory after ForEach of 10,000", server.ResidentMebibytes, "MiB"));
        await Task.Delay(Rest);
        report.Add(new Figure("memory after ForEach of 10,000 and half a minute of rest", server.ResidentMebibytes, "MiB"));
    }

    private async Task WideAsync(ServerUnderTest server)
    {
        foreach (var (name, type) in new[] { ("sequential", "Sequential"), ("parallel", "Parallel") })
        {
            await server.PutFlowAsync(Flows.Wide(name, type, 1_000));
            await server.RunAsync(name);
            await RepeatAsync($"{type} of 1000, p50", 3, () => server.RunAsync(name));
        }
    }

    private async Task ShellAsync(ServerUnderTest server)
    {
        await server.PutFlowAsync(Flows.Shell);
        var spawn = await SpawnFloor.MeasureAsync(30);
        await RepeatAsync("shell task, p50", 30, () => server.RunAsync("shell"), spawn, "process spawn");
    }

    /// <returns>The median in milliseconds.</returns>
    private async Task<double> RepeatAsync(string name, int times, Func<Task<bool>> run, double? floor = null, string floorName = "")
    {
        var latencies = new Latencies();
        for (var number = 0; number < times; number++)
        {
            var began = Stopwatch.GetTimestamp();
            if (!await run())
            {
                throw new InvalidOperationException($"An execution failed: {name}.");
            }

            latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        report.Add(new Figure(name, latencies.Percentile(0.5), "ms", floor, floorName));
        return latencies.Percentile(0.5);
    }

    private async Task<LoopOutcome?> SustainedAsync(string name, Func<Task<bool>> send, double startRate)
    {
        LoopOutcome? best = null;
        var (good, bad) = (0.0, double.PositiveInfinity);
        for (var rate = options.Rate ?? startRate; bad / Math.Max(good, 1) > 1.15;)
        {
            var outcome = await OpenLoop.RunAsync(rate / 60, duration, _ => send());
            var holds = outcome.Failed == 0 && outcome.Latencies.Percentile(0.99) < 250;
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {name} at {rate:0}/min: p50 {outcome.Latencies.Percentile(0.5):0.0} ms, p99 {outcome.Latencies.Percentile(0.99):0.0} ms, {outcome.Failed} failed"));
            if (holds)
            {
                (good, best) = (rate, outcome);
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

    private async Task<(DatabaseWork? Database, TimeSpan Server)> StartWorkAsync(ServerUnderTest server) => (await database.ReadWorkAsync(), server.Processor);

    private async Task WorkAsync(string name, ServerUnderTest server, (DatabaseWork? Database, TimeSpan Server) before, int executions)
    {
        var processor = server.Processor - before.Server;
        report.Add(new Figure($"{name}, processor of the server per execution", processor.TotalMilliseconds / executions, "ms"));
        if (before.Database is null)
        {
            return;
        }

        var work = (await database.ReadWorkAsync())! - before.Database;
        report.Add(new Figure($"{name}, processor of server and database per execution", (processor + work.Processor).TotalMilliseconds / executions, "ms"));
        report.Add(new Figure($"{name}, transactions per execution", (double)work.Transactions / executions, ""));
        report.Add(new Figure($"{name}, rows written per execution", (double)work.RowWrites.Values.Sum() / executions, ""));
        foreach (var table in work.RowWrites.Where(table => table.Value >= executions / 2).OrderByDescending(static table => table.Value))
        {
            report.Add(new Figure($"{name}, of them in {table.Key}", (double)table.Value / executions, ""));
        }

        report.Add(new Figure($"{name}, WAL per execution", work.WalBytes / 1024.0 / executions, "KiB"));
    }

    private void Latency(string name, LoopOutcome outcome)
    {
        report.Add(new Figure($"{name}, p50", outcome.Latencies.Percentile(0.5), "ms", floor.MedianMilliseconds, "one commit"));
        report.Add(new Figure($"{name}, p95", outcome.Latencies.Percentile(0.95), "ms"));
        report.Add(new Figure($"{name}, p99", outcome.Latencies.Percentile(0.99), "ms"));
        if (outcome.Failed > 0)
        {
            report.Add(new Figure($"{name}, failed", outcome.Failed, ""));
        }
    }
}

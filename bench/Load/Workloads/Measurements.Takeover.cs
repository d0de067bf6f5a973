using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Kestra.Load.Measuring;
using Kestra.Load.Servers;

namespace Kestra.Load.Workloads;

/// <summary>Two processes on one database, of which one is killed under load.</summary>
internal sealed partial class Measurements
{
    // As many as the workers of two processes have slots: with more the figures would tell how long a full worker takes.
    private const int WaitingFlows = 32;

    private async Task TakeoverAsync(ServerUnderTest server)
    {
        if (!options.Postgres)
        {
            return;
        }

        for (var flow = 0; flow < WaitingFlows; flow++)
        {
            await server.PutFlowAsync(Flows.Waiting(flow));
        }

        await using var second = new ServerUnderTest(options.Program, Path.Combine(folder, "second"), database);
        await second.StartAsync();

        // By then the second has taken its share of the partitions, and the first has told its worker's jobs.
        await Task.Delay(5_000);
        var accepted = 0;
        await Task.WhenAll(Enumerable.Range(0, WaitingFlows).Select(async number =>
        {
            if (await server.BeginAsync("bench.waiting", $"waiting{number.ToString(CultureInfo.InvariantCulture)}"))
            {
                Interlocked.Increment(ref accepted);
            }
        }));
        var load = Task.WhenAll(Enumerable.Range(0, 2_000).Select(_ => ForgiveAsync(server)));
        await Task.Delay(300);
        var killed = DateTimeOffset.UtcNow;
        var began = Stopwatch.GetTimestamp();
        server.Kill();
        await second.AnswerAsync();
        while (await second.TryRunAsync("one") != RunOutcome.Succeeded)
        {
            await Task.Delay(10);
        }

        report.Add(new Figure("two processes, one killed under load, to the next execution done by the other", Stopwatch.GetElapsedTime(began).TotalMilliseconds, "ms"));
        await load;
        await ContinuationAsync(second, killed, accepted);
        await second.StopAsync();
        await server.StartAsync();
    }

    // Those of the process that died are among the accepted ones and are the last to move. What the other had moves on at once.
    private async Task ContinuationAsync(ServerUnderTest survivor, DateTimeOffset killed, int accepted)
    {
        var executions = await EndedAsync(survivor, accepted);
        var moved = new Latencies();
        foreach (var execution in executions.Where(execution => EndOf(execution) > killed))
        {
            moved.Add((ChangesOf(execution).Where(date => date > killed).Min() - killed).TotalMilliseconds);
        }

        report.Add(new Figure("two processes, one killed under load: executions that were under way", moved.Count, ""));
        report.Add(new Figure("two processes, one killed under load, until the last of them moved on, the dead process's own included", moved.Percentile(1), "ms"));
        report.Add(new Figure("two processes, one killed under load, until half of them had moved on", moved.Percentile(0.5), "ms"));
        report.Add(new Figure("two processes, one killed under load, until the last of them had ended, with up to a second of its own", (executions.Max(EndOf) - killed).TotalMilliseconds, "ms"));
        report.Add(new Figure("two processes, one killed under load: executions that did not succeed", executions.Count(static execution => execution.GetProperty("state").GetProperty("current").GetString() != "SUCCESS"), ""));
    }

    private static async Task<List<JsonElement>> EndedAsync(ServerUnderTest server, int wanted)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            using var answer = JsonDocument.Parse(await server.Client.GetStringAsync(new Uri("api/v1/main/executions/search?size=1000&filters[namespace][EQUALS]=bench.waiting", UriKind.Relative)));
            var executions = answer.RootElement.GetProperty("results").EnumerateArray().Select(static execution => execution.Clone()).ToList();
            if (executions.Count >= wanted && executions.TrueForAll(static execution => execution.GetProperty("state").TryGetProperty("endDate", out _)))
            {
                return executions;
            }

            if (Stopwatch.GetElapsedTime(began) > TimeSpan.FromMinutes(10))
            {
                throw new InvalidOperationException($"Of {wanted} executions that were accepted {executions.Count} exist, and some have not ended.");
            }

            await Task.Delay(100);
        }
    }

    private static DateTimeOffset EndOf(JsonElement execution) => execution.GetProperty("state").GetProperty("endDate").GetDateTimeOffset();

    private static IEnumerable<DateTimeOffset> ChangesOf(JsonElement execution) =>
        execution.GetProperty("taskRunList").EnumerateArray().Append(execution).SelectMany(static one => one.GetProperty("state").GetProperty("histories").EnumerateArray()).Select(static change => change.GetProperty("date").GetDateTimeOffset());
}

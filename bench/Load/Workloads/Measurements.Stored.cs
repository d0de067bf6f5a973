using System.Diagnostics;
using Kestra.Load.Measuring;
using Kestra.Load.Servers;

namespace Kestra.Load.Workloads;

/// <summary>What much that is stored costs.</summary>
internal sealed partial class Measurements
{
    private const int FlowsAtOnce = 50;

    private async Task ManyFlowsAsync(ServerUnderTest server)
    {
        for (var flow = 0; flow < options.FlowCount; flow += FlowsAtOnce)
        {
            await Task.WhenAll(Enumerable.Range(flow, Math.Min(FlowsAtOnce, options.FlowCount - flow)).Select(number => server.PutFlowAsync(Flows.Numbered(number))));
        }

        await server.StopAsync();
        report.Add(new Figure($"start with {options.FlowCount} flows stored", (await server.StartAsync()).TotalMilliseconds, "ms"));
        report.Add(new Figure($"memory with {options.FlowCount} flows stored", server.ResidentMebibytes, "MiB"));
    }

    private async Task ListAsync(ServerUnderTest server)
    {
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => server.RunAsync("one")));
        await server.StopAsync();
        var rows = await database.MultiplyExecutionsAsync(options.Rows);
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
            for (var run = 0; run < 100; run++)
            {
                var began = Stopwatch.GetTimestamp();
                _ = await server.Client.GetByteArrayAsync(new Uri($"api/v1/main/executions/search?page={1 + (run % 3)}&size=50&{filter}", UriKind.Relative));
                latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            report.Add(new Figure($"list 50 of {rows} executions, {name}, p50", latencies.Percentile(0.5), "ms"));
            report.Add(new Figure($"list 50 of {rows} executions, {name}, p99", latencies.Percentile(0.99), "ms"));
            report.Add(new Figure($"list 50 of {rows} executions, {name}, worst of 100, which counts them", latencies.Percentile(1), "ms"));
        }
    }

    private async Task SchedulesAsync(ServerUnderTest server)
    {
        const int FlowCount = 1_000;
        var triggers = options.Schedules / FlowCount;
        for (var flow = 0; flow < FlowCount; flow += FlowsAtOnce)
        {
            await Task.WhenAll(Enumerable.Range(flow, FlowsAtOnce).Select(number => server.PutFlowAsync(Flows.Scheduled(number, triggers))));
        }

        report.Add(new Figure($"memory after {options.Schedules} schedules were saved", server.ResidentMebibytes, "MiB"));
        await server.StopAsync();
        report.Add(new Figure($"start with {options.Schedules} schedules", (await server.StartAsync()).TotalMilliseconds, "ms"));
        var seconds = (int)Math.Ceiling(options.Seconds);
        var lateness = await Lateness.MeasureAsync(server, seconds, FlowCount / Flows.EverySecondEach);
        report.Add(new Figure($"memory with {options.Schedules} schedules, after a start", server.ResidentMebibytes, "MiB"));
        var timer = await Floors.TimerFloor.MeasureAsync(5);
        report.Add(new Figure("schedules: executions of dates that were due", lateness.Created.Count, "", lateness.Expected, "dates that were due"));
        report.Add(new Figure("schedules: date to creation, p50", lateness.Created.Percentile(0.5), "ms", timer.Percentile(0.5), "a program that waits for the second, p50"));
        report.Add(new Figure("schedules: date to creation, p99", lateness.Created.Percentile(0.99), "ms", timer.Percentile(1), "a program that waits for the second, worst of 5"));
        report.Add(new Figure("schedules: date to end of execution, p50", lateness.Ended.Percentile(0.5), "ms", floor.MedianMilliseconds, "one commit"));
        report.Add(new Figure("schedules: date to end of execution, p99", lateness.Ended.Percentile(0.99), "ms"));
    }
}

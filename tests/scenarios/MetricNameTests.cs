using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Kestra.Hosting.Liveness;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios;

/// <summary>Dashboards of Kestra find the meters that they ask for.</summary>
public sealed class MetricNameTests
{
    [Fact]
    public async Task Every_meter_of_schedulers_workers_and_executors_exists()
    {
        var names = new ConcurrentDictionary<string, byte>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) => names[instrument.Name] = 0;
        listener.Start();
        await using var server = await ScenarioServer.StartAsync(null, TestContext.Current.CancellationToken);
        // Made when the first worker is lost.
        server.Services.GetRequiredService<ILostWorkers>().ShouldNotBeNull();

        var wanted = File.ReadLines(Path.Combine(Recording.RepositoryRoot(), "tests", "contracts", "data", "metrics.csv")).Skip(1)
            .Select(static line => line.Split(','))
            .Where(static cells => cells.Length > 4 && cells[4] is "scheduler" or "worker" or "executor")
            .Select(static cells => cells[3])
            .Distinct()
            .ToList();

        wanted.Count.ShouldBeGreaterThan(35);
        wanted.Where(name => !names.ContainsKey(name)).ShouldBeEmpty();
    }
}

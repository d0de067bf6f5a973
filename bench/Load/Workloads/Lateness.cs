using System.Text.Json;
using Kestra.Load.Measuring;
using Kestra.Load.Servers;

namespace Kestra.Load.Workloads;

/// <summary>How long after its date a schedule's execution was created.</summary>
internal static class Lateness
{
    public static async Task<Latencies> MeasureAsync(ServerUnderTest server, TimeSpan duration)
    {
        var from = DateTimeOffset.UtcNow.AddSeconds(2);
        await Task.Delay(duration + TimeSpan.FromSeconds(2));
        var filter = $"filters[namespace][EQUALS]=bench.schedules&filters[startDate][GREATER_THAN_OR_EQUAL_TO]={from.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}";
        using var answer = JsonDocument.Parse(await server.Client.GetStringAsync(new Uri($"api/v1/main/executions/search?size=1000&{filter}", UriKind.Relative)));
        var latencies = new Latencies();
        foreach (var execution in answer.RootElement.GetProperty("results").EnumerateArray())
        {
            var due = execution.GetProperty("trigger").GetProperty("variables").GetProperty("date").GetDateTimeOffset();
            var created = execution.GetProperty("state").GetProperty("startDate").GetDateTimeOffset();
            latencies.Add((created - due).TotalMilliseconds);
        }

        return latencies;
    }
}

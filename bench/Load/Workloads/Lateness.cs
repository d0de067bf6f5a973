using System.Text.Json;
using Kestra.Load.Measuring;
using Kestra.Load.Servers;

namespace Kestra.Load.Workloads;

/// <summary>How late the dates of schedules are, each date within the time of the measurement.</summary>
/// <param name="Created">From the date to the creation of its execution.</param>
/// <param name="Ended">From the date to the end of its execution of one task.</param>
/// <param name="Expected">Dates within the time.</param>
internal sealed record Lateness(Latencies Created, Latencies Ended, int Expected)
{
    private const int PageSize = 1_000;

    /// <param name="everySecond">Schedules that are due each second.</param>
    public static async Task<Lateness> MeasureAsync(ServerUnderTest server, int seconds, int everySecond)
    {
        // What was missed while the server was down is caught up with first; it says nothing of how punctual the server is.
        await Task.Delay(TimeSpan.FromSeconds(3));
        var from = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
        await Task.Delay(TimeSpan.FromSeconds(seconds + 3));
        var lateness = new Lateness(new Latencies(), new Latencies(), seconds * everySecond);
        for (var page = 1; await AddPageAsync(server, page, from, from.AddSeconds(seconds), lateness) == PageSize; page++)
        {
        }

        return lateness;
    }

    private static async Task<int> AddPageAsync(ServerUnderTest server, int page, DateTimeOffset from, DateTimeOffset to, Lateness lateness)
    {
        var filter = $"filters[namespace][EQUALS]=bench.schedules&filters[startDate][GREATER_THAN_OR_EQUAL_TO]={from.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}";
        using var answer = JsonDocument.Parse(await server.Client.GetStringAsync(new Uri($"api/v1/main/executions/search?page={page}&size={PageSize}&{filter}", UriKind.Relative)));
        var results = answer.RootElement.GetProperty("results");
        foreach (var execution in results.EnumerateArray())
        {
            var due = execution.GetProperty("trigger").GetProperty("variables").GetProperty("date").GetDateTimeOffset();
            var state = execution.GetProperty("state");
            if (due >= from && due < to)
            {
                lateness.Created.Add((state.GetProperty("startDate").GetDateTimeOffset() - due).TotalMilliseconds);
                if (state.TryGetProperty("endDate", out var end))
                {
                    lateness.Ended.Add((end.GetDateTimeOffset() - due).TotalMilliseconds);
                }
            }
        }

        return results.GetArrayLength();
    }
}

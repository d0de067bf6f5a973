namespace Kestra.Hosting.Management;

/// <summary>Asks the indicators and builds the answer of the health endpoints.</summary>
internal static class HealthReport
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<(bool Up, Dictionary<string, object> Body)> BuildAsync(IEnumerable<IHealthIndicator> indicators, CancellationToken cancellationToken)
    {
        var up = true;
        var details = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var indicator in indicators)
        {
            var health = await CheckAsync(indicator, cancellationToken);
            up &= health.Up;
            details[indicator.Name] = Entry(health.Up, health.Details);
        }

        var body = Entry(up, null);
        body["details"] = details;
        return (up, body);
    }

    /// <summary>The process answers; more is not looked at, so nothing is said about how it is.</summary>
    public static Dictionary<string, object> Alive()
    {
        var body = Entry(up: true, new Dictionary<string, object>(StringComparer.Ordinal));
        body["status"] = "UNKNOWN";
        return body;
    }

    private static async Task<Health> CheckAsync(IHealthIndicator indicator, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            // One that blocks, or does not hear of its cancellation, does not keep the answer.
            return await Task.Run(() => indicator.CheckAsync(limit.Token), limit.Token).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new Health(false, new Dictionary<string, object>(StringComparer.Ordinal) { ["error"] = $"No answer within {Patience.TotalSeconds:0} seconds." });
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return new Health(false, new Dictionary<string, object>(StringComparer.Ordinal) { ["error"] = exception.Message });
        }
    }

    private static Dictionary<string, object> Entry(bool up, IReadOnlyDictionary<string, object>? details)
    {
        var entry = new Dictionary<string, object>(StringComparer.Ordinal) { ["name"] = "kestra", ["status"] = up ? "UP" : "DOWN" };
        if (details is not null)
        {
            entry["details"] = details;
        }

        return entry;
    }
}

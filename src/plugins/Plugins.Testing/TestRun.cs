using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Testing;

/// <summary>How a task's run ended, with all that it said.</summary>
public sealed record TestRun
{
    /// <summary>SUCCESS, FAILED, or what the task decided.</summary>
    public required StateType State { get; init; }

    /// <summary>As later tasks would see them: without keys whose value is null.</summary>
    public required IReadOnlyDictionary<string, object?> Outputs { get; init; }

    /// <summary>What the task threw; null when it ended well.</summary>
    public Exception? Failure { get; init; }

    public required IReadOnlyList<TestLog> Logs { get; init; }

    public required IReadOnlyList<TestMetric> Metrics { get; init; }

    /// <summary>The output of one name.</summary>
    /// <exception cref="KeyNotFoundException">The task gave none; the message lists what it gave and why it failed.</exception>
    public object? Output(string name) => Outputs.TryGetValue(name, out var value)
        ? value
        : throw new KeyNotFoundException($"There is no output '{name}'. Outputs: [{string.Join(", ", Outputs.Keys)}]. Failure: {Failure?.Message ?? "none"}");

    /// <summary>Messages of one level.</summary>
    public IEnumerable<string> Messages(LogLevel level) => Logs.Where(log => log.Level == level).Select(static log => log.Message);

    /// <summary>Runs a task as a worker would.</summary>
    /// <param name="context">Null is an empty one.</param>
    public static async Task<TestRun> OfAsync(IRunnableTask task, TestRunContext? context = null, CancellationToken cancellationToken = default)
    {
        var used = context ?? new TestRunContext();
        try
        {
            var result = await task.RunAsync(used, cancellationToken);
            return Ended(used, result.State ?? StateType.SUCCESS, result.Outputs, null);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Ended(used, StateType.FAILED, (error as TaskFailedException)?.Outputs, error);
        }
        finally
        {
            if (context is null)
            {
                used.Dispose();
            }
        }
    }

    private static TestRun Ended(TestRunContext context, StateType state, IReadOnlyDictionary<string, object?>? outputs, Exception? failure)
    {
        var kept = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in outputs ?? new OrderedDictionary<string, object?>())
        {
            if (value is not null)
            {
                kept[key] = value;
            }
        }

        return new TestRun { State = state, Outputs = kept, Failure = failure, Logs = context.Logs, Metrics = context.RecordedMetrics };
    }
}

public sealed record TestLog(LogLevel Level, string Message);

/// <param name="Value">Of a timer, milliseconds.</param>
public sealed record TestMetric(MetricType Type, string Name, double Value, IReadOnlyDictionary<string, string> Tags);

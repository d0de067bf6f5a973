using System.Globalization;
using System.Text.Json;
using Kestra.Expressions;
using Kestra.Model.Durations;
using Kestra.Model.Logs;
using NodaTime;

namespace Kestra.Plugins.Scripts.Running;

/// <summary>
/// What scripts say in their output: a line <c>::{…}::</c> carries outputs, metrics and log entries; any other line is a log
/// entry, at INFO, or at ERROR when it comes from standard error.
/// </summary>
internal sealed class OutputProtocol(IRunContext context)
{
    /// <summary>Characters of all messages together; outputs are kept in memory until the task ends.</summary>
    public const long MessageCharacters = 32L * 1024 * 1024;

    private long characters;

    /// <summary>The outputs so far; of two with one name the later.</summary>
    public OrderedDictionary<string, object?> Outputs { get; } = new(StringComparer.Ordinal);

    /// <summary>More was said than can be kept, and was dropped.</summary>
    public bool Overflowed => characters > MessageCharacters;

    public void Take(string line, bool isError)
    {
        if (line.StartsWith("::{", StringComparison.Ordinal) && line.EndsWith("}::", StringComparison.Ordinal) && line.Length >= 6)
        {
            characters += line.Length;
            if (!Overflowed)
            {
                Message(line[2..^2]);
            }
        }
        else
        {
            context.Logger.Log(isError ? LogLevel.ERROR : LogLevel.INFO, line);
        }
    }

    private void Message(string json)
    {
        IReadOnlyDictionary<string, object?> message;
        try
        {
            using var document = JsonDocument.Parse(json, Model.Json.ModelJson.DocumentOptions);
            message = (IReadOnlyDictionary<string, object?>)Model.Json.ModelJson.ReadValue(document.RootElement)!;
            AddOutputs(message.GetValueOrDefault("outputs"));
            AddMetrics(message.GetValueOrDefault("metrics"));
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            context.Logger.Warn($"Invalid outputs '{error.Message}'");
            return;
        }

        AddLogs(message.GetValueOrDefault("logs"));
    }

    private void AddOutputs(object? outputs)
    {
        switch (outputs)
        {
            case null:
                return;
            case IReadOnlyDictionary<string, object?> map:
                foreach (var (name, value) in map)
                {
                    Outputs[name] = value;
                }

                return;
            default:
                throw new FormatException("'outputs' is not a map");
        }
    }

    private void AddMetrics(object? metrics)
    {
        foreach (var item in List(metrics, "metrics"))
        {
            var metric = item as IReadOnlyDictionary<string, object?> ?? throw new FormatException("a metric is not a map");
            var name = metric.GetValueOrDefault("name") as string ?? throw new FormatException("a metric has no name");
            var value = metric.GetValueOrDefault("value") ?? throw new FormatException($"the metric '{name}' has no value");
            var tags = Tags(metric.GetValueOrDefault("tags"));
            switch (metric.GetValueOrDefault("type") as string)
            {
                // A gauge is kept as what the database knows: a number of the moment.
                case "counter" or "gauge":
                    context.Metrics.Counter(name, Number(value, name), tags);
                    break;
                case "timer":
                    context.Metrics.Timer(name, value is string text ? IsoDuration.Parse(text) : Duration.FromSeconds(Number(value, name)), tags);
                    break;
                default:
                    throw new FormatException($"the metric '{name}' must be a counter, timer or gauge");
            }
        }
    }

    private void AddLogs(object? logs)
    {
        if (logs is not null and not IReadOnlyList<object?>)
        {
            context.Logger.Warn($"Invalid log '{ValueJson.Write(logs)}'");
            return;
        }

        foreach (var entry in (logs as IReadOnlyList<object?>) ?? [])
        {
            if (entry is IReadOnlyDictionary<string, object?> map && map.GetValueOrDefault("message") is { } message && Level(map.GetValueOrDefault("level")) is { } level)
            {
                context.Logger.Log(level, ValueConversion.ToText(message));
            }
            else
            {
                context.Logger.Warn($"Invalid log '{ValueJson.Write(entry)}'");
            }
        }
    }

    private static LogLevel? Level(object? level) =>
        level is null ? LogLevel.INFO : Enum.TryParse<LogLevel>(ValueConversion.ToText(level), ignoreCase: false, out var known) && Enum.IsDefined(known) ? known : null;

    private static IReadOnlyList<object?> List(object? value, string name) => value switch
    {
        null => [],
        IReadOnlyList<object?> list => list,
        _ => throw new FormatException($"'{name}' is not a list"),
    };

    private static double Number(object value, string name) =>
        ValueConversion.IsNumber(value) ? ValueConversion.ToDouble(value)
        : double.TryParse(ValueConversion.ToText(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FormatException($"the value of the metric '{name}' is not a number");

    private static KeyValuePair<string, string>[] Tags(object? tags) => tags is IReadOnlyDictionary<string, object?> map
        ? [.. map.Select(static tag => KeyValuePair.Create(tag.Key, ValueConversion.ToText(tag.Value)))]
        : [];
}

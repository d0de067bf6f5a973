using System.Text.Json;
using Kestra.Expressions;
using Kestra.Model.Durations;
using Kestra.Plugins.Tasks;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Plugins.Core.Kv;

/// <summary>The types that a value can be stored as.</summary>
public enum KvType { STRING, NUMBER, BOOLEAN, DATETIME, DATE, DURATION, JSON }

/// <summary>Stores a value under a key.</summary>
[Plugin("io.kestra.plugin.core.kv.Set", Title = "Create or modify a key-value pair.")]
public sealed class Set : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? Key { get; init; }

    /// <summary>An expression keeps the type of what it gives.</summary>
    [PluginProperty(Required = true, Shape = typeof(string))]
    public Property<object>? Value { get; init; }

    public Property<string>? KvDescription { get; init; }

    public Property<string> Namespace { get; init; } = Property.Of<string>("{{ flow.namespace }}");

    /// <summary>When false, a key that exists already is a failure.</summary>
    public Property<bool> Overwrite { get; init; } = Property.Of<bool>(true);

    /// <summary>How long the value can be read.</summary>
    public Property<Duration>? Ttl { get; init; }

    /// <summary>What a text is stored as; without it, it stays a text.</summary>
    public Property<KvType>? KvType { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var value = Typed(Value!.Render(context), KvType?.Render(context));
        var timeToLive = Ttl is null ? (Duration?)null : Ttl.Render(context);
        await context.KeyValues(Namespace.Or(context, context.Namespace))
            .PutAsync(Key.Required(context, "key"), value, KvDescription?.Render(context), timeToLive, Overwrite.Or(context, true), cancellationToken);
        return TaskResult.Empty;
    }

    private static object? Typed(object? value, KvType? type) => (value, type) switch
    {
        (_, null) => value,
        (not string, Kv.KvType.STRING) => ValueConversion.ToText(value),
        (string text, Kv.KvType.NUMBER) => Json(text) is { } number && ValueConversion.IsNumber(number) ? number : throw new TaskFailedException($"'{text}' is not a number"),
        (string text, Kv.KvType.BOOLEAN) => text.Equals("true", StringComparison.OrdinalIgnoreCase),
        (string text, Kv.KvType.DATETIME) => Moment(text),
        (string text, Kv.KvType.DATE) => Moment(text).InUtc().Date,
        (string text, Kv.KvType.DURATION) => IsoDuration.Parse(text),
        (string text, Kv.KvType.JSON) => Json(text),
        _ => value,
    };

    private static Instant Moment(string text) =>
        InstantPattern.ExtendedIso.Parse(text) is { Success: true, Value: var instant } ? instant
            : throw new TaskFailedException($"Text '{text}' could not be parsed as a date with time in UTC, like 2024-01-02T00:00:00Z");

    private static object? Json(string text)
    {
        try
        {
            return ValueJson.ReadFirst(text);
        }
        catch (JsonException error)
        {
            throw new TaskFailedException($"'{text}' is not JSON: {error.Message}", inner: error);
        }
    }
}

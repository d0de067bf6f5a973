using Kestra.Expressions;
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

    [PluginProperty(Required = true)]
    public Property<object>? Value { get; init; }

    public Property<string>? KvDescription { get; init; }

    public Property<string>? Namespace { get; init; }

    public Property<bool> Overwrite { get; init; } = Property.Of<bool>(true);

    public Property<Duration>? Ttl { get; init; }

    public Property<KvType>? KvType { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var store = context.KeyValues(Namespace?.Render(context));
        var value = Typed(Value!.Render(context), KvType is null ? null : KvType.Render(context));
        var ttl = Ttl is null ? (Duration?)null : Ttl.Render(context);
        await store.PutAsync(Key.Required(context, "key"), value, KvDescription?.Render(context), ttl, Overwrite.Or(context, true), cancellationToken);
        return TaskResult.Empty;
    }

    private static object? Typed(object? value, KvType? type)
    {
        if (value is null || type is null)
        {
            return value;
        }

        var text = ValueConversion.ToText(value);
        return type switch
        {
            Kv.KvType.NUMBER => ValueConversion.IsNumber(value) ? value : ValueJson.ReadFirst(text),
            Kv.KvType.BOOLEAN => PropertyConversion.To<bool>(value),
            Kv.KvType.DATETIME => OffsetDateTimePattern.ExtendedIso.Parse(text) is { Success: true, Value: var date } ? date.ToInstant() : throw new TaskFailedException($"'{text}' is not a date with time and offset"),
            Kv.KvType.DATE => LocalDatePattern.Iso.Parse(text) is { Success: true, Value: var day } ? day : throw new TaskFailedException($"'{text}' is not a date"),
            Kv.KvType.DURATION => Model.Durations.IsoDuration.Parse(text),
            Kv.KvType.JSON => value is string ? ValueJson.ReadFirst(text) : value,
            _ => text,
        };
    }
}

/// <summary>Reads the value of a key.</summary>
[Plugin("io.kestra.plugin.core.kv.Get", Title = "Get the value of a key.")]
public sealed class Get : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? Key { get; init; }

    public Property<string>? Namespace { get; init; }

    public Property<bool> ErrorOnMissing { get; init; } = Property.Of<bool>(false);

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var (key, @namespace) = (Key.Required(context, "key"), Namespace?.Render(context) ?? context.Namespace);
        var store = context.KeyValues(@namespace);
        if (await store.ExistsAsync(key, cancellationToken))
        {
            return new TaskResult(new OrderedDictionary<string, object?> { ["value"] = await store.GetAsync(key, cancellationToken) });
        }

        return ErrorOnMissing.Or(context, false)
            ? throw new TaskFailedException($"No value found for key '{key}' in namespace '{@namespace}' and `errorOnMissing` is set to true")
            : TaskResult.Empty;
    }
}

/// <summary>Lists the keys of a namespace.</summary>
[Plugin("io.kestra.plugin.core.kv.GetKeys", Title = "Get keys matching a given prefix.")]
public sealed class GetKeys : IRunnableTask
{
    public Property<string>? Prefix { get; init; }

    public Property<string>? Namespace { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var prefix = Prefix?.Render(context) ?? "";
        var keys = await context.KeyValues(Namespace?.Render(context)).ListAsync(cancellationToken);
        return new TaskResult(new OrderedDictionary<string, object?> { ["keys"] = keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Select(key => (object?)key).ToList() });
    }
}

/// <summary>Removes a key.</summary>
[Plugin("io.kestra.plugin.core.kv.Delete", Title = "Delete a KV pair.")]
public sealed class Delete : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? Key { get; init; }

    public Property<string>? Namespace { get; init; }

    public Property<bool> ErrorOnMissing { get; init; } = Property.Of<bool>(false);

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var (key, @namespace) = (Key.Required(context, "key"), Namespace?.Render(context) ?? context.Namespace);
        var deleted = await context.KeyValues(@namespace).DeleteAsync(key, cancellationToken);
        return deleted || !ErrorOnMissing.Or(context, false)
            ? new TaskResult(new OrderedDictionary<string, object?> { ["deleted"] = deleted })
            : throw new TaskFailedException($"No value found for key '{key}' in namespace '{@namespace}' and `errorOnMissing` is set to true");
    }
}

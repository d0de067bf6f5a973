using Kestra.Model.Durations;
using NodaTime;

namespace Kestra.Model.Flows.Reading;

/// <summary>Retries and their rules (§7.3 of the model).</summary>
internal static class RetryReader
{
    /// <summary>The property <c>retry</c> of a flow or a task.</summary>
    public static RetryDefinition? Of(RawMap owner) => owner.Value("retry") switch
    {
        null => null,
        IReadOnlyDictionary<string, object?> raw => Read(raw, owner.PlaceOf("retry"), owner.Scope),
        var value => Refused(owner, value),
    };

    public static RetryDefinition? Read(IReadOnlyDictionary<string, object?> raw, FaultPlace place, ReadingScope scope)
    {
        var name = raw.GetValueOrDefault("type") is { } written ? RawMap.TextOf(written) : null;
        if (name is null || !Constants.TryRead<RetryType>(name, out var type))
        {
            scope.Faults.Add(place.Fault(ShapeText.UnknownType(name), FaultKind.UnknownType, $"one of {string.Join(", ", Enum.GetNames<RetryType>())}"));
            return null;
        }

        var map = new RawMap(raw, place, ClassNames.RetryOf(type), scope);
        map.Value("type");
        var retry = new RetryDefinition
        {
            Type = type,
            MaxDuration = map.Duration("maxDuration"),
            MaxAttempts = map.Number("maxAttempts") ?? map.Number("maxAttempt"),
            WarningOnRetry = map.Flag("warningOnRetry", false, "java.lang.Boolean"),
            Behavior = map.Enum<RetryBehavior>("behavior", $"{ClassNames.Retry}$Behavior") ?? RetryBehavior.RETRY_FAILED_TASK,
            Interval = type is RetryType.random ? null : map.Duration("interval"),
            MaxInterval = type is RetryType.constant ? null : map.Duration("maxInterval"),
            DelayFactor = type is RetryType.exponential ? map.Fraction("delayFactor") : null,
            MinInterval = type is RetryType.random ? map.Duration("minInterval") : null,
        };
        map.Value("maxAttempt");
        Check(map, retry);
        map.NoMore(ClassNames.RetryProperties(type));
        return retry;
    }

    private static RetryDefinition? Refused(RawMap owner, object value)
    {
        owner.Unreadable(owner.PlaceOf("retry"), ShapeText.NoObject(ClassNames.Retry, value));
        return null;
    }

    private static void Check(RawMap map, RetryDefinition retry)
    {
        Required(map, retry.Type is not RetryType.random, "interval");
        Required(map, retry.Type is RetryType.random, "minInterval");
        Required(map, retry.Type is not RetryType.constant, "maxInterval");
        if (retry.MaxAttempts is < 1)
        {
            map.Broken("maxAttempts", "must be greater than or equal to 1");
        }

        if (Disorder(retry) is { } disorder)
        {
            map.Broken("", disorder);
        }
    }

    // Only the first is told, as clients know it.
    private static string? Disorder(RetryDefinition retry) => retry.Type switch
    {
        RetryType.constant => Longer("interval", retry.Interval, "maxDuration", retry.MaxDuration),
        RetryType.exponential => Longer("interval", retry.Interval, "maxDuration", retry.MaxDuration) ?? Longer("interval", retry.Interval, "maxInterval", retry.MaxInterval),
        _ => Longer("minInterval", retry.MinInterval, "maxDuration", retry.MaxDuration)
            ?? Longer("maxInterval", retry.MaxInterval, "maxDuration", retry.MaxDuration)
            ?? Longer("minInterval", retry.MinInterval, "maxInterval", retry.MaxInterval),
    };

    private static string? Longer(string name, Duration? duration, string bound, Duration? most) =>
        duration > most ? $"'{name}' must be less than '{bound}' but is {IsoDuration.Format(duration.Value)}" : null;

    private static void Required(RawMap map, bool applies, string name)
    {
        if (applies && map.Raw.GetValueOrDefault(name) is null or "")
        {
            map.Broken(name, "must not be null");
        }
    }
}

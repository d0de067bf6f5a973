using System.Numerics;

namespace Kestra.Jq.Values;

/// <summary>The kinds of values, in the order in which they sort.</summary>
internal enum ValueKind
{
    Null,
    False,
    True,
    Number,
    Text,
    Array,
    Object,
}

internal static class ValueKinds
{
    /// <exception cref="JqException">The value is none that JSON knows.</exception>
    public static ValueKind Of(object? value) => value switch
    {
        null => ValueKind.Null,
        string => ValueKind.Text,
        int or double or long => ValueKind.Number,
        bool truth => truth ? ValueKind.True : ValueKind.False,
        IReadOnlyDictionary<string, object?> => ValueKind.Object,
        IReadOnlyList<object?> => ValueKind.Array,
        BigInteger or decimal or float => ValueKind.Number,
        _ => throw JqException.Runtime($"a value of type {value.GetType().Name} is not JSON"),
    };

    /// <summary>The name of the kind as programs see it.</summary>
    public static string Name(object? value) => Of(value) switch
    {
        ValueKind.Null => "null",
        ValueKind.False or ValueKind.True => "boolean",
        ValueKind.Number => "number",
        ValueKind.Text => "string",
        ValueKind.Array => "array",
        _ => "object",
    };

    public static bool IsNumber(object? value) => value is int or double or long or BigInteger or decimal or float;

    /// <summary>Everything is true except null and false.</summary>
    public static bool IsTrue(object? value) => value is not (null or false);
}

using System.Text.Json;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Tests;

/// <summary>The tests after <c>is</c>.</summary>
internal static class ValueTests
{
    private static readonly Dictionary<string, ValueTest> All = new(StringComparer.Ordinal)
    {
        ["defined"] = new(static value => value is not null),
        ["null"] = new(static value => value is null),
        ["empty"] = new(IsEmpty),
        ["even"] = new(static value => Parity(value, "even") == 0),
        ["odd"] = new(static value => Parity(value, "odd") != 0),
        ["iterable"] = new(static value => value is IReadOnlyCollection<object?>),
        ["map"] = new(static value => value is IReadOnlyDictionary<string, object?>),
        ["json"] = new(IsJson),
    };

    public static ValueTest? Find(string name) => All.GetValueOrDefault(name);

    public static IEnumerable<string> Names => All.Keys;

    public static bool IsEmpty(object? value) => value switch
    {
        null => true,
        string text => string.IsNullOrWhiteSpace(text),
        IReadOnlyDictionary<string, object?> map => map.Count == 0,
        StringArray => false,
        IReadOnlyCollection<object?> items => items.Count == 0,
        _ => false,
    };

    private static long Parity(object? value, string name) => value switch
    {
        int number => number % 2,
        long number => number % 2,
        null => throw new EvaluationException($"Can not pass null value to \"{name}\" test."),
        _ => throw new ConversionException($"{ClassNames.Of(value)} cannot be tested for {name}"),
    };

    private static bool IsJson(object? value)
    {
        if (value is not string text)
        {
            throw new ConversionException($"{ClassNames.Of(value)} cannot be cast to class java.lang.String");
        }

        try
        {
            _ = text.Length == 0 ? null : ValueJson.ReadFirst(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

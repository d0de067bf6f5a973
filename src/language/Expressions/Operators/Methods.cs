using System.Numerics;
using System.Text;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Filters;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>The harmless ones of the methods that the original's values have: a closed list by type and name.</summary>
internal static class Methods
{
    private static readonly object None = new();

    /// <summary>A member without arguments: <c>text.length</c>, <c>list.size</c>, <c>entry.key</c>.</summary>
    public static bool TryGet(object value, string name, out object? found)
    {
        found = value switch
        {
            string text => OfText(text, name),
            SafeString safe => OfText(safe.Text, name),
            MapEntry entry => name switch { "key" or "getKey" => entry.Key, "value" or "getValue" => entry.Value, _ => None },
            LoopValue loop => OfLoop(loop, name),
            bool flag => name switch { "toString" => ValueText.Java(flag), "booleanValue" => flag, "hashCode" => ValueIdentity.JavaHash(flag), _ => None },
            StringArray => None,
            IReadOnlyCollection<object?> items => OfItems(items, name),
            _ when ValueConversion.IsNumber(value) => OfNumber(value, name),
            char character => name is "toString" ? character.ToString() : None,
            _ => None,
        };
        return !ReferenceEquals(found, None) || Fail(out found);
    }

    /// <summary>A call with parentheses.</summary>
    public static bool TryCall(Frame frame, object value, string name, object?[] arguments, out object? result)
    {
        result = value switch
        {
            HashMapValue map => OfTypedMap(map, name, arguments),
            IReadOnlyDictionary<string, object?> map => OfMap(map, name, arguments),
            string text when arguments.Length > 0 => OfText(frame, text, name, arguments),
            IReadOnlyList<object?> list and not StringArray when arguments.Length > 0 => OfList(frame, list, name, arguments),
            ContextValue => throw new ConversionException("The context has no methods"),
            _ => None,
        };
        return !ReferenceEquals(result, None) || (arguments.Length == 0 && value is not IReadOnlyDictionary<string, object?> ? TryGet(value, name, out result) : Fail(out result));
    }

    private static bool Fail(out object? found)
    {
        found = null;
        return false;
    }

    private static object? OfText(string text, string name) => name switch
    {
        "length" => text.Length,
        "empty" or "isEmpty" => text.Length == 0,
        "blank" or "isBlank" => string.IsNullOrWhiteSpace(text),
        "toUpperCase" => text.ToUpperInvariant(),
        "toLowerCase" => text.ToLowerInvariant(),
        "trim" => text.Trim(TextFilters.TrimmedCharacters),
        "strip" => text.Trim(),
        "bytes" or "getBytes" => Encoding.UTF8.GetBytes(text),
        "hashCode" => ValueIdentity.JavaHash(text),
        "toString" or "intern" => text,
        _ => None,
    };

    private static object? OfText(Frame frame, string text, string name, object?[] arguments) => (name, arguments) switch
    {
        ("startsWith", [string part]) => text.StartsWith(part, StringComparison.Ordinal),
        ("endsWith", [string part]) => text.EndsWith(part, StringComparison.Ordinal),
        ("contains", [string part]) => text.Contains(part, StringComparison.Ordinal),
        ("indexOf", [string part]) => text.IndexOf(part, StringComparison.Ordinal),
        ("lastIndexOf", [string part]) => text.LastIndexOf(part, StringComparison.Ordinal),
        ("equals", [var other]) => Equality.Exact(text, other),
        ("equalsIgnoreCase", [string other]) => string.Equals(text, other, StringComparison.OrdinalIgnoreCase),
        ("concat", [string other]) => Concatenation.Of(frame, text, other),
        ("compareTo", [string other]) => string.CompareOrdinal(text, other),
        ("replace", [string from, string to]) => Replacement.Of(frame, text, from, to),
        ("replaceAll", [string pattern, string to]) => JavaRegex.ReplaceAll(text, pattern, to, frame.Options),
        ("matches", [string pattern]) => JavaRegex.Matches(text, pattern, frame.Options),
        ("split", [string pattern]) => new StringArray(JavaRegex.Split(text, pattern, 0, frame.Options)),
        _ => None,
    };

    private static object? OfLoop(LoopValue loop, string name) => name switch
    {
        "index" or "getIndex" => loop.Index,
        "revindex" or "getRevindex" => loop.Remaining,
        "length" or "getLength" => loop.Length,
        "first" or "isFirst" => loop.IsFirst,
        "last" or "isLast" => loop.IsLast,
        _ => None,
    };

    private static object? OfItems(IReadOnlyCollection<object?> items, string name) => name switch
    {
        "size" => items.Count,
        "empty" or "isEmpty" => items.Count == 0,
        "first" or "getFirst" when items is IReadOnlyList<object?> { Count: > 0 } list => list[0],
        "last" or "getLast" when items is IReadOnlyList<object?> { Count: > 0 } list => list[^1],
        "toString" => ValueText.Java(items),
        "hashCode" => ValueIdentity.JavaHash(items),
        _ => None,
    };

    private static object? OfNumber(object number, string name) => name switch
    {
        "intValue" => unchecked((int)ValueConversion.ToLong(number)),
        "longValue" => ValueConversion.ToLong(number),
        "doubleValue" => ValueConversion.ToDouble(number),
        "floatValue" => (float)ValueConversion.ToDouble(number),
        "toString" => ValueText.Java(number),
        "hashCode" => ValueIdentity.JavaHash(number),
        "isNaN" or "naN" when number is double or float => double.IsNaN(ValueConversion.ToDouble(number)),
        "isInfinite" or "infinite" when number is double or float => double.IsInfinity(ValueConversion.ToDouble(number)),
        "signum" when number is BigInteger big => big.Sign,
        _ => None,
    };

    private static object? OfMap(IReadOnlyDictionary<string, object?> map, string name, object?[] arguments) => (name, arguments) switch
    {
        ("size", []) => map.Count,
        ("isEmpty", []) => map.Count == 0,
        ("keySet", []) => new ValueCollection([.. map.Keys], isSet: true),
        ("values", []) => new ValueCollection([.. map.Values], isSet: false),
        ("entrySet", []) => new ValueCollection([.. map.Select(static pair => new MapEntry(pair.Key, pair.Value))], isSet: true),
        ("toString", []) => ValueText.Java(map),
        ("get", [var key]) => key is string name1 && map.TryGetValue(name1, out var value) ? value : null,
        ("containsKey", [var key]) => key is string name2 && map.ContainsKey(name2),
        ("containsValue", [var wanted]) => map.Values.Any(item => Equality.Exact(item, wanted)),
        ("getOrDefault", [var key, var other]) => key is string name3 && map.TryGetValue(name3, out var value) ? value : other,
        _ => None,
    };

    private static object? OfTypedMap(HashMapValue map, string name, object?[] arguments) => (name, arguments) switch
    {
        ("keySet", []) => new ValueCollection([.. map.Entries.Select(static entry => entry.Key)], isSet: true),
        ("entrySet", []) => new ValueCollection([.. map.Entries], isSet: true),
        ("get", [var key]) => map.TryGetExact(key, out var value) ? value : null,
        ("containsKey", [var key]) => map.TryGetExact(key, out _),
        ("getOrDefault", [var key, var other]) => map.TryGetExact(key, out var value) ? value : other,
        _ => OfMap(map, name, arguments),
    };

    private static object? OfList(Frame frame, IReadOnlyList<object?> list, string name, object?[] arguments)
    {
        switch (name, arguments)
        {
            case ("contains", [var wanted]):
                return list.Any(item => Equality.Exact(item, wanted));
            case ("indexOf", [var wanted]):
                return list.TakeWhile(item => !Equality.Exact(item, wanted)).Count() is var index && index < list.Count ? index : -1;
            case ("add", [var item]):
                frame.Change(list, copy => copy.Add(item));
                return true;
            default:
                return None;
        }
    }
}

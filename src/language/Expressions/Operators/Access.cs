using System.Globalization;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>Attributes, keys and indexes. A closed list: nothing is looked up by reflection.</summary>
internal static class Access
{
    public static bool TryGet(object value, object? key, out object? found)
    {
        switch (value)
        {
            case HashMapValue map:
                return TryGetTyped(map, key, out found);
            case IReadOnlyDictionary<string, object?> map:
                return TryGetEntry(map, key, out found);
            case StringArray array:
                return TryGetItem(array, key, out found);
            case IReadOnlyList<object?> list:
                return TryGetItem(list, key, out found) || TryGetMember(value, key, out found);
            case BeanValue bean:
                found = null;
                return key is string attribute && bean.Attributes.TryGetValue(attribute, out found);
            case ContextValue:
                throw new ConversionException("The context has no attributes");
            default:
                return TryGetMember(value, key, out found);
        }
    }

    /// <summary>The method behind a name that would lead out of the language; null for all others.</summary>
    public static string? Denied(object value, string? name) => name switch
    {
        "getClass" or "class" when value is not IReadOnlyDictionary<string, object?> || name == "getClass" => "public final native java.lang.Class java.lang.Object.getClass()",
        "wait" => "public final void java.lang.Object.wait() throws java.lang.InterruptedException",
        "notify" => "public final native void java.lang.Object.notify()",
        "notifyAll" => "public final native void java.lang.Object.notifyAll()",
        _ => null,
    };

    private static bool TryGetEntry(IReadOnlyDictionary<string, object?> map, object? key, out object? found) => key switch
    {
        string name => map.TryGetValue(name, out found),
        null => throw new ConversionException("A map has no null key"),
        _ when ValueConversion.IsNumber(key) => throw WrongKey("java.lang.String", key, map.Count),
        // A key of another type equals no text.
        _ => Nothing(out found),
    };

    // A number becomes a number of the type of the first key.
    private static bool TryGetTyped(HashMapValue map, object? key, out object? found)
    {
        if (key is null || !ValueConversion.IsNumber(key))
        {
            return map.TryGetExact(key, out found) || (key is null ? throw new ConversionException("A map has no null key") : false);
        }

        object? converted = map.Entries.Count == 0 ? throw WrongKey("", key, 0) : map.Entries[0].Key switch
        {
            long => ValueConversion.ToLong(key),
            int => (int)ValueConversion.ToLong(key),
            double => ValueConversion.ToDouble(key),
            float => (float)ValueConversion.ToDouble(key),
            var first => throw WrongKey(ClassNames.Of(first), key, map.Count),
        };
        return map.TryGetExact(converted, out found);
    }

    private static Exception WrongKey(string type, object key, int count) => count == 0
        ? new ConversionException("An empty map has no numbers as keys")
        : new EvaluationException($"type class {type} not supported for key {ValueText.Java(key)}");

    private static bool TryGetItem(IReadOnlyList<object?> list, object? key, out object? found)
    {
        found = null;
        long index;
        switch (key)
        {
            case int number:
                index = number;
                break;
            case long number:
                index = number;
                break;
            case string text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed):
                index = parsed;
                break;
            default:
                return false;
        }

        if (index < 0 || index >= list.Count)
        {
            return false;
        }

        found = list[(int)index];
        return true;
    }

    /// <summary>What can be read without parentheses.</summary>
    private static bool TryGetMember(object value, object? key, out object? found)
    {
        found = null;
        return key is string name && Methods.TryGet(value, name, out found);
    }

    private static bool Nothing(out object? found)
    {
        found = null;
        return false;
    }
}

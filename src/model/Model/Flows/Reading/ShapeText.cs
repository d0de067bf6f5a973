using System.Globalization;
using System.Numerics;
using System.Text;

namespace Kestra.Model.Flows.Reading;

/// <summary>The texts of values that are not of their property's type, as clients of Kestra 1.0 know them.</summary>
public static class ShapeText
{
    public const string Text = "java.lang.String";
    public const string Duration = "java.time.Duration";
    public const string FreeMap = "java.util.LinkedHashMap<java.lang.String,java.lang.Object>";

    // Longer lists are cut here.
    private const int ListedCharacters = 1000;

    public static string ListOf(string item) => $"java.util.ArrayList<{item}>";

    /// <param name="known">The properties of the class in the order of declaration.</param>
    public static string UnknownProperty(string name, string className, IReadOnlyList<string> known)
    {
        var text = new StringBuilder();
        if (known.Count == 1)
        {
            text.Append(" (one known property: \"").Append(known[0]).Append('"');
        }
        else
        {
            text.Append(CultureInfo.InvariantCulture, $" ({known.Count} known properties: ");
            Append(text, JavaOrder.Properties(known));
        }

        return $"Unrecognized field \"{name}\" (class {className}), not marked as ignorable{text}])";
    }

    public static string UnknownType(string? type) => $"Invalid type: {type ?? "null"}";

    /// <summary>A value of another kind than the property wants.</summary>
    public static string WrongKind(string type, object value) => $"Cannot deserialize value of type `{type}` from {KindOf(value)}";

    /// <summary>A text that the property's type can't be read from.</summary>
    public static string WrongText(string type, string text, string reason) => $"Cannot deserialize value of type `{type}` from String \"{text}\": {reason}";

    /// <summary>A scalar where an object is wanted.</summary>
    public static string NoObject(string className, object value)
    {
        var (kind, article) = value switch
        {
            string => ("String", "String"),
            bool => ("boolean/Boolean", "boolean"),
            double or float or decimal => ("double/Double", "Number"),
            _ => ("int/Int", "Number"),
        };
        return value is IReadOnlyList<object?>
            ? WrongKind(className, value)
            : $"Cannot construct instance of `{className}` (although at least one Creator exists): no {kind}-argument constructor/factory method to deserialize from {article} value ({(value is string ? $"'{value}'" : RawMap.TextOf(value))})";
    }

    /// <param name="names">The constants in the order of declaration.</param>
    public static string UnknownConstant(string type, string text, IReadOnlyList<string> names) =>
        WrongText(type, text, $"not one of the values accepted for Enum class: [{string.Join(", ", JavaOrder.Constants(names))}]");

    public static string WrongBoolean(string type, string text) => WrongText(type, text, "only \"true\"/\"True\"/\"TRUE\" or \"false\"/\"False\"/\"FALSE\" recognized");

    public static string WrongNumber(string type, string text) => WrongText(type, text, $"not a valid `{type}` value");

    /// <param name="reason">Of the parser of dates and durations.</param>
    public static string WrongTime(string type, string text, string reason) => WrongText(type, text, $"Failed to deserialize {type}: (java.time.format.DateTimeParseException) {reason}");

    /// <summary>A value that a reader of its own took for a text.</summary>
    public static string NoText(object value)
    {
        var name = ClassOf(value);
        return $"class {name} cannot be cast to class java.lang.String ({name} and java.lang.String are in module java.base of loader 'bootstrap')";
    }

    public static string ClassOf(object value) => value switch
    {
        string => "java.lang.String",
        bool => "java.lang.Boolean",
        int => "java.lang.Integer",
        long => "java.lang.Long",
        BigInteger => "java.math.BigInteger",
        IReadOnlyDictionary<string, object?> => "java.util.LinkedHashMap",
        IReadOnlyList<object?> => "java.util.ArrayList",
        _ => "java.lang.Double",
    };

    private static string KindOf(object value) => value switch
    {
        string => "String value (token `JsonToken.VALUE_STRING`)",
        true => "Boolean value (token `JsonToken.VALUE_TRUE`)",
        false => "Boolean value (token `JsonToken.VALUE_FALSE`)",
        int or long or BigInteger => "Integer value (token `JsonToken.VALUE_NUMBER_INT`)",
        double or float or decimal => "Floating-point value (token `JsonToken.VALUE_NUMBER_FLOAT`)",
        IReadOnlyList<object?> => "Array value (token `JsonToken.START_ARRAY`)",
        _ => "Object value (token `JsonToken.START_OBJECT`)",
    };

    private static void Append(StringBuilder text, IReadOnlyList<string> names)
    {
        for (var index = 0; index < names.Count; index++)
        {
            text.Append(index == 0 ? "\"" : ", \"").Append(names[index]).Append('"');
            if (text.Length > ListedCharacters)
            {
                text.Append(" [truncated]");
                return;
            }
        }
    }
}

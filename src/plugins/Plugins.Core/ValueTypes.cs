using System.Collections;

namespace Kestra.Plugins.Core;

/// <summary>What messages call the type of a value; users know these names from Kestra.</summary>
internal static class ValueTypes
{
    public static string Of(object? value) => value switch
    {
        null => "null",
        string => "java.lang.String",
        bool => "java.lang.Boolean",
        int => "java.lang.Integer",
        long => "java.lang.Long",
        System.Numerics.BigInteger => "java.math.BigInteger",
        decimal => "java.math.BigDecimal",
        float or double => "java.lang.Double",
        IReadOnlyDictionary<string, object?> or IDictionary => "java.util.LinkedHashMap",
        IEnumerable => "java.util.ArrayList",
        _ => value.GetType().Name,
    };
}

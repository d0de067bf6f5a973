using System.Numerics;

namespace Kestra.Expressions.Values;

/// <summary>The class names that users see in the filter <c>className</c> and in error texts.</summary>
internal static class ClassNames
{
    public static string Of(object? value) => value switch
    {
        null => "null",
        string => "java.lang.String",
        bool => "java.lang.Boolean",
        int => "java.lang.Integer",
        long => "java.lang.Long",
        double => "java.lang.Double",
        float => "java.lang.Float",
        char => "java.lang.Character",
        decimal => "java.math.BigDecimal",
        BigInteger => "java.math.BigInteger",
        HashMapValue => "java.util.HashMap",
        IReadOnlyDictionary<string, object?> => "java.util.LinkedHashMap",
        StringArray => "[Ljava.lang.String;",
        IReadOnlyList<object?> => "java.util.ArrayList",
        NodaTime.Instant => "java.time.Instant",
        _ => "java.lang.Object",
    };
}

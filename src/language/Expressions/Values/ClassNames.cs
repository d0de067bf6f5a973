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
        decimal or JavaDecimal => "java.math.BigDecimal",
        BigInteger => "java.math.BigInteger",
        SafeString => "io.pebbletemplates.pebble.extension.escaper.SafeString",
        HashMapValue => "java.util.HashMap",
        IReadOnlyDictionary<string, object?> => "java.util.LinkedHashMap",
        StringArray => "[Ljava.lang.String;",
        ListView => "java.util.ArrayList$SubList",
        FixedList => "java.util.ImmutableCollections$ListN",
        IReadOnlyList<object?> => "java.util.ArrayList",
        ValueCollection { IsSet: true } => "java.util.LinkedHashMap$LinkedKeySet",
        ValueCollection => "java.util.LinkedHashMap$LinkedValues",
        MapEntry => "java.util.LinkedHashMap$Entry",
        LoopValue => "io.pebbletemplates.pebble.node.ForNode$LoopVariables",
        BeanValue bean => bean.ClassName,
        byte[] => "[B",
        NodaTime.Instant => "java.time.Instant",
        NodaTime.ZonedDateTime => "java.time.ZonedDateTime",
        NodaTime.OffsetDateTime => "java.time.OffsetDateTime",
        NodaTime.LocalDateTime => "java.time.LocalDateTime",
        NodaTime.LocalDate => "java.time.LocalDate",
        NodaTime.LocalTime => "java.time.LocalTime",
        NodaTime.Duration => "java.time.Duration",
        _ => "java.lang.Object",
    };
}

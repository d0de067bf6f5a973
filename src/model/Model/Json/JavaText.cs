using System.Globalization;
using System.Numerics;
using NodaTime;

namespace Kestra.Model.Json;

/// <summary>Values as the original prints them inside messages: <c>{a=1}</c>, <c>[1, x]</c>, <c>2.0</c>, <c>null</c>.</summary>
public static class JavaText
{
    public static string Of(object? value) => value switch
    {
        null => "null",
        string text => text,
        bool flag => flag ? "true" : "false",
        int or long or BigInteger or decimal => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        double number => JavaDouble.Format(number),
        float number => JavaDouble.Format(number),
        Duration duration => Durations.IsoDuration.Format(duration),
        IReadOnlyDictionary<string, object?> map => $"{{{string.Join(", ", map.Select(pair => $"{pair.Key}={Of(pair.Value)}"))}}}",
        IReadOnlyList<object?> list => $"[{string.Join(", ", list.Select(Of))}]",
        _ => ValueWriter.TemporalText(value, JsonProfile.Internal),
    };
}

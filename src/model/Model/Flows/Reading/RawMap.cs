using System.Globalization;
using Kestra.Model.Durations;
using Kestra.Model.Json;
using NodaTime;

namespace Kestra.Model.Flows.Reading;

/// <param name="Path">Where, for example <c>tasks[0].timeout</c>.</param>
/// <param name="Message">What is wrong, as clients match it.</param>
public readonly record struct DefinitionFault(string Path, string Message);

/// <summary>Reads the properties of a raw map and notes every fault instead of stopping at the first.</summary>
internal sealed class RawMap(IReadOnlyDictionary<string, object?> raw, string path, ICollection<DefinitionFault> faults)
{
    private readonly HashSet<string> read = new(StringComparer.Ordinal);

    public string Path => path;

    public ICollection<DefinitionFault> Faults => faults;

    public IReadOnlyDictionary<string, object?> Raw => raw;

    public void Fault(string name, string message) => faults.Add(new DefinitionFault(PathOf(name), message));

    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    public object? Value(string name)
    {
        read.Add(name);
        return raw.GetValueOrDefault(name);
    }

    public string? Text(string name) => Value(name) switch
    {
        null => null,
        string text => text,
        IReadOnlyDictionary<string, object?> or IReadOnlyList<object?> => Wrong<string>(name, "must be a text"),
        var value => TextOf(value),
    };

    /// <summary>The text of a dynamic property: lists and maps are compact JSON.</summary>
    public string? Expression(string name) => Value(name) switch
    {
        null => null,
        string text => text,
        IReadOnlyDictionary<string, object?> or IReadOnlyList<object?> => System.Text.Encoding.UTF8.GetString(ModelJson.SerializeValue(raw[name], JsonProfile.Internal)),
        var value => TextOf(value),
    };

    public string RequiredText(string name, string message = "must not be null")
    {
        var text = Text(name);
        if (text is null)
        {
            Fault(name, message);
        }

        return text ?? "";
    }

    public bool Flag(string name, bool otherwise) => Value(name) switch
    {
        null => otherwise,
        bool flag => flag,
        string text when bool.TryParse(text, out var flag) => flag,
        _ => Wrong(name, "must be true or false", otherwise),
    };

    public bool? OptionalFlag(string name) => Value(name) is null ? null : Flag(name, false);

    public int? Number(string name) => Value(name) switch
    {
        null => null,
        int number => number,
        long number when number is >= int.MinValue and <= int.MaxValue => (int)number,
        string text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => Wrong<int?>(name, "must be a whole number"),
    };

    public double? Fraction(string name) => Value(name) switch
    {
        null => null,
        int or long or double or float or decimal => Convert.ToDouble(raw[name], CultureInfo.InvariantCulture),
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => Wrong<double?>(name, "must be a number"),
    };

    public Duration? Duration(string name) => Value(name) switch
    {
        null => null,
        Duration duration => duration,
        var value when IsoDuration.TryParse(TextOf(value), out var duration) => duration,
        _ => Wrong<Duration?>(name, $"must be an ISO-8601 duration like PT10S, got '{TextOf(raw[name]!)}'"),
    };

    public T? Enum<T>(string name)
        where T : struct, Enum => Value(name) switch
        {
            null => null,
            string text when System.Enum.TryParse<T>(text, out var value) && System.Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]) => value,
            var value => Wrong<T?>(name, $"must be one of {string.Join(", ", System.Enum.GetNames<T>())}, got '{value}'"),
        };

    public RawMap? Map(string name) => Value(name) switch
    {
        null => null,
        IReadOnlyDictionary<string, object?> map => new RawMap(map, PathOf(name), faults),
        _ => Wrong<RawMap>(name, "must be a map"),
    };

    public IReadOnlyDictionary<string, object?>? Free(string name) => Value(name) switch
    {
        null => null,
        IReadOnlyDictionary<string, object?> map => map,
        _ => Wrong<IReadOnlyDictionary<string, object?>>(name, "must be a map"),
    };

    /// <summary>A list whose items are maps.</summary>
    public IReadOnlyList<T>? Maps<T>(string name, Func<RawMap, T> readItem)
    {
        switch (Value(name))
        {
            case null:
                return null;
            case IReadOnlyList<object?> list:
                var items = new List<T>(list.Count);
                for (var index = 0; index < list.Count; index++)
                {
                    var at = string.Create(CultureInfo.InvariantCulture, $"{PathOf(name)}[{index}]");
                    if (list[index] is IReadOnlyDictionary<string, object?> map)
                    {
                        items.Add(readItem(new RawMap(map, at, faults)));
                    }
                    else
                    {
                        faults.Add(new DefinitionFault(at, "must be a map"));
                    }
                }

                return items;
            default:
                return Wrong<IReadOnlyList<T>>(name, "must be a list");
        }
    }

    public IReadOnlyList<string>? Texts(string name) => Value(name) switch
    {
        null => null,
        IReadOnlyList<object?> list => [.. list.Select(item => item is null ? "" : TextOf(item))],
        string text => [text],
        _ => Wrong<IReadOnlyList<string>>(name, "must be a list"),
    };

    public IReadOnlyList<T>? Enums<T>(string name)
        where T : struct, Enum => Texts(name)?.Select(text => System.Enum.TryParse<T>(text, out var value) ? value : Wrong(name, $"must be one of {string.Join(", ", System.Enum.GetNames<T>())}, got '{text}'", default(T))).ToList();

    /// <summary>What no reader has asked for.</summary>
    public OrderedDictionary<string, object?> Rest()
    {
        var rest = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in raw)
        {
            if (!read.Contains(key))
            {
                rest[key] = value;
            }
        }

        return rest;
    }

    public static string TextOf(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "true" : "false",
        double number => JavaDouble.Format(number),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private T? Wrong<T>(string name, string message, T? otherwise = default)
    {
        Fault(name, message);
        return otherwise;
    }
}

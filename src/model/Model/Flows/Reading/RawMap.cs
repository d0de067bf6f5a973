using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using Kestra.Model.Durations;
using Kestra.Model.Json;
using NodaTime;

namespace Kestra.Model.Flows.Reading;

/// <summary>What reading definitions needs beside the raw maps.</summary>
/// <param name="Faults">Where faults are noted.</param>
/// <param name="ClassOf">The class behind a written plugin type; null takes the type as written.</param>
internal sealed record ReadingScope(ICollection<DefinitionFault> Faults, Func<string, string>? ClassOf);

/// <summary>Reads the properties of a raw map as one class, and notes every fault instead of stopping at the first.</summary>
/// <param name="className">Kestra's name of the class, as texts show it.</param>
internal sealed partial class RawMap(IReadOnlyDictionary<string, object?> raw, FaultPlace place, string className, ReadingScope scope)
{
    private readonly HashSet<string> read = new(StringComparer.Ordinal);

    /// <summary>The list that this map is an item of when broken rules name the item by its id instead of its place.</summary>
    public string? NamedList { get; init; }

    public FaultPlace Place => place;

    public ReadingScope Scope => scope;

    public IReadOnlyDictionary<string, object?> Raw => raw;

    public FaultPlace PlaceOf(string name, string? shown = null) => place.Property(className, name, shown);

    /// <summary>Notes that a property, or the whole when <paramref name="name"/> is empty, breaks a rule.</summary>
    public void Broken(string name, string message)
    {
        var at = name.Length == 0 ? place : PlaceOf(name, name is "assert" or "finally" ? "_" + name : name);
        scope.Faults.Add(at.Fault(message) with { Shown = Named(at.Path) });
    }

    /// <summary>Notes that the map can't be read.</summary>
    public void Unreadable(FaultPlace at, string message, FaultKind kind = FaultKind.Shape) => scope.Faults.Add(at.Fault(message, kind));

    /// <summary>Looks at a property without a conversion, and counts it as known.</summary>
    public object? Value(string name)
    {
        read.Add(name);
        return raw.GetValueOrDefault(name);
    }

    public string? Text(string name) => Value(name) switch
    {
        null => null,
        string text => text,
        IReadOnlyDictionary<string, object?> or IReadOnlyList<object?> => Wrong<string>(name, ShapeText.WrongKind(ShapeText.Text, raw[name]!)),
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

    /// <summary>A text that must be there.</summary>
    public string RequiredText(string name)
    {
        var text = Text(name);
        if (text is null && raw.GetValueOrDefault(name) is null)
        {
            Broken(name, "must not be null");
        }

        return text ?? "";
    }

    /// <summary>A text that must be there and hold something.</summary>
    public string NonEmptyText(string name)
    {
        var text = Text(name);
        if (string.IsNullOrEmpty(text) && raw.GetValueOrDefault(name) is null or "")
        {
            Broken(name, "must not be empty");
        }

        return text ?? "";
    }

    public bool Flag(string name, bool otherwise, string type = "boolean") => Value(name) switch
    {
        null => otherwise,
        bool flag => flag,
        int or long => Convert.ToInt64(raw[name], CultureInfo.InvariantCulture) != 0,
        string text => text.Trim() switch
        {
            "true" or "True" or "TRUE" => true,
            "false" or "False" or "FALSE" => false,
            "" => otherwise,
            _ => Wrong(name, ShapeText.WrongBoolean(type, text), otherwise),
        },
        var value => Wrong(name, ShapeText.WrongKind(type, value), otherwise),
    };

    public bool? OptionalFlag(string name) => Value(name) is null ? null : Flag(name, false, "java.lang.Boolean");

    public int? Number(string name, string type = "java.lang.Integer") => Value(name) switch
    {
        null => null,
        int number => number,
        double number when Math.Abs(number) < int.MaxValue => (int)number,
        long or BigInteger or double => Wrong<int?>(name, $"Numeric value ({TextOf(raw[name]!)}) out of range of int (-2147483648 - 2147483647)"),
        string text when string.IsNullOrWhiteSpace(text) => null,
        string text => int.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number : Wrong<int?>(name, ShapeText.WrongNumber(type, text)),
        var value => Wrong<int?>(name, ShapeText.WrongKind(type, value)),
    };

    public double? Fraction(string name, string type = "java.lang.Double") => Value(name) switch
    {
        null => null,
        int or long or double or float or decimal => Convert.ToDouble(raw[name], CultureInfo.InvariantCulture),
        BigInteger number => (double)number,
        string text when string.IsNullOrWhiteSpace(text) => null,
        string text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : Wrong<double?>(name, ShapeText.WrongNumber(type, text)),
        var value => Wrong<double?>(name, ShapeText.WrongKind(type, value)),
    };

    /// <summary>An ISO text or a number of seconds.</summary>
    public Duration? Duration(string name) => Value(name) switch
    {
        null => null,
        Duration duration => duration,
        string text when text.Length == 0 => null,
        bool or IReadOnlyDictionary<string, object?> or IReadOnlyList<object?> => Wrong<Duration?>(name, ShapeText.WrongKind(ShapeText.Duration, raw[name]!)),
        var value => IsoDuration.TryParse(TextOf(value), out var duration) ? duration : Wrong<Duration?>(name, ShapeText.WrongTime(ShapeText.Duration, TextOf(value), "Text cannot be parsed to a Duration")),
    };

    /// <summary>A date or time as ISO text.</summary>
    public T? Temporal<T>(string name, string type, TemporalParser<T> parser)
        where T : struct => Value(name) switch
        {
            null or "" => null,
            T value => value,
            string text => parser.Parse(text, out var reason) is { } value ? value : Wrong<T?>(name, ShapeText.WrongTime(type, text, reason)),
            var value => Wrong<T?>(name, ShapeText.WrongKind(type, value)),
        };

    /// <param name="type">Kestra's name of the enumeration.</param>
    public T? Enum<T>(string name, string type)
        where T : struct, Enum => Value(name) switch
        {
            null => null,
            string text => Constants.TryRead<T>(text, out var constant) ? constant : Wrong<T?>(name, ShapeText.UnknownConstant(type, text, System.Enum.GetNames<T>())),
            var value => Wrong<T?>(name, ShapeText.WrongKind(type, value)),
        };

    /// <summary>A nested object of one class.</summary>
    public RawMap? Map(string name, string nestedClass) => Value(name) switch
    {
        null => null,
        IReadOnlyDictionary<string, object?> map => new RawMap(map, PlaceOf(name), nestedClass, scope),
        var value => Wrong<RawMap>(name, ShapeText.NoObject(nestedClass, value)),
    };

    public IReadOnlyDictionary<string, object?>? Free(string name) => Value(name) switch
    {
        null => null,
        IReadOnlyDictionary<string, object?> map => map,
        var value => Wrong<IReadOnlyDictionary<string, object?>>(name, ShapeText.WrongKind(ShapeText.FreeMap, value)),
    };

    /// <summary>A list of objects; null items are left out.</summary>
    /// <param name="itemClass">Kestra's name of the items' class.</param>
    /// <param name="readItem">From the raw item and its place; null leaves it out.</param>
    public IReadOnlyList<T>? Items<T>(string name, string itemClass, Func<IReadOnlyDictionary<string, object?>, FaultPlace, T?> readItem, string? shown = null)
        where T : class
    {
        switch (Value(name))
        {
            case null:
                return null;
            case IReadOnlyList<object?> list:
                var at = PlaceOf(name, shown);
                var items = new List<T>(list.Count);
                for (var index = 0; index < list.Count; index++)
                {
                    if (list[index] is IReadOnlyDictionary<string, object?> map)
                    {
                        if (readItem(map, at.Item(index)) is { } item)
                        {
                            items.Add(item);
                        }
                    }
                    else if (list[index] is { } wrong)
                    {
                        Unreadable(at.Item(index), ShapeText.NoObject(itemClass, wrong));
                    }
                }

                return items;
            case var value:
                return Wrong<IReadOnlyList<T>>(name, ShapeText.WrongKind(ShapeText.ListOf(itemClass), value));
        }
    }

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        switch (Value(name))
        {
            case null:
                return null;
            case IReadOnlyList<object?> list:
                var at = PlaceOf(name);
                for (var index = 0; index < list.Count; index++)
                {
                    if (list[index] is IReadOnlyDictionary<string, object?> or IReadOnlyList<object?>)
                    {
                        Unreadable(at.Item(index), ShapeText.WrongKind(ShapeText.Text, list[index]!));
                    }
                }

                return [.. list.Select(item => item is null ? "" : TextOf(item))];
            case var value:
                return Wrong<IReadOnlyList<string>>(name, ShapeText.WrongKind(ShapeText.ListOf(ShapeText.Text), value));
        }
    }

    public IReadOnlyList<T>? Enums<T>(string name, string type)
        where T : struct, Enum
    {
        if (Value(name) is not IReadOnlyList<object?> list)
        {
            return raw.GetValueOrDefault(name) is { } value ? Wrong<IReadOnlyList<T>>(name, ShapeText.WrongKind(ShapeText.ListOf(type), value)) : null;
        }

        var constants = new List<T>(list.Count);
        for (var index = 0; index < list.Count; index++)
        {
            if (list[index] is string text && Constants.TryRead<T>(text, out var constant))
            {
                constants.Add(constant);
            }
            else
            {
                Unreadable(PlaceOf(name).Item(index), ShapeText.UnknownConstant(type, list[index] is null ? "null" : TextOf(list[index]!), System.Enum.GetNames<T>()));
            }
        }

        return constants;
    }

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

    /// <summary>Notes what no reader has asked for as unknown.</summary>
    /// <param name="known">The properties of the class in the order of declaration.</param>
    public void NoMore(IReadOnlyList<string> known)
    {
        foreach (var unknown in raw.Keys.Where(key => !read.Contains(key)))
        {
            Unreadable(PlaceOf(unknown), ShapeText.UnknownProperty(unknown, className, known), FaultKind.UnknownProperty);
        }
    }

    public static string TextOf(object value) => value is bool or string or IFormattable ? JavaText.Of(value) : value.ToString() ?? "";

    // Texts of rules name a task or an input by its id wherever the path has its place in a list.
    private string? Named(string path) => NamedList is not null && raw.GetValueOrDefault("id") is { } id and not "" && (id is string or IFormattable)
        ? Regex.Replace(path, $@"{NamedList}\[[0-9]+\]", _ => TextOf(id), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))
        : null;

    private T? Wrong<T>(string name, string message, T? otherwise = default)
    {
        Unreadable(PlaceOf(name), message);
        return otherwise;
    }
}

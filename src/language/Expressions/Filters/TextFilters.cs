using System.Globalization;
using System.Text;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Operators;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Filters;

/// <summary>Filters over texts.</summary>
internal static class TextFilters
{
    public static IEnumerable<(string Name, Filter Filter)> All { get; } =
    [
        ("upper", FilterTable.Of(static value => LetterCase.Upper(ValueText.Java(value)))),
        ("lower", FilterTable.Of(static value => LetterCase.Lower(ValueText.Java(value)))),
        ("capitalize", FilterTable.Of(static value => Capitalize(Text(value)))),
        ("title", FilterTable.Of(static value => Title(Text(value)))),
        ("trim", FilterTable.Of(static value => Text(value).Trim(TrimmedCharacters))),
        ("abbreviate", FilterTable.Of(["length"], static (value, arguments) => Abbreviate(Text(value), arguments["length"]))),
        ("slice", FilterTable.Of(["fromIndex", "toIndex"], Slice)),
        ("split", FilterTable.Of(["delimiter", "limit"], Split)),
        ("replace", FilterTable.Of(["replace_pairs", "regexp"], Replace)),
        ("substringBefore", Substring("substringBefore", static (text, separator) => Before(text, separator, last: false))),
        ("substringBeforeLast", Substring("substringBeforeLast", static (text, separator) => Before(text, separator, last: true))),
        ("substringAfter", Substring("substringAfter", static (text, separator) => After(text, separator, last: false))),
        ("substringAfterLast", Substring("substringAfterLast", static (text, separator) => After(text, separator, last: true))),
        ("startsWith", new Filter(["value"], static (value, arguments) => NotNull(value).StartsWith(NotNull(arguments["value"]), StringComparison.Ordinal))),
        ("endsWith", new Filter(["value"], static (value, arguments) => NotNull(value).EndsWith(NotNull(arguments["value"]), StringComparison.Ordinal))),
        ("slugify", FilterTable.Of(static value => Slugify(ValueText.Java(value)))),
        ("indent", Indented("indent", first: false)),
        ("nindent", Indented("nindent", first: true)),
        ("escapeChar", FilterTable.Of(["type"], EscapeChar)),
        ("string", FilterTable.Of(static value => ValueText.Java(value))),
        ("className", FilterTable.Of(static value => ClassNames.Of(value))),
    ];

    private static readonly System.Buffers.SearchValues<char> Blanks = System.Buffers.SearchValues.Create(" \t\r\n\f\v");

    internal static readonly char[] TrimmedCharacters = [.. Enumerable.Range(0, 0x21).Select(code => (char)code)];

    internal static string Text(object value) => value switch
    {
        string text => text,
        SafeString safe => safe.Text,
        _ => throw new ConversionException($"class {ClassNames.Of(value)} cannot be cast to class java.lang.String"),
    };

    private static string NotNull(object? value) => value is null ? throw new ConversionException("Neither the text nor the part may be null") : ValueText.Java(value);

    private static string Capitalize(string text)
    {
        var first = text.AsSpan().IndexOfAnyExcept(Blanks);
        return first < 0 ? text : text[..first] + LetterCase.Title(text[first]) + text[(first + 1)..];
    }

    private static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        var start = true;
        foreach (var character in text)
        {
            title.Append(start ? LetterCase.Title(character) : character);
            start = LetterCase.IsBlank(character);
        }

        return title.ToString();
    }

    private static string Abbreviate(string text, object? argument)
    {
        if (argument is not long length)
        {
            throw new ConversionException("the length has to be a 64-bit integer");
        }

        if (length < 0)
        {
            throw new EvaluationException("Invalid argument to abbreviate filter; must be greater than zero");
        }

        if (text.Length < length || text.Length <= 3)
        {
            return text;
        }

        return length <= 3 ? text[..(int)length] : text[..(int)(length - 3)] + "...";
    }

    private static object Slice(object value, Arguments arguments)
    {
        var size = value switch
        {
            string text => text.Length,
            SafeString safe => safe.Text.Length,
            IReadOnlyList<object?> list => list.Count,
            _ => throw new EvaluationException($"Slice filter can only be applied to String, List and array inputs. Actual type was: {ClassNames.Of(value)}"),
        };
        var from = Index(arguments, "fromIndex", 0);
        var to = Index(arguments, "toIndex", size);
        if (to > size)
        {
            throw new EvaluationException($"toIndex must be smaller than input size: {size.ToString(CultureInfo.InvariantCulture)}");
        }

        if (from >= to)
        {
            throw new EvaluationException("toIndex must be greater than fromIndex");
        }

        if (from < 0)
        {
            throw new ConversionException($"the index {from} is negative");
        }

        return value switch
        {
            IReadOnlyList<object?> list when value is StringArray => new StringArray([.. list.Skip(from).Take(to - from)]),
            IReadOnlyList<object?> list => new ListView(arguments.Frame, list, from, to - from),
            _ => Text(value)[from..to],
        };
    }

    private static int Index(Arguments arguments, string name, int otherwise) => arguments[name] switch
    {
        null => otherwise,
        var value when ValueConversion.IsNumber(value) => (int)ValueConversion.ToLong(value),
        var value => throw new EvaluationException($"Argument {name} must be a number. Actual type: {ClassNames.Of(value)}"),
    };

    private static StringArray Split(object value, Arguments arguments)
    {
        var delimiter = arguments["delimiter"] ?? throw new EvaluationException("missing delimiter parameter in split filter");
        var limit = arguments["limit"] switch
        {
            null => 0,
            var given when ValueConversion.IsNumber(given) => unchecked((int)ValueConversion.ToLong(given)),
            var given => throw new ConversionException($"class {ClassNames.Of(given)} cannot be cast to class java.lang.Number"),
        };
        return new StringArray(JavaRegex.Split(Text(value), Text(delimiter), limit, arguments.Frame.Options));
    }

    private static object? Replace(object value, Arguments arguments)
    {
        if (arguments["replace_pairs"] is null)
        {
            throw new EvaluationException("The argument 'replace_pairs' is required.");
        }

        var pairs = arguments["replace_pairs"] as IReadOnlyDictionary<string, object?> ?? throw new ConversionException("replace_pairs has to be a map");
        var regexp = arguments["regexp"] switch { null => false, bool flag => flag, var other => throw new ConversionException($"class {ClassNames.Of(other)} cannot be cast to class java.lang.Boolean") };
        var frame = arguments.Frame;
        return Everywhere(value, text =>
        {
            foreach (var (from, to) in pairs)
            {
                var replacement = ValueText.Java(to ?? throw new ConversionException("A replacement may not be null"));
                text = regexp ? JavaRegex.ReplaceAll(text, from, replacement, frame.Options) : Replacement.Of(frame, text, from, replacement);
            }

            return text;
        });
    }

    private static object? Everywhere(object? value, Func<string, string> change) => value switch
    {
        null => throw new ConversionException("A null can't be changed"),
        HashMapValue map => HashMapValue.Of(map.Entries.Select(entry => entry with { Value = Everywhere(entry.Value, change) })),
        IReadOnlyDictionary<string, object?> map => HashMapValue.Of(map.Select(pair => KeyValuePair.Create(pair.Key, Everywhere(pair.Value, change)))),
        IReadOnlyCollection<object?> items => items.Select(item => Everywhere(item, change)).ToList(),
        _ => change(ValueText.Java(value)),
    };

    private static Filter Substring(string name, Func<string, string?, string> cut) => FilterTable.Of(["separator"], (value, arguments) =>
        arguments.Has("separator")
            ? cut(ValueText.Java(value), arguments["separator"] is { } separator ? Text(separator) : null)
            : throw new EvaluationException($"The '{name}' filter expects an argument 'separator'."));

    private static string Before(string text, string? separator, bool last)
    {
        if (separator is null || separator.Length == 0)
        {
            return separator is null || last ? text : "";
        }

        var at = last ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? text : text[..at];
    }

    private static string After(string text, string? separator, bool last)
    {
        if (separator is null || separator.Length == 0)
        {
            return separator is null || last ? "" : text;
        }

        var at = last ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? "" : text[(at + separator.Length)..];
    }

    private static string Slugify(string text)
    {
        var slug = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            var letter = character is ' ' or '\t' or '\n' or '\v' or '\f' or '\r' or '_' ? '-' : LatinBase.Of(character);
            if (char.IsAsciiLetterOrDigit(letter) || (letter == '-' && !(slug.Length > 0 && slug[^1] == '-')))
            {
                slug.Append(char.ToLowerInvariant(letter));
            }
        }

        var (start, end) = (0, slug.Length);
        start += end > 0 && slug[0] == '-' ? 1 : 0;
        end -= end > start && slug[end - 1] == '-' ? 1 : 0;
        return slug.ToString(start, end - start);
    }

    private static Filter Indented(string name, bool first) => FilterTable.Of(["amount", "prefix"], (value, arguments) =>
    {
        var text = ValueText.Java(value);
        if (arguments["amount"] is null)
        {
            throw new EvaluationException($"The '{name}' filter expects an integer as argument 'amount'.");
        }

        var amount = arguments["amount"] is long given ? given : throw new ConversionException("the amount has to be a 64-bit integer");
        if (amount < 0)
        {
            throw new EvaluationException($"The '{name}' filter expects a positive integer >=0 as argument 'amount'.");
        }

        if (text.Length == 0)
        {
            return text;
        }

        var newline = new[] { "\r\n", "\n\r", "\n", "\r" }.FirstOrDefault(text.Contains) ?? "\n";
        var indent = Repeated(arguments.Frame, arguments["prefix"] is { } own ? Text(own) : " ", amount);
        var indented = Replacement.Of(arguments.Frame, text, newline, newline + indent);
        return first ? Concatenation.Of(arguments.Frame, newline + indent, indented) : indented;
    });

    private static object? EscapeChar(object value, Arguments arguments)
    {
        var type = arguments["type"] is { } given ? ValueText.Java(given) : throw new EvaluationException("The 'escapeChar' filter expects an argument 'type'.");
        var (from, to) = type.ToUpperInvariant() switch
        {
            "SINGLE" => ("'", "\\'"),
            "DOUBLE" => ("\"", "\\\""),
            "SHELL" => ("'", "'\\''"),
            _ => throw new EvaluationException("The 'escapeChar' filter expects the value of 'type' to be either 'single', 'double', or 'shell'."),
        };
        var frame = arguments.Frame;
        return Everywhere(value, text => Replacement.Of(frame, text, from, to));
    }

    private static string Repeated(Frame frame, string text, long times) => text.Length * (Int128)times <= frame.Options.OutputLimit
        ? new StringBuilder().Insert(0, text, (int)(text.Length == 0 ? 0 : times)).ToString()
        : throw Output.TooLong(frame.Options.OutputLimit);
}

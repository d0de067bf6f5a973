using System.Globalization;
using System.Numerics;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Ion;

/// <summary>Writes values as compact text Ion.</summary>
internal sealed class IonTextWriter(TextWriter output, IonOptions options)
{
    private static readonly InstantPattern Milliseconds = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss.fff'Z'");
    private static readonly LocalDatePattern Date = LocalDatePattern.CreateWithInvariantCulture("uuuu-MM-dd");

    private int _depth;
    private long _written;

    public void Write(object? value)
    {
        switch (value)
        {
            case null: Raw("null"); break;
            case string text: Text(text, '"'); break;
            case bool flag: Raw(flag ? "true" : "false"); break;
            case int number: Raw(number.ToString(CultureInfo.InvariantCulture)); break;
            case long number: Raw(number.ToString(CultureInfo.InvariantCulture)); break;
            case BigInteger number: Raw(number.ToString(CultureInfo.InvariantCulture)); break;
            case double number: Raw(Float(number)); break;
            case float number: Raw(Float(number)); break;
            case decimal number: Raw(Decimal(number)); break;
            case byte[] bytes: Raw("{{" + Convert.ToBase64String(bytes) + "}}"); break;
            case IReadOnlyDictionary<string, object?> map: Struct(map); break;
            case IReadOnlyList<object?> list: List(list); break;
            default: Temporal(value); break;
        }
    }

    private void Temporal(object value)
    {
        switch (value)
        {
            case Instant instant: Raw(Milliseconds.Format(FourDigits(instant))); break;
            case LocalDate date: Raw(Date.Format(FourDigits(date))); break;
            case LocalDateTime time: Annotated(IonTemporal.LocalDateTimeName, IonTemporal.Format(time)); break;
            case OffsetDateTime time: Annotated(IonTemporal.OffsetDateTimeName, IonTemporal.Format(time)); break;
            case ZonedDateTime time: Annotated(IonTemporal.ZonedDateTimeName, IonTemporal.Format(time)); break;
            case LocalTime time: Annotated(IonTemporal.LocalTimeName, IonTemporal.Format(time)); break;
            case Duration duration: Raw(Seconds(duration)); break;
            default: throw new IonException($"A value of type {value.GetType().Name} cannot be written as Ion");
        }
    }

    private void Struct(IReadOnlyDictionary<string, object?> map)
    {
        Enter('{');
        var first = true;
        foreach (var (name, value) in map)
        {
            Separate(ref first);
            Symbol(name);
            Raw(":");
            Write(value);
        }

        Leave('}');
    }

    private void List(IReadOnlyList<object?> list)
    {
        Enter('[');
        var first = true;
        foreach (var item in list)
        {
            Separate(ref first);
            Write(item);
        }

        Leave(']');
    }

    private void Enter(char bracket)
    {
        if (++_depth > options.MaxDepth)
        {
            throw new IonException($"The value is nested deeper than {options.MaxDepth} levels");
        }

        Raw(bracket);
    }

    private void Leave(char bracket)
    {
        _depth--;
        Raw(bracket);
    }

    private void Separate(ref bool first)
    {
        if (!first)
        {
            Raw(',');
        }

        first = false;
    }

    private void Annotated(string annotation, string text)
    {
        Raw(annotation);
        Raw("::");
        Text(text, '"');
    }

    private void Symbol(string name)
    {
        if (IonSymbol.NeedsQuotes(name))
        {
            Text(name, '\'');
        }
        else
        {
            Raw(name);
        }
    }

    private void Text(string text, char quote)
    {
        Raw(quote);
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (Escape(text, i, quote) is not { } escape)
            {
                continue;
            }

            Raw(text.AsSpan(start, i - start));
            Raw(escape);
            start = i + 1;
        }

        Raw(text.AsSpan(start));
        Raw(quote);
    }

    private static string? Escape(string text, int index, char quote)
    {
        var c = text[index];
        if (c == quote || c == '\\')
        {
            return "\\" + c;
        }

        if (c is >= ' ' and < '\x7f')
        {
            return null;
        }

        return c switch
        {
            '\0' => "\\0",
            '\a' => "\\a",
            '\b' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\v' => "\\v",
            '\f' => "\\f",
            '\r' => "\\r",
            < ' ' or '\x7f' => $"\\x{(int)c:x2}",
            // Half of a surrogate pair has no UTF-8 form of its own; the escape keeps it.
            _ when char.IsSurrogate(c) && !IsPaired(text, index) => $"\\u{(int)c:x4}",
            _ => null,
        };
    }

    private static bool IsPaired(string text, int index) => char.IsHighSurrogate(text[index])
        ? index + 1 < text.Length && char.IsLowSurrogate(text[index + 1])
        : index > 0 && char.IsHighSurrogate(text[index - 1]);

    private static string Float(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "+inf" : "-inf";
        }

        if (value == 0)
        {
            return double.IsNegative(value) ? "-0e0" : "0e0";
        }

        var text = JavaDouble.Format(value);
        if (text.EndsWith(".0", StringComparison.Ordinal))
        {
            text = text[..^2];
        }

        return text.Contains('E') ? text : text + "e0";
    }

    private static string Decimal(decimal value)
    {
        var scale = value.Scale;
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var unscaled = new BigInteger(new decimal(bits[0], bits[1], bits[2], isNegative: false, scale: 0));
        var digits = unscaled.ToString(CultureInfo.InvariantCulture);
        return (value < 0 ? "-" : "") + Scaled(digits, scale);
    }

    private static string Scaled(string digits, int scale)
    {
        if (scale == 0)
        {
            return digits + ".";
        }

        var whole = digits.Length - scale;
        if (whole > 0)
        {
            return $"{digits[..whole]}.{digits[whole..]}";
        }

        // Many zeros after the point read badly; the exponent keeps the same scale.
        return whole >= -5 ? "0." + new string('0', -whole) + digits : $"{digits}d-{scale.ToString(CultureInfo.InvariantCulture)}";
    }

    private static string Seconds(Duration duration)
    {
        if (duration == Duration.Zero)
        {
            return "0.0";
        }

        var nanoseconds = duration.ToBigIntegerNanoseconds();
        var digits = BigInteger.Abs(nanoseconds).ToString(CultureInfo.InvariantCulture).PadLeft(10, '0');
        return $"{(nanoseconds.Sign < 0 ? "-" : "")}{digits[..^9]}.{digits[^9..]}";
    }

    private static Instant FourDigits(Instant instant)
    {
        FourDigits(instant.InUtc().Date);
        return instant;
    }

    private static LocalDate FourDigits(LocalDate date) => date.Year is >= 1 and <= 9999
        ? date
        : throw new IonException($"The year {date.Year} cannot be written as an Ion timestamp; years are 0001 to 9999");

    private void Raw(char c) => Raw([c]);

    private void Raw(ReadOnlySpan<char> text)
    {
        _written += text.Length;
        if (_written > options.MaxValueSize)
        {
            throw new IonException($"The value is longer than {options.MaxValueSize} characters");
        }

        output.Write(text);
    }
}

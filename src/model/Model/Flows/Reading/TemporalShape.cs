using System.Globalization;

namespace Kestra.Model.Flows.Reading;

/// <summary>What texts of one kind of date or time are made of, to say where and why one is not such a text.</summary>
internal sealed class TemporalShape
{
    private static readonly TemporalField Year = new("Year", 4, -999_999_999, 999_999_999);
    private static readonly TemporalField Month = new("MonthOfYear", 2, 1, 12);
    private static readonly TemporalField Day = new("DayOfMonth", 2, 1, 31, "28/31");
    private static readonly TemporalField Hour = new("HourOfDay", 2, 0, 23);
    private static readonly TemporalField Minute = new("MinuteOfHour", 2, 0, 59);
    private static readonly TemporalField Second = new("SecondOfMinute", 2, 0, 59);
    private static readonly string[] MonthNames = ["JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER"];

    private readonly object[] parts;
    private readonly bool hasOffset;

    private TemporalShape(object[] parts, bool hasOffset = false)
    {
        this.parts = parts;
        this.hasOffset = hasOffset;
    }

    public static TemporalShape Date { get; } = new([Year, '-', Month, '-', Day]);

    public static TemporalShape Time { get; } = new([Hour, ':', Minute]);

    public static TemporalShape DateTime { get; } = new([Year, '-', Month, '-', Day, 'T', Hour, ':', Minute], hasOffset: true);

    /// <summary>The rest of the sentence "Text … could not be parsed".</summary>
    public string Fault(string text)
    {
        var numbers = new List<(TemporalField Field, int Number)>();
        var index = 0;
        foreach (var part in parts)
        {
            if (part is char separator)
            {
                if (index >= text.Length || char.ToUpperInvariant(text[index]) != separator)
                {
                    return At(index);
                }

                index++;
            }
            else if (!TryNumber(text, (TemporalField)part, ref index, numbers))
            {
                return At(index);
            }
        }

        var ended = AfterMinutes(text, ref index, numbers);
        return !ended ? At(index) : OutOfRange(numbers) ?? Unparsed(text, index);
    }

    private static string At(int index) => string.Create(CultureInfo.InvariantCulture, $" at index {index}");

    private static string Unparsed(string text, int index) => index < text.Length ? string.Create(CultureInfo.InvariantCulture, $", unparsed text found at index {index}") : At(index);

    // A number that is too short is reported where it begins.
    private static bool TryNumber(string text, TemporalField field, ref int index, List<(TemporalField Field, int Number)> numbers)
    {
        if (index + field.Digits > text.Length || !int.TryParse(text.AsSpan(index, field.Digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        numbers.Add((field, number));
        index += field.Digits;
        return true;
    }

    // Seconds, their fraction and, where it is needed, the offset.
    private bool AfterMinutes(string text, ref int index, List<(TemporalField Field, int Number)> numbers)
    {
        if (parts[^1] != (object)Minute)
        {
            return true;
        }

        if (index < text.Length && text[index] == ':')
        {
            var after = index + 1;
            if (TryNumber(text, Second, ref after, numbers))
            {
                index = after;
                if (index + 1 < text.Length && text[index] == '.' && char.IsAsciiDigit(text[index + 1]))
                {
                    index += 1 + text.AsSpan(index + 1).IndexOfAnyExceptInRange('0', '9') is > 0 and var digits ? digits : text.Length - index;
                }
            }
        }

        if (!hasOffset)
        {
            return true;
        }

        var offset = index < text.Length && text[index] is 'Z' or 'z' ? 1 : index + 6 <= text.Length && text[index] is '+' or '-' && text[index + 3] == ':' ? 6 : 0;
        index += offset;
        return offset > 0;
    }

    private static string? OutOfRange(List<(TemporalField Field, int Number)> numbers)
    {
        foreach (var (field, number) in numbers)
        {
            if (number < field.Least || number > field.Most)
            {
                return string.Create(CultureInfo.InvariantCulture, $": Invalid value for {field.Name} (valid values {field.Least} - {field.MostText ?? field.Most.ToString(CultureInfo.InvariantCulture)}): {number}");
            }
        }

        if (numbers is not [(_, var year), (_, var month), (_, var day), ..] || numbers[0].Field != Year || day <= System.DateTime.DaysInMonth(Math.Clamp(year, 1, 9999), month))
        {
            return null;
        }

        return month == 2 && day == 29
            ? string.Create(CultureInfo.InvariantCulture, $": Invalid date 'February 29' as '{year}' is not a leap year")
            : string.Create(CultureInfo.InvariantCulture, $": Invalid date '{MonthNames[month - 1]} {day}'");
    }
}

/// <param name="Name">As texts call the field.</param>
/// <param name="MostText">The upper bound in texts when it is not one number.</param>
internal sealed record TemporalField(string Name, int Digits, int Least, int Most, string? MostText = null);

using System.Globalization;
using System.Text;

namespace Kestra.Jq.Functions;

/// <summary>Times as text and back, by the conversions of C's strftime and strptime in the C locale.</summary>
internal static class DateFormat
{
    private static readonly string[] Weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    private static readonly string[] Months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    public static string Write(BrokenDownTime time, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            i++;
            // E and O ask for the forms of other calendars, which the C locale has not.
            if (format[i] is 'E' or 'O' && i + 1 < format.Length)
            {
                i++;
            }

            text.Append(Convert(time, format[i]));
        }

        return text.ToString();
    }

    private static string Convert(BrokenDownTime time, char conversion) => conversion switch
    {
        'a' => Name(Weekdays, time.Weekday)[..3],
        'A' => Name(Weekdays, time.Weekday),
        'b' or 'h' => Name(Months, time.Month)[..3],
        'B' => Name(Months, time.Month),
        'c' => Write(time, "%a %b %e %H:%M:%S %Y"),
        'C' => Padded((long)Math.Floor(time.Year / 100.0), 2),
        'd' => Padded(time.Day, 2),
        'D' or 'x' => Write(time, "%m/%d/%y"),
        'e' => Padded(time.Day, 2, ' '),
        'F' => Write(time, "%Y-%m-%d"),
        'g' => Padded(Modulo(time.IsoWeek().Year, 100), 2),
        'G' => Padded(time.IsoWeek().Year, 1),
        'H' => Padded(time.Hour, 2),
        'I' => Padded(Twelve(time.Hour), 2),
        'j' => Padded(time.YearDay + 1, 3),
        'k' => Padded(time.Hour, 2, ' '),
        'l' => Padded(Twelve(time.Hour), 2, ' '),
        'm' => Padded(time.Month + 1, 2),
        'M' => Padded(time.Minute, 2),
        'n' => "\n",
        'p' => time.Hour < 12 ? "AM" : "PM",
        'P' => time.Hour < 12 ? "am" : "pm",
        'r' => Write(time, "%I:%M:%S %p"),
        'R' => Write(time, "%H:%M"),
        's' => time.ToSeconds().ToString(CultureInfo.InvariantCulture),
        'S' => Padded((long)time.Second, 2),
        't' => "\t",
        'T' or 'X' => Write(time, "%H:%M:%S"),
        'u' => Padded(time.Weekday == 0 ? 7 : time.Weekday, 1),
        'U' => Padded(time.Week(0), 2),
        'V' => Padded(time.IsoWeek().Week, 2),
        'w' => Padded(time.Weekday, 1),
        'W' => Padded(time.Week(1), 2),
        'y' => Padded(Modulo(time.Year, 100), 2),
        'Y' => Padded(time.Year, 1),
        'z' => "+0000",
        'Z' => "UTC",
        '%' => "%",
        _ => "%" + conversion,
    };

    private static string Name(string[] names, int index) => index >= 0 && index < names.Length ? names[index] : "???";

    private static int Twelve(int hour) => hour % 12 == 0 ? 12 : hour % 12;

    private static long Modulo(long value, long divisor) => ((value % divisor) + divisor) % divisor;

    private static string Padded(long value, int width, char pad = '0') => value.ToString(CultureInfo.InvariantCulture).PadLeft(width, pad);

    /// <summary>Reads a time; null when the text does not have the form.</summary>
    public static BrokenDownTime? Read(string text, string format) => new Reader(text).Read(format);

    private sealed class Reader(string text)
    {
        private int _position;
        private long _year = 1900;
        private long? _century;
        private int _month;
        private int _day;
        private int _hour;
        private int _minute;
        private double _second;
        private bool? _isAfternoon;
        private int? _yearDay;
        private double? _seconds;

        public BrokenDownTime? Read(string format)
        {
            if (!ReadAll(format))
            {
                return null;
            }

            SkipBlanks();
            return _position == text.Length ? Result() : null;
        }

        private BrokenDownTime Result()
        {
            if (_seconds is { } seconds)
            {
                return BrokenDownTime.FromSeconds(seconds);
            }

            if (_isAfternoon is { } isAfternoon)
            {
                _hour = (_hour % 12) + (isAfternoon ? 12 : 0);
            }

            if (_century is { } century)
            {
                _year = (century * 100) + (_year % 100);
            }

            if (_yearDay is { } yearDay && _day == 0)
            {
                var date = BrokenDownTime.FromSeconds(BrokenDownTime.FromDate(_year, 0, yearDay, 0, 0, 0).ToSeconds());
                (_month, _day) = (date.Month, date.Day);
            }

            return BrokenDownTime.FromDate(_year, _month, _day, _hour, _minute, _second);
        }

        private bool ReadAll(string format)
        {
            for (var i = 0; i < format.Length; i++)
            {
                if (char.IsWhiteSpace(format[i]))
                {
                    SkipBlanks();
                    continue;
                }

                if (format[i] != '%' || i + 1 == format.Length)
                {
                    if (!Accept(format[i]))
                    {
                        return false;
                    }

                    continue;
                }

                i++;
                if (format[i] is 'E' or 'O' && i + 1 < format.Length)
                {
                    i++;
                }

                if (!ReadConversion(format[i]))
                {
                    return false;
                }
            }

            return true;
        }

        private bool ReadConversion(char conversion)
        {
            switch (conversion)
            {
                case 'a' or 'A':
                    return ReadName(Weekdays, out _);
                case 'b' or 'B' or 'h':
                    return ReadName(Months, out _month);
                case 'C':
                    return ReadNumber(2, 0, 99, value => _century = value);
                case 'd' or 'e':
                    return ReadNumber(2, 1, 31, value => _day = value);
                case 'H' or 'k':
                    return ReadNumber(2, 0, 23, value => _hour = value);
                case 'I' or 'l':
                    return ReadNumber(2, 1, 12, value => _hour = value);
                case 'j':
                    return ReadNumber(3, 1, 366, value => _yearDay = value);
                case 'm':
                    return ReadNumber(2, 1, 12, value => _month = value - 1);
                case 'M':
                    return ReadNumber(2, 0, 59, value => _minute = value);
                case 'S':
                    return ReadNumber(2, 0, 61, value => _second = value);
                case 'u' or 'w':
                    return ReadNumber(1, 0, 7, _ => { });
                case 'U' or 'W' or 'V':
                    return ReadNumber(2, 0, 53, _ => { });
                case 'y':
                    return ReadNumber(2, 0, 99, value => _year = value < 69 ? 2000 + value : 1900 + value);
                case 'Y':
                    return ReadNumber(4, 0, 9999, value => _year = value);
                case 'n' or 't':
                    SkipBlanks();
                    return true;
                case 'p' or 'P':
                    return ReadHalf();
                case 's':
                    return ReadNumber(10, 0, int.MaxValue, value => _seconds = value);
                case 'z':
                    return ReadOffset();
                case 'Z':
                    return ReadZoneName();
                case '%':
                    return Accept('%');
                default:
                    return Composite(conversion) is { } format && ReadAll(format);
            }
        }

        private static string? Composite(char conversion) => conversion switch
        {
            'c' => "%a %b %e %H:%M:%S %Y",
            'D' or 'x' => "%m/%d/%y",
            'F' => "%Y-%m-%d",
            'r' => "%I:%M:%S %p",
            'R' => "%H:%M",
            'T' or 'X' => "%H:%M:%S",
            _ => null,
        };

        private void SkipBlanks()
        {
            while (_position < text.Length && char.IsWhiteSpace(text[_position]))
            {
                _position++;
            }
        }

        private bool Accept(char character)
        {
            if (_position >= text.Length || text[_position] != character)
            {
                return false;
            }

            _position++;
            return true;
        }

        private bool ReadNumber(int digits, int least, int greatest, Action<int> set)
        {
            SkipBlanks();
            long value = 0;
            var start = _position;
            while (_position < text.Length && _position - start < digits && char.IsAsciiDigit(text[_position]))
            {
                value = (value * 10) + (text[_position++] - '0');
            }

            if (_position == start || value < least || value > greatest)
            {
                return false;
            }

            set((int)value);
            return true;
        }

        private bool ReadName(string[] names, out int index)
        {
            for (index = 0; index < names.Length; index++)
            {
                foreach (var name in (ReadOnlySpan<string>)[names[index], names[index][..3]])
                {
                    if (string.Compare(text, _position, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) == 0)
                    {
                        _position += name.Length;
                        return true;
                    }
                }
            }

            return false;
        }

        private bool ReadHalf()
        {
            if (_position + 2 > text.Length || char.ToUpperInvariant(text[_position + 1]) != 'M')
            {
                return false;
            }

            var half = char.ToUpperInvariant(text[_position]);
            _isAfternoon = half == 'P';
            _position += 2;
            return half is 'A' or 'P';
        }

        // The offset has to be there and is not applied: the fields are what the text says.
        private bool ReadOffset()
        {
            SkipBlanks();
            if (Accept('Z'))
            {
                return true;
            }

            if (!Accept('+') && !Accept('-'))
            {
                return false;
            }

            if (!ReadNumber(2, 0, 99, _ => { }))
            {
                return false;
            }

            Accept(':');
            return _position == text.Length || !char.IsAsciiDigit(text[_position]) || ReadNumber(2, 0, 59, _ => { });
        }

        private bool ReadZoneName()
        {
            while (_position < text.Length && char.IsAsciiLetter(text[_position]))
            {
                _position++;
            }

            return true;
        }
    }
}

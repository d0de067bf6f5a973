using System.Text;

namespace Kestra.Expressions.Dates;

/// <summary>A pattern of Java's <c>DateTimeFormatter</c>, cut into its elements.</summary>
internal sealed class DatePattern
{
    private const int Kept = 500;
    private const int LongestKept = 200;

    private static readonly RecentlyUsed<string, DatePattern> Known = new(Kept, StringComparer.Ordinal);

    private DatePattern(IReadOnlyList<DateElement> elements) => Elements = elements;

    public IReadOnlyList<DateElement> Elements { get; }

    /// <exception cref="ConversionException">The pattern has a letter that does not exist, or too many of one.</exception>
    public static DatePattern Of(string pattern)
    {
        if (Known.TryGetValue(pattern, out var known))
        {
            return known;
        }

        var read = new DatePattern(Read(pattern));
        return pattern.Length > LongestKept ? read : Known.GetOrAdd(pattern, read);
    }

    /// <summary>The pattern, and an offset that is GMT when it is zero.</summary>
    public static DatePattern WithGreenwich(string pattern) => new([.. Of(pattern).Elements, new DateElement(DateElementKind.Field, "", DateElement.Greenwich, 1)]);

    private static List<DateElement> Read(string pattern)
    {
        var elements = new List<DateElement>();
        var padding = 0;
        var depth = 0;
        for (var index = 0; index < pattern.Length;)
        {
            var letter = pattern[index];
            if (padding > 0 && !char.IsAsciiLetter(letter))
            {
                throw new ConversionException($"Pad letter 'p' must be followed by valid pad pattern: {pattern}");
            }

            switch (letter)
            {
                case '\'':
                    index = Quoted(pattern, index, elements);
                    continue;
                case '[':
                    elements.Add(new DateElement(DateElementKind.OptionalStart, ""));
                    depth++;
                    break;
                case ']':
                    elements.Add(depth-- > 0 ? new DateElement(DateElementKind.OptionalEnd, "") : throw new ConversionException("Pattern invalid as it contains ] without previous ["));
                    break;
                case '#' or '{' or '}':
                    throw new ConversionException($"Pattern includes reserved character: '{letter}'");
                default:
                    if (char.IsAsciiLetter(letter))
                    {
                        index = Field(pattern, index, elements, ref padding);
                        continue;
                    }

                    elements.Add(new DateElement(DateElementKind.Literal, letter.ToString()));
                    break;
            }

            index++;
        }

        for (; depth > 0; depth--)
        {
            elements.Add(new DateElement(DateElementKind.OptionalEnd, ""));
        }

        return padding == 0 ? elements : throw new ConversionException($"Pad letter 'p' must be followed by valid pad pattern: {pattern}");
    }

    private static int Quoted(string pattern, int start, List<DateElement> elements)
    {
        var text = new StringBuilder();
        var index = start + 1;
        while (true)
        {
            if (index >= pattern.Length)
            {
                throw new ConversionException($"Pattern ends with an incomplete string literal: {pattern}");
            }

            if (pattern[index] != '\'')
            {
                text.Append(pattern[index++]);
            }
            else if (index + 1 < pattern.Length && pattern[index + 1] == '\'')
            {
                text.Append('\'');
                index += 2;
            }
            else
            {
                break;
            }
        }

        // Two quotes with nothing between them are one quote.
        elements.Add(new DateElement(DateElementKind.Literal, text.Length == 0 ? "'" : text.ToString()));
        return index + 1;
    }

    private static int Field(string pattern, int start, List<DateElement> elements, ref int padding)
    {
        var letter = pattern[start];
        var end = start + 1;
        while (end < pattern.Length && pattern[end] == letter)
        {
            end++;
        }

        if (letter == 'p')
        {
            padding = end - start;
            return end;
        }

        Check(letter, end - start);
        elements.Add(new DateElement(DateElementKind.Field, "", letter, end - start, padding));
        padding = 0;
        return end;
    }

    private static void Check(char letter, int count)
    {
        var most = letter switch
        {
            'y' or 'u' or 'Y' or 'g' or 'A' or 'n' or 'N' => 19,
            'M' or 'L' or 'Q' or 'q' or 'E' or 'e' or 'c' or 'G' or 'X' or 'x' or 'Z' or 'B' => 5,
            'D' => 3,
            'd' or 'h' or 'H' or 'k' or 'K' or 'm' or 's' or 'w' => 2,
            'W' or 'F' or 'a' => 1,
            'S' => 9,
            'z' or 'v' or 'O' => 4,
            'V' => 2,
            _ => throw new ConversionException($"Unknown pattern letter: {letter}"),
        };
        var isWrong = letter switch
        {
            'V' => count != 2,
            'O' or 'v' => count is not (1 or 4),
            'c' => count == 2,
            'B' => count is not (1 or 4 or 5),
            _ => false,
        };
        if (count > most || isWrong)
        {
            throw new ConversionException(isWrong ? $"Wrong number of pattern letters: {letter}" : $"Too many pattern letters: {letter}");
        }
    }
}

internal enum DateElementKind
{
    Literal,
    Field,
    OptionalStart,
    OptionalEnd,
}

/// <param name="Letter">Of a field.</param>
/// <param name="Count">How often the letter is written.</param>
/// <param name="Padding">Width to which blanks fill the element up; 0 for none.</param>
internal sealed record DateElement(DateElementKind Kind, string Text, char Letter = '\0', int Count = 0, int Padding = 0)
{
    /// <summary>Stands for the offset of RFC 1123, which no letter gives.</summary>
    public const char Greenwich = '\u0001';
}

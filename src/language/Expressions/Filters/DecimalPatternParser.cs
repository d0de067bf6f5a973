using System.Text;

namespace Kestra.Expressions.Filters;

/// <summary>Reads a pattern of Java's <c>DecimalFormat</c>.</summary>
internal sealed class DecimalPatternParser(string pattern)
{
    private int position;
    private int multiplier = 1;

    public DecimalPattern Parse()
    {
        if (pattern.Length == 0)
        {
            return DecimalPattern.WithoutDigits();
        }

        var parsed = DecimalPattern.New();
        var prefix = Affix(beforeDigits: true);
        Digits(parsed);
        var suffix = Affix(beforeDigits: false);
        parsed.SetAffixes(prefix, suffix, multiplier);
        if (position < pattern.Length && pattern[position] == ';')
        {
            position++;
            multiplier = 1;
            var negative = Affix(beforeDigits: true);
            Digits(DecimalPattern.New());
            parsed.SetNegative(negative, Affix(beforeDigits: false));
        }

        return position == pattern.Length ? parsed : throw Malformed($"Unquoted special character '{pattern[position]}' in pattern");
    }

    private string Affix(bool beforeDigits)
    {
        var text = new StringBuilder();
        var quoted = false;
        for (; position < pattern.Length; position++)
        {
            var character = pattern[position];
            if (character == '\'')
            {
                if (position + 1 < pattern.Length && pattern[position + 1] == '\'')
                {
                    text.Append('\'');
                    position++;
                }
                else
                {
                    quoted = !quoted;
                }
            }
            else if (quoted)
            {
                text.Append(character);
            }
            else if (character is '#' or '0' or ',' or '.')
            {
                if (beforeDigits)
                {
                    break;
                }

                throw Malformed($"Unquoted special character '{character}' in pattern");
            }
            else if (character == ';')
            {
                break;
            }
            else
            {
                text.Append(Sign(character));
            }
        }

        return quoted ? throw Malformed("Malformed pattern") : text.ToString();
    }

    private string Sign(char character)
    {
        switch (character)
        {
            case '¤':
                if (position + 1 < pattern.Length && pattern[position + 1] == '¤')
                {
                    position++;
                    return "USD";
                }

                return "$";
            case '%' or '‰':
                multiplier = multiplier == 1 ? (character == '%' ? 100 : 1000) : throw Malformed("Too many percent/per mille characters in pattern");
                return character.ToString();
            default:
                return character.ToString();
        }
    }

    private void Digits(DecimalPattern parsed)
    {
        var (left, zeros, right, point, groups, exponent) = (0, 0, 0, -1, -1, 0);
        for (; position < pattern.Length; position++)
        {
            var character = pattern[position];
            if (character == '#')
            {
                (left, right) = zeros > 0 ? (left, right + 1) : (left + 1, right);
            }
            else if (character == '0')
            {
                zeros += right > 0 ? throw Malformed("Unexpected '0' in pattern") : 1;
            }
            else if (character == ',')
            {
                groups = 0;
                continue;
            }
            else if (character == '.')
            {
                point = point >= 0 ? throw Malformed("Multiple decimal separators in pattern") : left + zeros + right;
                continue;
            }
            else
            {
                exponent = character == 'E' ? Exponent(left + zeros) : 0;
                break;
            }

            groups += groups >= 0 && point < 0 ? 1 : 0;
        }

        if (zeros == 0 && left > 0 && point >= 0)
        {
            // "#.##": one digit stands before the point.
            var before = Math.Max(point, 1);
            (right, left, zeros) = (left - before, before - 1, 1);
        }

        if ((point >= 0 && (point < left || point > left + zeros)) || groups == 0)
        {
            throw Malformed("Malformed pattern");
        }

        parsed.SetDigits(left, zeros, right, point, groups, exponent);
    }

    private int Exponent(int digits)
    {
        var start = ++position;
        while (position < pattern.Length && pattern[position] == '0')
        {
            position++;
        }

        return digits > 0 && position > start ? position - start : throw Malformed("Malformed exponential pattern");
    }

    private ConversionException Malformed(string problem) => new($"{problem} \"{pattern}\"");
}

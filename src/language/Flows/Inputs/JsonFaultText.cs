using System.Globalization;
using System.Text;

namespace Kestra.Flows.Inputs;

/// <summary>Says what is wrong with a JSON text in the words that clients know.</summary>
internal static class JsonFaultText
{
    private const int MaxDepth = 500;
    private const string Values = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

    /// <summary>Null when nothing is wrong with the first value of the text.</summary>
    public static string? Of(string text)
    {
        var reading = new Reading(text);
        reading.Skip();
        return reading.AtEnd ? "No content to map due to end-of-input" : reading.Value(0);
    }

    private sealed class Reading(string text)
    {
        private int position;

        public bool AtEnd => position >= text.Length;

        public void Skip()
        {
            while (!AtEnd && text[position] is ' ' or '\t' or '\n' or '\r')
            {
                position++;
            }
        }

        public string? Value(int depth)
        {
            if (depth > MaxDepth)
            {
                return null;
            }

            return text[position] switch
            {
                '{' => Container('}', "Object", depth),
                '[' => Container(']', "Array", depth),
                '"' => String(),
                '-' or (>= '0' and <= '9') => Number(),
                var other when char.IsLetter(other) || other is '_' or '$' => Word(),
                _ => Unexpected($"expected a valid value {Values}"),
            };
        }

        private string? Container(char close, string what, int depth)
        {
            var opened = Mark(position++);
            for (var first = true; ; first = false)
            {
                Skip();
                if (AtEnd)
                {
                    return $"Unexpected end-of-input: expected close marker for {what} (start marker at {opened})";
                }

                if (text[position] == close && first)
                {
                    position++;
                    return null;
                }

                if ((close == '}' ? Name(opened) : null) is { } nameFault)
                {
                    return nameFault;
                }

                if (AtEnd)
                {
                    return $"Unexpected end-of-input: expected close marker for {what} (start marker at {opened})";
                }

                if (Value(depth + 1) is { } fault)
                {
                    return fault;
                }

                Skip();
                if (AtEnd)
                {
                    return $"Unexpected end-of-input: expected close marker for {what} (start marker at {opened})";
                }

                if (text[position] == close)
                {
                    position++;
                    return null;
                }

                if (text[position] != ',')
                {
                    return Unexpected($"was expecting comma to separate {what} entries");
                }

                position++;
            }
        }

        private string? Name(string opened)
        {
            if (text[position] != '"')
            {
                return Unexpected("was expecting double-quote to start field name");
            }

            if (String() is { } fault)
            {
                return fault;
            }

            Skip();
            if (AtEnd)
            {
                return $"Unexpected end-of-input: expected close marker for Object (start marker at {opened})";
            }

            if (text[position] != ':')
            {
                return Unexpected("was expecting a colon to separate field name and value");
            }

            position++;
            Skip();
            return null;
        }

        private string? String()
        {
            for (position++; !AtEnd; position++)
            {
                switch (text[position])
                {
                    case '"':
                        position++;
                        return null;
                    case '\\':
                        position++;
                        if (!AtEnd && !"\"\\/bfnrtu".Contains(text[position], StringComparison.Ordinal))
                        {
                            return $"Unrecognized character escape {Named(text[position])}";
                        }

                        break;
                    case < ' ' and var control:
                        return string.Create(CultureInfo.InvariantCulture, $"Illegal unquoted character ((CTRL-CHAR, code {(int)control})): has to be escaped using backslash to be included in string value");
                }
            }

            return "Unexpected end-of-input: was expecting closing quote for a string value";
        }

        private string? Number()
        {
            var start = position;
            if (text[position] == '-')
            {
                position++;
                if (AtEnd || !char.IsAsciiDigit(text[position]))
                {
                    return AtEnd ? "Unexpected end-of-input: expected digit (0-9) to follow minus sign, for valid numeric value" : Unexpected("expected digit (0-9) to follow minus sign, for valid numeric value");
                }
            }

            if (text[position] == '0' && position + 1 < text.Length && char.IsAsciiDigit(text[position + 1]))
            {
                position++;
                return "Invalid numeric value: Leading zeroes not allowed";
            }

            while (!AtEnd && (char.IsAsciiLetterOrDigit(text[position]) || text[position] is '.' or '+' or '-'))
            {
                if (!char.IsAsciiDigit(text[position]) && !(text[position] is '.' or 'e' or 'E' or '+' or '-'))
                {
                    return Unexpected("Expected space separating root-level values");
                }

                position++;
            }

            return double.TryParse(text.AsSpan(start, position - start), NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? null : "Unexpected character in numeric value";
        }

        private string? Word()
        {
            var word = new StringBuilder();
            for (var index = position; index < text.Length && (char.IsLetterOrDigit(text[index]) || text[index] is '_' or '$'); index++)
            {
                word.Append(text[index]);
            }

            if (word.ToString() is "null" or "true" or "false")
            {
                position += word.Length;
                return null;
            }

            return $"Unrecognized token '{word}': was expecting {Values}";
        }

        private string Unexpected(string wanted) => $"Unexpected character ({Named(text[position])}): {wanted}";

        private static string Named(char character) => string.Create(CultureInfo.InvariantCulture, $"'{character}' (code {(int)character})");

        private string Mark(int at)
        {
            var line = text.AsSpan(0, at).Count('\n') + 1;
            var column = at - (text.LastIndexOf('\n', Math.Max(at - 1, 0)) is >= 0 and var brk && at > 0 ? brk : -1);
            return string.Create(CultureInfo.InvariantCulture, $"[Source: (String)\"{text}\"; line: {line}, column: {column}]");
        }
    }
}

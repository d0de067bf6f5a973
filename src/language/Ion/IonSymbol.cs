namespace Kestra.Ion;

/// <summary>What text Ion says about symbols: when one needs quotes, and which characters make an operator.</summary>
internal static class IonSymbol
{
    /// <summary>Whether the text must stand in single quotes: it is no identifier, is a keyword, or looks like a symbol number.</summary>
    public static bool NeedsQuotes(string text)
    {
        if (text.Length == 0 || !IsIdentifierStart(text[0]) || text is "null" or "true" or "false" or "nan")
        {
            return true;
        }

        for (var i = 1; i < text.Length; i++)
        {
            if (!IsIdentifierPart(text[i]))
            {
                return true;
            }
        }

        return TryParseNumber(text, out _);
    }

    public static bool IsIdentifierStart(int c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '_' or '$';

    public static bool IsIdentifierPart(int c) => IsIdentifierStart(c) || c is >= '0' and <= '9';

    public static bool IsOperator(int c) => c is '!' or '#' or '%' or '&' or '*' or '+' or '-' or '.' or '/' or ';' or '<'
        or '=' or '>' or '?' or '@' or '^' or '`' or '|' or '~';

    /// <summary>The number of a symbol written as <c>$10</c>.</summary>
    public static bool TryParseNumber(string text, out int number)
    {
        number = 0;
        return text.Length is > 1 and < 11 && text[0] == '$'
            && int.TryParse(text.AsSpan(1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number);
    }
}

using System.Text;

namespace Kestra.Expressions.Filters;

/// <summary>Upper, lower and title case with Unicode's special cases, which the invariant culture leaves alone.</summary>
internal static class LetterCase
{
    private static readonly Dictionary<char, string> Expanding = new()
    {
        ['ß'] = "SS", ['ŉ'] = "ʼN", ['ǰ'] = "J\u030c", ['ΐ'] = "Ι\u0308\u0301", ['ΰ'] = "Υ\u0308\u0301", ['և'] = "ԵՒ",
        ['ẖ'] = "H\u0331", ['ẗ'] = "T\u0308", ['ẘ'] = "W\u030a", ['ẙ'] = "Y\u030a", ['ẚ'] = "Aʾ",
        ['ﬀ'] = "FF", ['ﬁ'] = "FI", ['ﬂ'] = "FL", ['ﬃ'] = "FFI", ['ﬄ'] = "FFL", ['ﬅ'] = "ST", ['ﬆ'] = "ST",
    };

    private static readonly System.Buffers.SearchValues<char> Special = System.Buffers.SearchValues.Create([.. Expanding.Keys]);

    public static string Upper(string text)
    {
        if (text.AsSpan().IndexOfAny(Special) < 0)
        {
            return text.ToUpperInvariant();
        }

        var upper = new StringBuilder(text.Length + 8);
        foreach (var character in text)
        {
            upper.Append(Expanding.TryGetValue(character, out var letters) ? letters : character.ToString());
        }

        return upper.ToString().ToUpperInvariant();
    }

    public static string Lower(string text)
    {
        var lower = text.ToLowerInvariant();
        if (!text.AsSpan().ContainsAny('Σ', 'İ'))
        {
            return lower;
        }

        var special = new StringBuilder(text.Length + 4);
        for (var index = 0; index < text.Length; index++)
        {
            special.Append(text[index] switch
            {
                'İ' => "i\u0307",
                'Σ' => IsFinal(text, index) ? "ς" : "σ",
                _ => lower[index].ToString(),
            });
        }

        return special.ToString();
    }

    /// <summary>Digraphs have a form of their own at the beginning of a word.</summary>
    public static char Title(char character) => character switch
    {
        'Ǆ' or 'ǅ' or 'ǆ' => 'ǅ',
        'Ǉ' or 'ǈ' or 'ǉ' => 'ǈ',
        'Ǌ' or 'ǋ' or 'ǌ' => 'ǋ',
        'Ǳ' or 'ǲ' or 'ǳ' => 'ǲ',
        _ => char.ToUpperInvariant(character),
    };

    /// <summary>White space, but for spaces that do not break.</summary>
    public static bool IsBlank(char character) => character is not ('\u00a0' or '\u2007' or '\u202f' or '\u0085') && (char.IsWhiteSpace(character) || character is >= '\u001c' and <= '\u001f');

    private static bool IsFinal(string text, int index) => index > 0 && char.IsLetter(text[index - 1]) && (index + 1 >= text.Length || !char.IsLetter(text[index + 1]));
}

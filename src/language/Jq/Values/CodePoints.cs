namespace Kestra.Jq.Values;

/// <summary>Positions in a text. Programs count code points; .NET counts code units.</summary>
internal static class CodePoints
{
    public static int Count(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]))
            {
                count--;
            }
        }

        return count;
    }

    public static int ToUnits(string text, int codePoints)
    {
        var units = 0;
        for (var i = 0; i < codePoints; i++)
        {
            units += char.IsSurrogatePair(text, units) ? 2 : 1;
        }

        return units;
    }

    public static bool HasSurrogates(string text) => text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') >= 0;
}

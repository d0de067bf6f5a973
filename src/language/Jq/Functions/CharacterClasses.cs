using System.Globalization;
using System.Text;

namespace Kestra.Jq.Functions;

/// <summary>Named sets of characters, as the inside of a .NET character class.</summary>
internal static class CharacterClasses
{
    // The first text is the set, the second its complement where one can be written.
    private static readonly Dictionary<string, (string Set, string? Complement)> Named = new(StringComparer.OrdinalIgnoreCase)
    {
        ["alpha"] = (@"\p{L}\p{M}", null),
        ["alnum"] = (@"\p{L}\p{M}\p{Nd}", null),
        ["digit"] = (@"\d", @"\D"),
        ["upper"] = (@"\p{Lu}", @"\P{Lu}"),
        ["lower"] = (@"\p{Ll}", @"\P{Ll}"),
        ["space"] = (@"\s", @"\S"),
        ["blank"] = (@"\t\p{Zs}", null),
        ["cntrl"] = (@"\p{Cc}", @"\P{Cc}"),
        ["punct"] = (@"\p{P}$+<=>\^`|~", null),
        ["graph"] = (@"\p{L}\p{M}\p{N}\p{P}\p{S}", null),
        ["print"] = (@"\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}", null),
        ["xdigit"] = ("0-9A-Fa-f", @"\u0000-/:-@G-`g-\uFFFF"),
        ["word"] = (@"\w", @"\W"),
        ["ascii"] = (@"\u0000-\u007F", @"\u0080-\uFFFF"),
        ["any"] = (@"\s\S", null),
        ["latin"] = (@"A-Za-z\u00AA\u00BA\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02B8\u1E00-\u1EFF\uFF21-\uFF3A\uFF41-\uFF5A", null),
        ["greek"] = (@"\u0370-\u03FF\u1F00-\u1FFF", null),
        ["cyrillic"] = (@"\u0400-\u052F\u1C80-\u1C8F\u2DE0-\u2DFF\uA640-\uA69F", null),
        ["hebrew"] = (@"\u0591-\u05F4\uFB1D-\uFB4F", null),
        ["arabic"] = (@"\u0600-\u06FF\u0750-\u077F\u08A0-\u08FF\uFB50-\uFDFF\uFE70-\uFEFC", null),
        ["thai"] = (@"\u0E01-\u0E3A\u0E40-\u0E5B", null),
        ["hangul"] = (@"\u1100-\u11FF\u3131-\u318E\uA960-\uA97C\uAC00-\uD7FB", null),
        ["hiragana"] = (@"\u3041-\u3096\u309D-\u309F", null),
        ["katakana"] = (@"\u30A1-\u30FA\u30FD-\u30FF\u31F0-\u31FF\uFF66-\uFF9D", null),
        ["han"] = (@"\u2E80-\u2FD5\u3005\u3007\u3021-\u3029\u3038-\u303B\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAD9", null),
    };

    /// <exception cref="FormatException">There is no set of the name, or its complement cannot be written inside a class.</exception>
    public static string Property(string name, bool isNegated)
    {
        if (Named.TryGetValue(name.Replace("_", "", StringComparison.Ordinal), out var named))
        {
            return isNegated ? named.Complement ?? Complement(name) : named.Set;
        }

        // General categories are spelt alike; .NET itself refuses the others.
        return name.Length is 1 or 2 ? $"\\{(isNegated ? 'P' : 'p')}{{{name}}}" : throw Unknown(name);
    }

    /// <summary>Adds a range: its part in the basic plane to the class, the rest as alternatives of surrogate pairs.</summary>
    public static void AppendRange(StringBuilder units, List<string> astral, int from, int to)
    {
        if (from <= 0xFFFF)
        {
            units.Append(Unit(from));
            if (to > from)
            {
                units.Append('-').Append(Unit(Math.Min(to, 0xFFFF)));
            }
        }

        for (var start = Math.Max(from, 0x10000); start <= to;)
        {
            // All that share a high surrogate make one alternative.
            var end = Math.Min(to, start | 0x3FF);
            var first = char.ConvertFromUtf32(start);
            var last = char.ConvertFromUtf32(end);
            astral.Add($"{Unit(first[0])}[{Unit(first[1])}-{Unit(last[1])}]");
            start = end + 1;
        }
    }

    private static string Complement(string name) => name.ToUpperInvariant() switch
    {
        "ALPHA" => @"\p{N}\p{P}\p{S}\p{Z}\p{C}",
        "ALNUM" => @"\p{Nl}\p{No}\p{P}\p{S}\p{Z}\p{C}",
        "GRAPH" => @"\p{Z}\p{C}",
        "PRINT" => @"\p{Zl}\p{Zp}\p{C}",
        _ => throw Unknown("^" + name),
    };

    private static FormatException Unknown(string name) => new($"invalid character property name {{{name}}}");

    private static string Unit(int unit) => "\\u" + unit.ToString("X4", CultureInfo.InvariantCulture);
}

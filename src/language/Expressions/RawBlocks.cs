using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Kestra.Expressions;

/// <summary>
/// <c>{% raw %}</c> is taken out before parsing and put back after rendering, where its inner text appears. Only within one
/// line, as in the original; text of variables that looks like it is unwrapped too.
/// </summary>
internal sealed partial class RawBlocks
{
    // Private-use characters can't be mistaken for anything that a template says.
    private const char Start = '\ue000';
    private const char End = '\ue001';

    private readonly List<string> blocks = [];

    private RawBlocks(string source, List<(Range Outer, Range Inner)> found) => Replaced = Replace(source, found, outer =>
    {
        blocks.Add(outer);
        return string.Create(CultureInfo.InvariantCulture, $"{Start}{blocks.Count - 1}{End}");
    }, static (text, block) => text[block.Outer]);

    public string Replaced { get; }

    /// <returns>Null when the text has none.</returns>
    public static RawBlocks? Find(string source) => Blocks(source) is { Count: > 0 } found ? new RawBlocks(source, found) : null;

    /// <summary>Puts the blocks back as they were written.</summary>
    public string Restore(string text)
    {
        var restored = new StringBuilder(text.Length);
        var position = 0;
        for (var at = text.IndexOf(Start); at >= 0; at = text.IndexOf(Start, at + 1))
        {
            var end = text.IndexOf(End, at);
            if (end > at && int.TryParse(text.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < blocks.Count)
            {
                restored.Append(text, position, at - position).Append(blocks[index]);
                position = end + 1;
            }
        }

        return restored.Append(text, position, text.Length - position).ToString();
    }

    /// <summary>Replaces every block by its inner text.</summary>
    public static string Unwrap(string text) => Blocks(text) is { Count: > 0 } found ? Replace(text, found, static inner => inner, static (text, block) => text[block.Inner]) : text;

    private static string Replace(string text, List<(Range Outer, Range Inner)> found, Func<string, string> replacement, Func<string, (Range Outer, Range Inner), string> part)
    {
        var replaced = new StringBuilder(text.Length);
        var position = 0;
        foreach (var block in found)
        {
            replaced.Append(text, position, block.Outer.Start.Value - position).Append(replacement(part(text, block)));
            position = block.Outer.End.Value;
        }

        return replaced.Append(text, position, text.Length - position).ToString();
    }

    // Goes over the text once, however many beginnings have no end.
    private static List<(Range Outer, Range Inner)> Blocks(string text)
    {
        var found = new List<(Range, Range)>();
        if (!text.Contains("endraw", StringComparison.Ordinal))
        {
            return found;
        }

        Match? close = null;
        for (var open = Opening().Match(text); open.Success;)
        {
            var inner = open.Index + open.Length;
            while (close is null || (close.Success && close.Index < inner))
            {
                close = close is null ? Closing().Match(text, inner) : close.NextMatch();
            }

            if (!close.Success)
            {
                break;
            }

            if (text.AsSpan(inner, close.Index - inner).IndexOfAny("\n\r\u0085\u2028\u2029") >= 0)
            {
                open = Opening().Match(text, open.Index + 1);
                continue;
            }

            var end = close.Index + close.Length;
            found.Add((open.Index..end, inner..close.Index));
            open = Opening().Match(text, end);
        }

        return found;
    }

    [GeneratedRegex(@"\{%-*\s*raw\s*-*%\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Opening();

    [GeneratedRegex(@"\{%-*\s*endraw\s*-*%\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Closing();
}

using System.Text.RegularExpressions;

namespace Kestra.Expressions;

/// <summary>
/// <c>{% raw %}</c> is taken out before parsing and put back after rendering, where its inner text appears. Only within one
/// line, as in the original; text of variables that looks like it is unwrapped too.
/// </summary>
internal sealed partial class RawBlocks
{
    private readonly List<string> blocks = [];

    private RawBlocks(string source) => Replaced = Pattern().Replace(source, match =>
    {
        blocks.Add(match.Value);
        return Placeholder(blocks.Count - 1);
    });

    public string Replaced { get; }

    /// <returns>Null when the text has none.</returns>
    public static RawBlocks? Find(string source) => source.Contains("raw", StringComparison.Ordinal) && Pattern().IsMatch(source) ? new RawBlocks(source) : null;

    public string Restore(string text)
    {
        for (var index = 0; index < blocks.Count; index++)
        {
            text = text.Replace(Placeholder(index), blocks[index], StringComparison.Ordinal);
        }

        return Unwrap(text);
    }

    public static string Unwrap(string text) => text.Contains("endraw", StringComparison.Ordinal) ? Pattern().Replace(text, "$1") : text;

    // Private-use characters can't be mistaken for anything that a template says.
    private static string Placeholder(int index) => $"\ue000raw{index}\ue001";

    [GeneratedRegex(@"\{%-*\s*raw\s*-*%\}(.*?)\{%-*\s*endraw\s*-*%\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Pattern();
}

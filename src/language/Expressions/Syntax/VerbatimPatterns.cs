using System.Text.RegularExpressions;

namespace Kestra.Expressions.Syntax;

/// <summary>The tags around text that is copied as it is.</summary>
internal static partial class VerbatimPatterns
{
    public static Regex Open => OpenPattern();

    public static Regex Close => ClosePattern();

    [GeneratedRegex(@"\G-?\s*verbatim\s*-?%\}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OpenPattern();

    [GeneratedRegex(@"\{%(?<trim>-)?\s*endverbatim\s*(?<after>-)?%\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ClosePattern();
}

using System.Text.RegularExpressions;

namespace Kestra.Model.Flows;

/// <summary>Changes and comparisons of the text of a flow, which is otherwise kept byte for byte (§1.6, §1.8 of the model).</summary>
public static partial class FlowSource
{
    /// <summary>The text with the flow switched on or off; one that says so already is returned as it is.</summary>
    public static string WithDisabled(string source, bool disabled)
    {
        var value = disabled ? "true" : "false";
        var opposite = (disabled ? DisabledFalse() : DisabledTrue()).Match(source);
        if (opposite.Success)
        {
            return $"{source[..opposite.Index]}disabled: {value}\n{source[(opposite.Index + opposite.Length)..]}";
        }

        return (disabled ? DisabledTrue() : DisabledFalse()).IsMatch(source) ? source : $"{source}\ndisabled: {value}";
    }

    /// <summary>Whether two texts are the same revision: a line that names the revision does not count, comments and white space do.</summary>
    public static bool AreSame(string first, string second) => WithoutRevision(first) == WithoutRevision(second);

    private static string WithoutRevision(string source) => RevisionLine().Replace(source, "", 1);

    [GeneratedRegex(@"^disabled\s*:\s*true\s*", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    private static partial Regex DisabledTrue();

    [GeneratedRegex(@"^disabled\s*:\s*false\s*", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    private static partial Regex DisabledFalse();

    [GeneratedRegex(@"^revision: \d+\n?", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    private static partial Regex RevisionLine();
}

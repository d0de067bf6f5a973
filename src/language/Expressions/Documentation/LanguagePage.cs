using System.Text;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Filters;
using Kestra.Expressions.Functions;

namespace Kestra.Expressions.Documentation;

/// <summary>The page <c>docs/expressions.md</c>: every name of the language with its arguments and examples.</summary>
internal static class LanguagePage
{
    /// <summary>What the examples work with.</summary>
    public const string Variables =
        """{"user": {"name": "Ann", "tags": ["x", "y"]}, "numbers": [3, 1, 2], "when": "2024-03-09T14:05:07.123456Z", "inputs": {}, "flow": {"namespace": "company.team"}}""";

    public static string Write()
    {
        var page = new StringBuilder();
        page.Append("# Expressions\n\n");
        page.Append("An expression stands between `{{` and `}}` in any text of a flow; tags stand between `{%` and `%}`, comments between `{#` and `#}`. ");
        page.Append("A variable, key or index that does not exist is an error, unless `??`, `default` or `is defined` asks for it.\n\n");
        page.Append("This page is written from the code by the test `LanguagePageTests`, which also runs the examples. Their variables:\n\n");
        page.Append("```json\n").Append(Variables).Append("\n```\n");
        Section(page, "Operators", "From the weakest to the strongest. Those of one strength read from left to right; only `? :` reads from right to left, so that `a ? 1 : b ? 2 : 3` asks `b` when `a` is false.", LanguageEntries.Operators.Select(static item => ($"`{item.Name}`", item.Entry)));
        Section(page, "Tags", null, LanguageEntries.Tags.Select(static item => ($"`{item.Name}`", item.Entry)));
        Section(page, "Tests", "Written after `is` or `is not`.", LanguageEntries.Tests.OrderBy(static item => item.Key, StringComparer.Ordinal).Select(static item => ($"`{item.Key}`", item.Value)));
        Section(page, "Filters", "Written after `|`. Arguments may be given by name.", FilterEntries.All.OrderBy(static item => item.Key, StringComparer.Ordinal).Select(static item => (Signature(item.Key, FilterArguments(item.Key)), item.Value)));
        Section(page, "Functions", null, FunctionEntries.All.OrderBy(static item => item.Key, StringComparer.Ordinal).Select(static item => (Call(item.Key, FunctionTable.Find(item.Key)), item.Value)));
        return page.ToString();
    }

    private static IReadOnlyList<string>? FilterArguments(string name) => name == "default" ? ["default"] : FilterTable.Find(name)?.Names;

    private static string Signature(string name, IReadOnlyList<string>? arguments) => arguments is { Count: > 0 } ? $"`{name}({string.Join(", ", arguments)})`" : $"`{name}`";

    private static string Call(string name, Function? function) => $"`{name}({(function?.Names is { } names ? string.Join(", ", names) : "…")})`{(function?.IsOutside == true ? " — reaches outside" : "")}";

    private static void Section(StringBuilder page, string title, string? remark, IEnumerable<(string Heading, Entry Entry)> entries)
    {
        page.Append("\n## ").Append(title).Append('\n');
        page.Append(remark is null ? "" : $"\n{remark}\n");
        foreach (var (heading, entry) in entries)
        {
            page.Append("\n### ").Append(heading).Append("\n\n").Append(entry.Summary).Append('\n');
            if (entry.Examples.Length == 0)
            {
                continue;
            }

            page.Append("\n```twig\n");
            foreach (var (template, result) in entry.Examples)
            {
                page.Append(template).Append("\n{# ").Append(result.Replace("\n", "\\n", StringComparison.Ordinal)).Append(" #}\n");
            }

            page.Append("```\n");
        }
    }
}

using Kestra.Expressions.Documentation;
using Kestra.Expressions.Filters;
using Kestra.Expressions.Functions;
using Shouldly;
using Xunit;

namespace Kestra.Expressions.Tests;

/// <summary>The page of the language is complete, true, and what the code says.</summary>
public sealed class LanguagePageTests
{
    [Fact]
    public void The_page_in_the_repository_is_what_the_code_says()
    {
        var page = LanguagePage.Write();
        if (Environment.GetEnvironmentVariable("KESTRA_WRITE_PAGES") is { Length: > 0 } folder)
        {
            File.WriteAllText(Path.Combine(folder, "expressions.md"), page);
        }

        var kept = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "data", "expressions.md")).ReplaceLineEndings("\n");
        (kept == page).ShouldBeTrue("docs/expressions.md is stale: run this test with KESTRA_WRITE_PAGES set to the folder docs, build, and run it again");
    }

    [Fact]
    public void Every_name_has_an_entry()
    {
        FilterEntries.All.Keys.Order(StringComparer.Ordinal).ShouldBe(FilterTable.Names.Order(StringComparer.Ordinal));
        FunctionEntries.All.Keys.Order(StringComparer.Ordinal).ShouldBe(FunctionTable.Names.Order(StringComparer.Ordinal));
        LanguageEntries.Tests.Keys.Order(StringComparer.Ordinal).ShouldBe(ValueTests.Names.Order(StringComparer.Ordinal));
    }

    public static TheoryData<string, string> Examples => new(
        FilterEntries.All.Values.Concat(FunctionEntries.All.Values).Concat(LanguageEntries.Tests.Values)
            .Concat(LanguageEntries.Operators.Select(item => item.Entry)).Concat(LanguageEntries.Tags.Select(item => item.Entry))
            .SelectMany(entry => entry.Examples).Select(example => (example.Template, example.Result)));

    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_example_prints_what_the_page_says(string template, string result) => Engines.Render(template, LanguagePage.Variables).ShouldBe(result);
}

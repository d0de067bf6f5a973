using System.Text.Json;
using Kestra.Model.Flows;
using Shouldly;
using Xunit;

namespace Kestra.Model.Tests;

/// <summary>Changes and comparisons of the text of a flow.</summary>
public sealed class FlowSourceTests
{
    public static TheoryData<string, bool, string> Recorded()
    {
        var data = new TheoryData<string, bool, string>();
        foreach (var row in Contracts.Json("examples/ids-slugs-misc-cases.json").GetProperty("injectDisabled").EnumerateArray())
        {
            data.Add(row.GetProperty("source").GetString()!, row.GetProperty("disabled").GetBoolean(), row.GetProperty("result").GetString()!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Flow_is_switched_in_its_text_as_recorded(string source, bool disabled, string result)
    {
        // Kestra says it a second time when the text says so already, and refuses the text on the next save; docs/compat.md says why this product does not.
        var saysSo = source.Split('\n').Contains($"disabled: {(disabled ? "true" : "false")}", StringComparer.Ordinal);

        FlowSource.WithDisabled(source, disabled).ShouldBe(saysSo ? source : result);
    }

    [Theory]
    [InlineData("id: a\nrevision: 1\nb: c", "id: a\nrevision: 2\nb: c", true)]
    [InlineData("revision: 1\nid: a", "id: a", true)]
    [InlineData("id: a", "id: a ", false)]
    [InlineData("id: a", "id: a # comment", false)]
    [InlineData("id: a\nrevision: 1\nrevision: 2\n", "id: a\nrevision: 3\nrevision: 3\n", false)]
    [InlineData("id: a\n  revision: 1", "id: a\n  revision: 2", false)]
    public void Revision_line_makes_no_difference(string first, string second, bool same) => FlowSource.AreSame(first, second).ShouldBe(same);
}

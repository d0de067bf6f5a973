using System.Text.Json;
using Kestra.Flows.Defaults;
using Kestra.Flows.Documents;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Json;
using Shouldly;
using Xunit;

namespace Kestra.Flows.Tests;

/// <summary>Plugin defaults put into tasks as Kestra 1.0 does, shown in the internal form of its documents.</summary>
public sealed class PluginDefaultsCasesTests
{
    private static readonly IReadOnlyList<JsonElement> Recorded = [.. Contracts.Json("examples/plugin-defaults-cases.json").EnumerateArray()];

    public static TheoryData<int> Cases() => [.. Enumerable.Range(0, Recorded.Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tasks_are_the_recorded_ones(int index)
    {
        var raw = (IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(Recorded[index])!;
        var defaults = DefinitionReader.ReadFlow(raw, Tenants.Default, []).PluginDefaults!;

        var merged = PluginDefaultMerge.Apply(raw, defaults, Contracts.Catalog);

        var tasks = DefinitionReader.ReadFlow(merged, Tenants.Default, []).Tasks;
        Json(FlowDocuments.Complete(new Flow { Id = "f", Namespace = "n", Tasks = tasks }, Contracts.Catalog).Tasks).ShouldBe(Recorded[index].GetProperty("result").EnumerateArray().Select(JsonTexts.Canonical));
    }

    private static IEnumerable<string> Json(IReadOnlyList<TaskDefinition> tasks) => tasks.Select(task => JsonTexts.Of(writer => TaskJson.Write(writer, task, JsonProfile.Internal)));
}

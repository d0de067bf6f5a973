using System.Text.Json;
using System.Text.RegularExpressions;
using Kestra.Flows.Graph;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Shouldly;
using Xunit;

namespace Kestra.Flows.Tests;

/// <summary>Graphs of flows, among them the one recorded from Kestra 1.0.</summary>
public sealed partial class FlowGraphTests
{
    private static readonly IReadOnlyList<JsonElement> Requests = Contracts.Lines("api/examples.jsonl");

    [Fact]
    public void Graph_is_the_recorded_one()
    {
        var source = Requests.Single(request => request.Text("name") == "create a rich flow, 1.0").GetProperty("body").GetString()!;
        var recorded = Requests.Single(request => request.Text("name") == "graph 1.0").GetProperty("response");

        var graph = Graph(source);

        foreach (var part in new[] { "nodes", "edges", "clusters" })
        {
            Sorted(graph, part).ShouldBe(Sorted(recorded, part), part);
        }
    }

    [Fact]
    public void Flow_without_other_branches_has_a_beginning_and_an_end()
    {
        var graph = Graph("id: f\nnamespace: n\ntasks:\n  - {id: a, type: io.kestra.plugin.core.log.Log, message: x}\n");

        Edges(graph).ShouldBe(["root.root>root.a", "root.a>root.end"]);
        graph.GetProperty("clusters").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData(
        "type: io.kestra.plugin.core.flow.Switch, value: x, cases: {k.1: [{id: b, type: io.kestra.plugin.core.log.Log, message: x}, {id: c, type: io.kestra.plugin.core.log.Log, message: x}]}, defaults: [{id: d, type: io.kestra.plugin.core.log.Log, message: x}]",
        "root.a.root>root.a|root.a>root.a.b CHOICE k.1|root.a.b>root.a.c SEQUENTIAL|root.a.c>root.a.end|root.a>root.a.d CHOICE defaults|root.a.d>root.a.end")]
    [InlineData(
        "type: io.kestra.plugin.core.flow.Dag, tasks: [{task: {id: b, type: io.kestra.plugin.core.log.Log, message: x}}, {task: {id: c, type: io.kestra.plugin.core.log.Log, message: x}, dependsOn: [b]}]",
        "root.a.root>root.a|root.a>root.a.b DYNAMIC|root.a.b>root.a.c DYNAMIC|root.a.c>root.a.end")]
    [InlineData(
        "type: io.kestra.plugin.core.flow.Sequential, tasks: [{id: b, type: io.kestra.plugin.core.log.Log, message: x}], errors: [{id: e, type: io.kestra.plugin.core.log.Log, message: x}], finally: [{id: f, type: io.kestra.plugin.core.log.Log, message: x}]",
        "root.a.root>root.a|root.a>root.a.b SEQUENTIAL|root.a.b>root.a.finally|root.a>root.a.e ERROR|root.a.e>root.a.finally|root.a.finally>root.a.f|root.a.f>root.a.end")]
    public void Flowable_task_has_its_branches(string task, string edges) =>
        Edges(Graph($"id: f\nnamespace: n\ntasks: [{{id: a, {task}}}]\n")).Where(edge => !edge.StartsWith("root.root", StringComparison.Ordinal) && !edge.EndsWith(">root.end", StringComparison.Ordinal)).ShouldBe(edges.Split('|'));

    [Fact]
    public void Cluster_inside_a_cluster_knows_its_parents()
    {
        var graph = Graph("id: f\nnamespace: n\ntasks: [{id: a, type: io.kestra.plugin.core.flow.Sequential, tasks: [{id: b, type: io.kestra.plugin.core.flow.Parallel, tasks: [{id: c, type: io.kestra.plugin.core.log.Log, message: x}]}]}]\n");

        var clusters = graph.GetProperty("clusters").EnumerateArray().ToDictionary(cluster => cluster.GetProperty("cluster").Text("uid")!, StringComparer.Ordinal);
        clusters["cluster_root.a.b"].Texts("parents").ShouldBe(["cluster_root.a"]);
        clusters["cluster_root.a"].Texts("nodes").ShouldContain("cluster_root.a.b");
    }

    [Fact]
    public void Subflow_is_shown_inside_when_asked_for()
    {
        var flow = Flow("id: f\nnamespace: n\ntasks: [{id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: n, flowId: g}]\n");
        var called = Flow("id: g\nnamespace: n\ntasks: [{id: x, type: io.kestra.plugin.core.log.Log, message: x}]\n");
        var builder = new FlowGraphBuilder(Contracts.Catalog, new RandomIdSource());

        var graph = Json(builder.Build(flow, expanded: new HashSet<string> { "root.s" }, subflows: (name, id, _) => name == "n" && id == "g" ? called : null));

        Edges(graph).ShouldContain("root.s>root.s.x SEQUENTIAL");
        graph.GetProperty("clusters")[0].GetProperty("cluster").Text("type").ShouldBe("io.kestra.core.models.hierarchies.SubflowGraphCluster");
        Should.Throw<SubflowExpansionException>(() => builder.Build(flow, expanded: new HashSet<string> { "root.s" }, subflows: (_, _, _) => null)).Message.ShouldBe("Unable to find subflow n.g for task s");
    }

    [Fact]
    public void Subflow_whose_name_is_an_expression_can_not_be_shown_inside()
    {
        var flow = Flow("id: f\nnamespace: n\ntasks: [{id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: n, flowId: '{{ inputs.x }}'}]\n");

        Should.Throw<SubflowExpansionException>(() => new FlowGraphBuilder(Contracts.Catalog, new RandomIdSource()).Build(flow, expanded: new HashSet<string> { "root.s" }))
            .Message.ShouldBe("Can't expand subflow task 's' because namespace and/or flowId contains dynamic values. This can only be viewed on an execution.");
    }

    private static Flow Flow(string source)
    {
        var reading = Contracts.Reader.Read(source, "main");
        reading.Unreadable.ShouldBeNull();
        return reading.Flow!;
    }

    private static JsonElement Graph(string source) => Json(new FlowGraphBuilder(Contracts.Catalog, new RandomIdSource()).Build(Flow(source)));

    private static JsonElement Json(FlowGraph graph)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            graph.Write(writer);
        }

        return JsonDocument.Parse(buffer.WrittenMemory).RootElement;
    }

    private static IEnumerable<string> Edges(JsonElement graph) => graph.GetProperty("edges").EnumerateArray().Select(edge =>
        WithoutIds($"{edge.Text("source")}>{edge.Text("target")} {edge.GetProperty("relation").Text("relationType")} {edge.GetProperty("relation").Text("value")}".TrimEnd(), ""));

    // The order of nodes, edges and of the properties of tasks is not part of the contract.
    private static IEnumerable<string> Sorted(JsonElement graph, string part) => graph.GetProperty(part).EnumerateArray().Select(item => WithoutIds(JsonTexts.Sorted(item), "-<id>")).Order(StringComparer.Ordinal);

    private static string WithoutIds(string text, string id) => Id().Replace(text.Replace("\\u003C", "<", StringComparison.Ordinal).Replace("\\u003E", ">", StringComparison.Ordinal), match => match.Groups[1].Value + id);

    [GeneratedRegex("\\b(root|end|finally|after-execution)-(?:<id>|[0-9A-Za-z]{15,22}\\b)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Id();
}

using System.IO.Compression;
using System.Text;
using Kestra.Webserver.Tests.Running;

namespace Kestra.Webserver.Tests.Resources;

public sealed class FlowTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly TestServer server = shared.Server;

    [Fact]
    public async Task A_source_is_kept_byte_for_byte_and_a_change_is_a_revision()
    {
        const string first = "# why\nid: kept\nnamespace: flow.kept\ntasks:\n    - {id: a,   type: io.kestra.plugin.core.log.Log, message: \"é\"}\r\n";
        (await PostAsync(first)).Json.GetProperty("source").GetString().ShouldBe(first);
        var changed = await server.SendAsync("PUT", "/api/v1/main/flows/flow.kept/kept", Encoding.UTF8.GetBytes(first + "description: more\n"), "application/x-yaml");

        changed.Json.GetProperty("revision").GetInt32().ShouldBe(2);
        (await server.GetAsync("/api/v1/main/flows/flow.kept/kept?source=true&revision=1")).Json.GetProperty("source").GetString().ShouldBe(first);
        (await server.GetAsync("/api/v1/main/flows/flow.kept/kept/revisions")).Json.GetArrayLength().ShouldBe(2);
        (await server.GetAsync("/api/v1/main/flows/flow.kept/kept")).Json.TryGetProperty("source", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_exported_can_be_imported()
    {
        await server.PutFlowAsync(Source("flow.archive", "a"));
        await server.PutFlowAsync(Source("flow.archive", "b"));
        var exported = await server.GetAsync("/api/v1/main/flows/export/by-query?namespace=flow.archive");
        exported.Headers["Content-Disposition"].ShouldStartWith("attachment; filename=\"flows.zip\"");
        using (var archive = new ZipArchive(new MemoryStream(exported.Body)))
        {
            archive.Entries.Select(static entry => entry.FullName).Order().ShouldBe(["flow.archive.a.yml", "flow.archive.b.yml"]);
        }

        (await server.SendAsync("DELETE", "/api/v1/main/flows/delete/by-query?namespace=flow.archive")).Json.GetProperty("count").GetInt32().ShouldBe(2);
        var imported = await server.SendAsync("POST", "/api/v1/main/flows/import", MultipartBody.Of(new MultipartPart("fileUpload", exported.Body, "flows.zip")), MultipartBody.Type);

        imported.Text.ShouldBe("[]");
        (await server.GetAsync("/api/v1/main/flows/flow.archive")).Json.GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task An_import_names_what_failed_and_takes_the_rest()
    {
        var source = Source("flow.partly", "good") + "---\nid: bad\nnamespace: flow.partly\n";

        var answer = await server.SendAsync("POST", "/api/v1/main/flows/import", MultipartBody.Of(new MultipartPart("fileUpload", Encoding.UTF8.GetBytes(source), "f.yaml")), MultipartBody.Type);

        answer.Text.ShouldBe("[\"bad\"]");
        (await server.GetAsync("/api/v1/main/flows/flow.partly/good")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task An_unreadable_archive_is_refused()
    {
        var answer = await server.SendAsync("POST", "/api/v1/main/flows/import", MultipartBody.Of(new MultipartPart("fileUpload", "no archive"u8.ToArray(), "f.zip")), MultipartBody.Type);

        answer.Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_namespace_update_deletes_what_is_missing_unless_told_otherwise()
    {
        await server.PutFlowAsync(Source("flow.whole", "stays"));
        await server.PutFlowAsync(Source("flow.whole", "goes"));

        (await ReplaceAsync("flow.whole?delete=false", Source("flow.whole", "stays"))).Json.GetArrayLength().ShouldBe(1);
        (await server.GetAsync("/api/v1/main/flows/flow.whole")).Json.GetArrayLength().ShouldBe(2);
        var replaced = await ReplaceAsync("flow.whole", Source("flow.whole", "stays") + "---\n" + Source("flow.whole", "comes"));

        replaced.Json.EnumerateArray().Select(static flow => (flow.GetProperty("id").GetString(), flow.GetProperty("deleted").GetBoolean())).Order().ShouldBe([("comes", false), ("goes", true), ("stays", false)]);
        (await ReplaceAsync("flow.whole", Source("flow.whole", "twice") + "---\n" + Source("flow.whole", "twice"))).Status.ShouldBe(422);
        (await ReplaceAsync("flow.whole", Source("flow.whole", "fine") + "---\nid: bad\nnamespace: flow.whole\n")).Status.ShouldBe(422);
        (await server.GetAsync("/api/v1/main/flows/flow.whole/fine")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Disabling_counts_what_changed_and_an_unknown_flow_changes_nothing()
    {
        await server.PutFlowAsync(Source("flow.switch", "a"));
        object one = new { @namespace = "flow.switch", id = "a" }, unknown = new { @namespace = "flow.switch", id = "b" };

        (await server.SendJsonAsync("POST", "/api/v1/main/flows/disable/by-ids", new[] { one, unknown })).Status.ShouldBe(404);
        (await server.GetAsync("/api/v1/main/flows/flow.switch/a")).Json.GetProperty("disabled").GetBoolean().ShouldBeFalse();
        (await server.SendJsonAsync("POST", "/api/v1/main/flows/disable/by-ids", new[] { one })).Json.GetProperty("count").GetInt32().ShouldBe(1);
        (await server.SendJsonAsync("POST", "/api/v1/main/flows/disable/by-ids", new[] { one })).Json.GetProperty("count").GetInt32().ShouldBe(0);
        (await server.GetAsync("/api/v1/main/flows/flow.switch/a?source=true")).Json.GetProperty("source").GetString()!.ShouldContain("disabled: true");
        (await server.SendAsync("POST", "/api/v1/main/executions/flow.switch/a")).Status.ShouldBe(409);
        (await server.SendAsync("POST", "/api/v1/main/flows/enable/by-query?namespace=flow.switch")).Json.GetProperty("count").GetInt32().ShouldBe(1);
        (await server.SendAsync("POST", "/api/v1/main/executions/flow.switch/a")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_page_beyond_the_end_is_empty_and_the_size_has_no_limit()
    {
        await server.PutFlowAsync(Source("flow.paged", "a"));

        var beyond = await server.GetAsync("/api/v1/main/flows/search?filters[namespace][EQUALS]=flow.paged&page=7");
        beyond.Json.GetProperty("results").GetArrayLength().ShouldBe(0);
        (await server.GetAsync("/api/v1/main/flows/search?filters[namespace][EQUALS]=flow.paged&size=100000")).Json.GetProperty("total").GetInt32().ShouldBe(1);
        (await server.GetAsync("/api/v1/main/flows/search?filters[namespace][PREFIX]=flow&filters%5Blabels%5D%5BEQUALS%5D%5Bteam%5D=core&sort=id:desc")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Subflows_are_dependencies()
    {
        await server.PutFlowAsync(Source("flow.deps", "child"));
        await server.PutFlowAsync("id: parent\nnamespace: flow.deps\ntasks:\n  - id: s\n    type: io.kestra.plugin.core.flow.Sequential\n    tasks:\n      - id: call\n        type: io.kestra.plugin.core.flow.Subflow\n        namespace: flow.deps\n        flowId: child\n");

        var graph = (await server.GetAsync("/api/v1/main/flows/flow.deps/child/dependencies")).Json;

        graph.GetProperty("nodes").EnumerateArray().Select(static node => node.GetProperty("uid").GetString()).Order().ShouldBe(["main_flow.deps_child", "main_flow.deps_parent"]);
        var edge = graph.GetProperty("edges").EnumerateArray().ShouldHaveSingleItem();
        (edge.GetProperty("source").GetString(), edge.GetProperty("relation").GetString()).ShouldBe(("main_flow.deps_parent", "FLOW_TASK"));
        (await server.GetAsync("/api/v1/main/flows/flow.deps/child/dependencies?destinationOnly=true")).Json.GetProperty("edges").GetArrayLength().ShouldBe(0);
        (await server.GetAsync("/api/v1/main/namespaces/flow.deps/dependencies")).Json.GetProperty("edges").GetArrayLength().ShouldBe(1);
        (await server.GetAsync("/api/v1/main/flows/flow.deps/nope/dependencies")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task A_graph_shows_flows_sources_and_executions_with_their_subflows()
    {
        await server.PutFlowAsync(Source("flow.graph", "child"));
        const string parent = "id: parent\nnamespace: flow.graph\ntasks:\n  - id: call\n    type: io.kestra.plugin.core.flow.Subflow\n    namespace: flow.graph\n    flowId: child\n";
        await server.PutFlowAsync(parent);
        var execution = await server.RunAsync("flow.graph", "parent");

        Uids(await server.GetAsync("/api/v1/main/flows/flow.graph/parent/graph")).ShouldContain("root.call");
        Uids(await server.GetAsync("/api/v1/main/flows/flow.graph/parent/graph?subflows=root.call")).ShouldContain("root.call.log");
        Uids(await server.SendAsync("POST", "/api/v1/main/flows/graph", Encoding.UTF8.GetBytes(parent), "application/x-yaml")).ShouldContain("root.call");
        Uids(await server.GetAsync($"/api/v1/main/executions/{execution.Id}/graph")).ShouldContain("root.call");
        (await server.SendAsync("POST", "/api/v1/main/flows/graph", "id: x\nnamespace: flow.graph\n"u8.ToArray(), "application/x-yaml")).Status.ShouldBe(422);
        (await server.GetAsync("/api/v1/main/flows/flow.graph/nope/graph")).Json.GetProperty("message").GetString().ShouldBe("Not Found: Unable to find flow main_flow.graph_nope");
    }

    private static IEnumerable<string?> Uids(Answer answer)
    {
        answer.Status.ShouldBe(200, answer.Text);
        return answer.Json.GetProperty("nodes").EnumerateArray().Select(static node => node.GetProperty("uid").GetString());
    }

    private static string Source(string @namespace, string id) => $"id: {id}\nnamespace: {@namespace}\ntasks:\n  - id: log\n    type: io.kestra.plugin.core.log.Log\n    message: {id}\n";

    private Task<Answer> PostAsync(string source) => server.SendAsync("POST", "/api/v1/main/flows", Encoding.UTF8.GetBytes(source), "application/x-yaml");

    private Task<Answer> ReplaceAsync(string target, string source) => server.SendAsync("POST", $"/api/v1/main/flows/{target}", Encoding.UTF8.GetBytes(source), "application/x-yaml");
}

using System.IO.Compression;
using System.Text;
using Kestra.Webserver.Tests.Running;

namespace Kestra.Webserver.Tests.Resources;

public sealed class NamespaceTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Namespaces = "/api/v1/main/namespaces";

    private readonly TestServer server = shared.Server;

    [Fact]
    public async Task Everything_above_a_namespace_exists_too()
    {
        await server.PutFlowAsync(Flow("tree.a.b", "f"));

        var found = (await server.GetAsync($"{Namespaces}/search?q=tree&sort=id:desc")).Json;

        found.GetProperty("results").EnumerateArray().Select(static item => item.GetProperty("id").GetString()).ShouldBe(["tree.a.b", "tree.a", "tree"]);
        (await server.GetAsync($"{Namespaces}/search?q=system")).Json.GetProperty("total").GetInt32().ShouldBe(1);
        (await server.SendJsonAsync("POST", $"{Namespaces}/autocomplete", new { q = "tree.a.", ids = new[] { "kept" } })).Text.ShouldBe("[\"kept\",\"tree.a.b\"]");
    }

    [Fact]
    public async Task Files_of_any_name_come_back_and_empty_folders_go()
    {
        const string path = "/folder/größe & 1+1.txt";
        (await UploadAsync("ns.files", path, "content")).Status.ShouldBe(200);

        (await server.GetAsync($"{Namespaces}/ns.files/files?path={Uri.EscapeDataString(path)}")).Text.ShouldBe("content");
        (await server.GetAsync($"{Namespaces}/ns.files/files/search?q=gr%C3%B6")).Json[0].GetString().ShouldBe(path);
        (await server.GetAsync($"{Namespaces}/ns.files/files/directory?path=/folder")).Json.GetArrayLength().ShouldBe(1);
        (await server.SendAsync("DELETE", $"{Namespaces}/ns.files/files?path={Uri.EscapeDataString(path)}")).Status.ShouldBe(200);
        (await server.GetAsync($"{Namespaces}/ns.files/files/directory?path=/folder")).Status.ShouldBe(404);
        (await server.GetAsync($"{Namespaces}/ns.files/files?path=/folder")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task An_archive_is_unpacked_and_its_flows_become_flows()
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "a/b.txt", "b");
            Add(zip, "_flows/f.yml", Flow("elsewhere", "f"));
        }

        var answer = await server.SendAsync("POST", $"{Namespaces}/ns.archive/files?path=/x.zip", MultipartBody.Of(new MultipartPart("fileContent", archive.ToArray(), "x.zip")), MultipartBody.Type);

        answer.Status.ShouldBe(200, answer.Text);
        (await server.GetAsync($"{Namespaces}/ns.archive/files/search")).Text.ShouldBe("[\"/a/b.txt\"]");
        (await server.GetAsync("/api/v1/main/flows/ns.archive/f")).Status.ShouldBe(200);
        var exported = await server.GetAsync($"{Namespaces}/ns.archive/files/export");
        using var back = new ZipArchive(new MemoryStream(exported.Body));
        back.Entries.Select(static entry => entry.FullName).Order().ShouldBe(["_flows/f.yml", "a/b.txt"]);
        exported.Headers["Content-Disposition"].ShouldStartWith("attachment; filename=\"ns.archive_files.zip\"");
    }

    [Fact]
    public async Task The_folder_of_flows_holds_no_files()
    {
        var answer = await server.GetAsync($"{Namespaces}/ns.flows/files?path=/_flows/a.yml");

        (answer.Status, answer.Json.GetProperty("message").GetString()).ShouldBe((422, "Illegal argument: Forbidden path: /_flows/a.yml"));
        (await UploadAsync("ns.flows", "/_flows/a.txt", "x")).Json.GetProperty("message").GetString().ShouldBe("Illegal argument: Invalid flow file path: /_flows/a.txt");
    }

    [Theory]
    [InlineData("hello world", "{\"type\":\"STRING\",\"value\":\"hello\"}")]
    [InlineData("\"42\"", "{\"type\":\"STRING\",\"value\":\"42\"}")]
    [InlineData("1.5", "{\"type\":\"NUMBER\",\"value\":1.5}")]
    [InlineData("true", "{\"type\":\"BOOLEAN\",\"value\":true}")]
    [InlineData("\"2024-01-02T03:04:05Z\"", "{\"type\":\"STRING\",\"value\":\"2024-01-02T03:04:05Z\"}")]
    [InlineData("P1D", "{\"type\":\"DURATION\",\"value\":\"PT24H\"}")]
    [InlineData("[1,2]", "{\"type\":\"JSON\",\"value\":[1,2]}")]
    public async Task A_value_says_its_type(string body, string answer)
    {
        var key = $"k{(uint)StringComparer.Ordinal.GetHashCode(body)}";

        (await server.SendAsync("PUT", $"{Namespaces}/ns.kv/kv/{key}", Encoding.UTF8.GetBytes(body), "application/json", ("description", "what for"))).Status.ShouldBe(200);

        var found = await server.GetAsync($"{Namespaces}/ns.kv/kv/{key}");
        found.Text.ShouldBe(answer);
        found.Headers["description"].ShouldBe("what for");
    }

    [Fact]
    public async Task Keys_of_parents_are_inherited()
    {
        await server.SendAsync("PUT", $"{Namespaces}/up/kv/a", "1"u8.ToArray());

        var inherited = (await server.GetAsync($"{Namespaces}/up.down/kv/inheritance")).Json;

        inherited[0].GetProperty("namespace").GetString().ShouldBe("up");
        inherited[0].GetProperty("kvs")[0].GetProperty("key").GetString().ShouldBe("a");
        (await server.GetAsync($"{Namespaces}/up/secrets")).Text.ShouldBe("{\"readOnly\":true,\"results\":[{\"key\":\"MY_SECRET\"}],\"total\":1}");
        (await server.SendAsync("PUT", $"{Namespaces}/up/secrets", "{}"u8.ToArray(), "application/json")).Status.ShouldBe(405);
    }

    private static string Flow(string @namespace, string id) => $"id: {id}\nnamespace: {@namespace}\ntasks:\n  - id: log\n    type: io.kestra.plugin.core.log.Log\n    message: x\n";

    private static void Add(ZipArchive zip, string name, string content)
    {
        using var entry = zip.CreateEntry(name).Open();
        entry.Write(Encoding.UTF8.GetBytes(content));
    }

    private Task<Answer> UploadAsync(string @namespace, string path, string content) =>
        server.SendAsync("POST", $"{Namespaces}/{@namespace}/files?path={Uri.EscapeDataString(path)}", MultipartBody.Of(new MultipartPart("fileContent", Encoding.UTF8.GetBytes(content), "f")), MultipartBody.Type);
}

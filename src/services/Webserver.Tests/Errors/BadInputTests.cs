using System.Text;
using System.Text.Json;
using Kestra.Webserver.Tests.Running;

namespace Kestra.Webserver.Tests.Errors;

/// <summary>Whatever is wrong with a request, its answer says so in the one shape of errors, and shows nothing of the inside.</summary>
public sealed class BadInputTests(BadInputTests.SharedServer shared) : IClassFixture<BadInputTests.SharedServer>
{
    private const string Flow = """
        id: typed
        namespace: bad.input
        inputs:
          - id: number
            type: INT
          - id: text
            type: STRING
            required: false
        tasks:
          - id: log
            type: io.kestra.plugin.core.log.Log
            message: "{{ inputs.number }}"
        """;

    private readonly TestServer server = shared.Server;

    /// <summary>One server for all: bad requests leave nothing behind.</summary>
    public sealed class SharedServer : IAsyncLifetime
    {
        internal TestServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Server = await TestServer.StartAsync(static options => options with { MaxTextBytes = 4 * 1024 * 1024, MaxValueBytes = 2 * 1024 * 1024, MaxParts = 20 });
            await Server.PutFlowAsync(Flow);
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    [Fact]
    public async Task Malformed_YAML_is_refused_with_its_line()
    {
        var answer = await PostFlowAsync("id: broken\nnamespace: bad.input\ntasks:\n  - id: a\n   type: [\n");

        IsError(answer, 422).ShouldContain("line", Case.Insensitive);
    }

    [Fact]
    public async Task A_bomb_of_aliases_is_refused()
    {
        var bomb = new StringBuilder("id: bomb\nnamespace: bad.input\nvariables:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var level = 1; level < 12; level++)
        {
            bomb.Append($"  a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10))}]\n");
        }

        var answer = await PostFlowAsync(bomb + "tasks:\n  - id: a\n    type: io.kestra.plugin.core.log.Log\n    message: x\n");

        IsError(answer, 422).ShouldContain("The aliases of the document stand for more than 500000 values");
    }

    [Fact]
    public async Task Deep_YAML_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 5000)) + string.Concat(Enumerable.Repeat("]", 5000));

        IsError(await PostFlowAsync($"id: deep\nnamespace: bad.input\nvariables:\n  a: {deep}\ntasks: []\n"), 422);
    }

    [Fact]
    public async Task An_unknown_task_is_refused_by_name() =>
        IsError(await PostFlowAsync("id: unknown\nnamespace: bad.input\ntasks:\n  - id: a\n    type: io.kestra.plugin.core.log.Lag\n"), 422).ShouldContain("io.kestra.plugin.core.log.Lag");

    [Fact]
    public async Task A_missing_input_is_named() =>
        IsError(await CreateAsync(), 422).ShouldBe("Invalid entity: number: Invalid input for `number`, missing required input, but received `null`");

    [Fact]
    public async Task An_input_of_the_wrong_type_is_named() =>
        IsError(await CreateAsync(new MultipartPart("number", "many"u8.ToArray())), 422).ShouldBe("Invalid entity: number: Invalid input for `number`, For input string: \"many\", but received `many`");

    [Fact]
    public async Task An_input_beyond_the_limit_is_refused() =>
        IsError(await CreateAsync(new MultipartPart("number", "1"u8.ToArray()), new MultipartPart("text", new byte[3 * 1024 * 1024])), 413);

    [Theory]
    [InlineData("")]
    [InlineData("; filename=\"a.txt\"")]
    public async Task A_body_that_ends_inside_of_a_part_is_the_clients_fault(string file)
    {
        var body = Encoding.UTF8.GetBytes($"--abc\r\nContent-Disposition: form-data; name=\"text\"{file}\r\n\r\nhello");

        IsError(await server.SendAsync("POST", "/api/v1/main/executions/bad.input/typed", body, "multipart/form-data; boundary=abc"), 400)
            .ShouldBe("Bad Request: The multipart body is malformed or ends too early");
    }

    [Fact]
    public async Task An_input_of_ten_megabytes_is_refused_as_a_whole()
    {
        await using var plain = await TestServer.StartAsync();
        await plain.PutFlowAsync(Flow);

        var body = MultipartBody.Of(new MultipartPart("number", "1"u8.ToArray()), new MultipartPart("text", Encoding.UTF8.GetBytes(new string('x', 10 * 1024 * 1024))));
        var answer = await plain.SendAsync("POST", "/api/v1/main/executions/bad.input/typed", body, MultipartBody.Type);

        IsError(answer, 413);
        (await plain.GetAsync("/api/v1/main/executions/search")).Json.GetProperty("total").GetInt32().ShouldBe(0);
    }

    [Fact]
    public async Task A_flow_beyond_the_limit_is_refused() =>
        IsError(await PostFlowAsync("id: large\nnamespace: bad.input\ndescription: " + new string('x', 5 * 1024 * 1024)), 413);

    [Fact]
    public async Task Too_many_parts_are_refused() =>
        IsError(await CreateAsync([.. Enumerable.Range(0, 30).Select(static number => new MultipartPart($"p{number}", "1"u8.ToArray()))]), 400);

    [Theory]
    [InlineData("/api/v1/nope")]
    [InlineData("/api/v1/main/nope/deeper")]
    [InlineData("/nope")]
    [InlineData("/api/v1/main//flows/search")]
    public async Task An_unknown_route_is_not_found(string path) => IsError(await server.GetAsync(path), 404).ShouldBe("Not Found");

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("nonsense")]
    [InlineData("[{\"namespace\":}]")]
    public async Task Bad_JSON_is_refused(string body) =>
        IsError(await server.SendAsync("POST", "/api/v1/main/flows/enable/by-ids", Encoding.UTF8.GetBytes(body), "application/json"), 422).ShouldStartWith("Invalid json");

    [Theory]
    [InlineData("POST", "/api/v1/main/executions/latest", "{}")]
    [InlineData("POST", "/api/v1/main/executions/latest", "5")]
    [InlineData("POST", "/api/v1/main/executions/kill", "[1]")]
    [InlineData("POST", "/api/v1/main/executions/restart/by-ids", "[1, null]")]
    [InlineData("POST", "/api/v1/main/executions/restart/by-ids", "{\"ids\":[]}")]
    [InlineData("POST", "/api/v1/main/executions/labels/by-ids", "[]")]
    [InlineData("PUT", "/api/v1/main/triggers", "[]")]
    [InlineData("PUT", "/api/v1/main/triggers", "{\"namespace\":5}")]
    [InlineData("POST", "/api/v1/main/triggers/unlock/by-triggers", "{}")]
    [InlineData("POST", "/api/v1/main/triggers/set-disabled/by-triggers", "{\"triggers\":[5],\"disabled\":true}")]
    [InlineData("POST", "/api/v1/main/flows/enable/by-ids", "[5]")]
    [InlineData("POST", "/api/v1/main/flows/delete/by-ids", "\"x\"")]
    [InlineData("DELETE", "/api/v1/main/namespaces/a/kv", "{\"keys\":5}")]
    [InlineData("POST", "/api/v1/main/namespaces/autocomplete", "[]")]
    public async Task JSON_of_another_shape_breaks_nothing(string method, string path, string body)
    {
        var answer = await server.SendAsync(method, path, Encoding.UTF8.GetBytes(body), "application/json");

        if (answer.Status != 200)
        {
            IsError(answer, answer.Status);
            answer.Status.ShouldBeLessThan(500);
        }
    }

    [Theory]
    [InlineData("/../../etc/passwd")]
    [InlineData("/..%2F..%2Fetc/passwd")]
    [InlineData("/a/%2e%2e/%2e%2e/b")]
    [InlineData("..\\..\\b")]
    [InlineData("/a%00b")]
    [InlineData("%252e%252e/x")]
    public async Task Paths_that_leave_their_folder_are_refused(string path)
    {
        var upload = MultipartBody.Of(new MultipartPart("fileContent", "x"u8.ToArray(), "f.txt"));

        IsError(await server.SendAsync("POST", $"/api/v1/main/namespaces/bad.input/files?path={path}", upload, MultipartBody.Type), 422);
        IsError(await server.GetAsync($"/api/v1/main/namespaces/bad.input/files?path={path}"), 422);
        IsError(await server.SendAsync("DELETE", $"/api/v1/main/namespaces/bad.input/files?path={path}"), 422);
        IsError(await server.SendAsync("PUT", $"/api/v1/main/namespaces/bad.input/files?from={path}&to=/x"), 422);
        (await server.GetAsync("/api/v1/main/namespaces/bad.input/files/search?q=")).Json.GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Namespaces_that_are_paths_are_refused()
    {
        IsError(await server.GetAsync("/api/v1/main/namespaces/..%2F..%2Fx/files/search"), 422);
        IsError(await server.GetAsync("/api/v1/main/namespaces/..%2Fx/kv"), 422);
    }

    [Fact]
    public async Task Names_of_uploaded_files_stay_within_the_execution()
    {
        await server.PutFlowAsync("id: upload\nnamespace: bad.input\ninputs:\n  - id: file\n    type: FILE\ntasks:\n  - id: r\n    type: io.kestra.plugin.core.debug.Return\n    format: \"{{ inputs.file }}\"\n");
        var body = MultipartBody.Of(new MultipartPart("file", "content"u8.ToArray(), "../../../../evil.txt"));

        var answer = await server.SendAsync("POST", "/api/v1/main/executions/bad.input/upload", body, MultipartBody.Type);

        answer.Status.ShouldBe(200, answer.Text);
        var id = answer.Json.GetProperty("id").GetString();
        answer.Json.GetProperty("inputs").GetProperty("file").GetString().ShouldBe($"kestra:///bad/input/upload/executions/{id}/inputs/file/evil.txt");
    }

    [Fact]
    public async Task An_archive_that_leaves_its_folder_is_refused()
    {
        using var archive = new MemoryStream();
        using (var zip = new System.IO.Compression.ZipArchive(archive, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            await using var entry = await zip.CreateEntry("../../evil.txt").OpenAsync(TestContext.Current.CancellationToken);
            entry.Write("x"u8);
        }

        IsError(await server.SendAsync("POST", "/api/v1/main/namespaces/bad.input/files?path=/a.zip", MultipartBody.Of(new MultipartPart("fileContent", archive.ToArray(), "a.zip")), MultipartBody.Type), 422);
    }

    [Fact]
    public async Task An_archive_that_unpacks_beyond_the_limit_is_refused()
    {
        await using var small = await TestServer.StartAsync(static options => options with { MaxArchiveBytes = 1024 });
        using var archive = new MemoryStream();
        using (var zip = new System.IO.Compression.ZipArchive(archive, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            await using var entry = await zip.CreateEntry("zeros.bin").OpenAsync(TestContext.Current.CancellationToken);
            entry.Write(new byte[100_000]);
        }

        IsError(await small.SendAsync("POST", "/api/v1/main/namespaces/a/files?path=/a.zip", MultipartBody.Of(new MultipartPart("fileContent", archive.ToArray(), "a.zip")), MultipartBody.Type), 413);
    }

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task A_broken_multipart_body_is_refused(string type) =>
        IsError(await server.SendAsync("POST", "/api/v1/main/executions/bad.input/typed", "--y\r\nnothing"u8.ToArray(), type), 400);

    [Theory]
    [InlineData("/api/v1/main/flows/search?page=99999999999", 422)]
    [InlineData("/api/v1/main/flows/search?size=-1", 422)]
    [InlineData("/api/v1/main/flows/search?sort=nope:asc", 422)]
    [InlineData("/api/v1/main/executions/search?sort=state;drop:asc", 422)]
    [InlineData("/api/v1/main/executions/search?filters[startDate][EQUALS]=yesterday", 422)]
    [InlineData("/api/v1/main/executions/search?timeRange=soon", 422)]
    [InlineData("/api/v1/main/logs/search?filters[level][IN]=LOUD", 422)]
    [InlineData("/api/v1/main/flows/bad.input/typed?revision=one", 422)]
    public async Task Parameters_that_make_no_sense_are_refused(string path, int status) => IsError(await server.GetAsync(path), status);

    private Task<Answer> PostFlowAsync(string source) => server.SendAsync("POST", "/api/v1/main/flows", Encoding.UTF8.GetBytes(source), "application/x-yaml");

    private Task<Answer> CreateAsync(params MultipartPart[] parts) => server.SendAsync("POST", "/api/v1/main/executions/bad.input/typed", MultipartBody.Of(parts), MultipartBody.Type);

    /// <returns>The message.</returns>
    private static string IsError(Answer answer, int status)
    {
        answer.Status.ShouldBe(status, answer.Text);
        answer.Headers["Content-Type"].ShouldBe("application/json");
        answer.Json.EnumerateObject().Select(static property => property.Name).ShouldBe(["message", "logref", "path", "_links", "_embedded"]);
        answer.Json.GetProperty("_links").GetProperty("self").GetProperty("href").ValueKind.ShouldBe(JsonValueKind.String);
        answer.Text.ShouldNotContain("   at ");
        answer.Text.ShouldNotContain("Kestra.Webserver");
        answer.Text.ShouldNotContain(Path.GetTempPath() + "kestra-web-");
        return answer.Json.GetProperty("message").GetString()!;
    }
}

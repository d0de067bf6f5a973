using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Kestra.Cli.Composition;

namespace Kestra.Cli.Tests;

/// <summary>Commands that talk to a server.</summary>
public sealed class ApiCommandTests : IAsyncLifetime
{
    private readonly Workspace workspace = new();
    private KestraServer? server;

    private string[] Login => ["--server", $"http://localhost:{server!.Port}/", "--user", TestServers.User];

    public async ValueTask InitializeAsync() => server = await TestServers.StartAsync(Path.Combine(workspace.Folder, "server"));

    public async ValueTask DisposeAsync()
    {
        await server!.StopAsync(CancellationToken.None);
        await server.DisposeAsync();
        workspace.Dispose();
    }

    [Fact]
    public async Task A_flow_is_created_updated_listed_and_deleted()
    {
        workspace.Write("f.yaml", Flow("one"));

        (await RunAsync(0, "flow", "create", "f.yaml")).ShouldBe("Flow successfully created !\n");
        await RunAsync(1, "flow", "create", "f.yaml");
        workspace.Error.ShouldBe("\tUnable to parse flows due to the following error:\n\t- Invalid entity: flow.id: Flow id already exists\n");
        workspace.Write("f.yaml", Flow("one") + "description: new\n");
        (await RunAsync(0, "flow", "update", "f.yaml", "a.b", "one")).ShouldBe("Flow successfully updated !\n");
        (await RunAsync(0, "flow", "list")).ShouldBe("NAMESPACE  ID   REVISION  STATE\na.b        one  2\n");
        (await RunAsync(0, "flow", "list", "--namespace", "other")).ShouldBe("NAMESPACE  ID  REVISION  STATE\n");
        (await RunAsync(0, "flow", "delete", "a.b", "one")).ShouldBe("Flow successfully deleted !\n");
        await RunAsync(1, "flow", "delete", "a.b", "one");
        workspace.Error.ShouldContain("\t- Not Found");
    }

    [Fact]
    public async Task A_folder_of_flows_is_brought_to_the_server()
    {
        workspace.Write("flows/one.yaml", Flow("one"));
        workspace.Write("flows/sub/two.yml", Flow("two"));

        (await RunAsync(0, "flow", "updates", "flows")).ShouldBe("2 flow(s) successfully updated !\n- a.b.one\n- a.b.two\n");
        File.Delete(Path.Combine(workspace.Folder, "flows/one.yaml"));
        await RunAsync(0, "flow", "updates", "--no-delete", "flows");
        (await RunAsync(0, "flow", "list", "-o", "json")).ShouldContain("\"one\"");
        await RunAsync(0, "flow", "updates", "--delete", "flows");
        (await RunAsync(0, "flow", "list", "-o", "json")).ShouldNotContain("\"one\"");
        await RunAsync(1, "flow", "updates", "--namespace", "io.kestra.cli", "flows");
        workspace.Error.ShouldContain("flow namespace is invalid");
    }

    [Fact]
    public async Task A_namespace_is_brought_to_what_a_folder_holds()
    {
        workspace.Write("flows/one.yaml", Flow("one"));

        await RunAsync(1, "flow", "namespace", "update", "c.d", "flows");
        (await RunAsync(0, "flow", "namespace", "update", "--override-namespaces", "c.d", "flows")).ShouldBe("1 flow(s) for namespace 'c.d' successfully updated !\n- c.d.one\n");
    }

    [Fact]
    public async Task An_empty_folder_changes_nothing()
    {
        Directory.CreateDirectory(Path.Combine(workspace.Folder, "empty"));

        (await RunAsync(0, "flow", "updates", "empty")).ShouldBe("0 flow(s) successfully updated !\n");
        workspace.Error.ShouldContain($"No flow found on '{Path.Combine(workspace.Folder, "empty")}'");
    }

    [Fact]
    public async Task Flows_are_exported_as_their_sources()
    {
        workspace.Write("f.yaml", Flow("one"));
        await RunAsync(0, "flow", "create", "f.yaml");

        (await RunAsync(0, "flow", "export", "out", "--namespace", "a.b")).ShouldBe("Exporting flow(s) for namespace 'a.b' successfully done !\n");
        (await RunAsync(0, "flow", "export", "out")).ShouldBe("Exporting flow(s) for namespace 'null' successfully done !\n");

        await using var zip = await ZipFile.OpenReadAsync(Path.Combine(workspace.Folder, "out/flows.zip"));
        using var reader = new StreamReader(await zip.GetEntry("a.b.one.yml").ShouldNotBeNull().OpenAsync());
        (await reader.ReadToEndAsync()).ShouldBe(Flow("one"));
    }

    [Fact]
    public async Task A_server_validates_flows()
    {
        workspace.Write("flows/bad.yaml", Flow("bad").Replace("log.Log", "log.Lag", StringComparison.Ordinal));
        workspace.Write("flows/good.yaml", Flow("good"));

        (await RunAsync(1, "flow", "validate", "flows")).ShouldContain("✓ - a.b / good\n");
        workspace.Error.ShouldContain($"✘ - {Path.Combine(workspace.Folder, "flows/bad.yaml")}\n\tUnable to parse flow due to the following error(s):\n\t- ");
        workspace.Error.ShouldContain("Invalid type: io.kestra.plugin.core.log.Lag");
        File.Delete(Path.Combine(workspace.Folder, "flows/bad.yaml"));
        (await RunAsync(0, "flow", "validate", "flows")).ShouldBe("✓ - a.b / good\n");
    }

    [Fact]
    public async Task Executions_are_listed_shown_and_their_logs_printed()
    {
        workspace.Write("f.yaml", Flow("one"));
        using var run = System.Text.Json.JsonDocument.Parse(await RunAsync(0, "flow", "run", "f.yaml", "-o", "json"));
        var id = run.RootElement.GetProperty("id").GetString()!;

        (await RunAsync(0, "execution", "list", "--flow", "one", "--state", "success")).ShouldContain($"\n{id}  a.b.one  SUCCESS  ");
        (await RunAsync(0, "execution", "get", id)).ShouldContain($"\"id\": \"{id}\"");
        (await RunAsync(0, "execution", "logs", id)).ShouldContain(" INFO hi one");
        (await RunAsync(0, "execution", "follow", id)).ShouldContain(": SUCCESS in ");
        (await RunAsync(0, "execution", "replay", id)).ShouldMatch("^Execution [0-9A-Za-z]+ started\n$");
        await RunAsync(1, "execution", "resume", id);
        workspace.Error.ShouldContain($"Unable to parse executions due to the following error:\n\t- Illegal state: Execution '{id}' is not paused, can't resume it");
        await RunAsync(1, "execution", "get", "nowhere");
    }

    [Fact]
    public async Task Wrong_credentials_are_told_with_the_remedy()
    {
        await workspace.RunAsync(1, "flow", "list", "--server", $"http://localhost:{server!.Port}");

        workspace.Error.ShouldContain("asks for credentials; give --user user:password or --api-token.");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_with_the_remedy()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        await workspace.RunAsync(1, "flow", "list", "--server", $"http://localhost:{port}");

        workspace.Error.ShouldContain($"Cannot reach the server at http://localhost:{port}/: ");
        workspace.Error.ShouldContain("`kestra server local` starts one");
        workspace.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task An_address_that_is_none_is_told()
    {
        await workspace.RunAsync(1, "flow", "list", "--server", "nonsense");

        workspace.Error.ShouldContain("The value of --server must be an address such as http://localhost:8080, but is 'nonsense'.");
    }

    [Fact]
    public async Task Tenant_headers_and_credentials_reach_the_server()
    {
        await using var echo = await OneAnswer.StartAsync("200 OK", "application/json", "{\"results\":[],\"total\":0}");

        await workspace.RunAsync(0, "flow", "list", "--server", echo.Address + "base/", "--tenant", "acme", "--headers", "X-One=1", "--headers", "X-Two=a=b", "--user", "u:p:q", "--api-token", "secret");

        echo.Request.ShouldStartWith("GET /base/api/v1/acme/flows/search?");
        echo.Request.ShouldContain("\r\nX-One: 1\r\n");
        echo.Request.ShouldContain("\r\nX-Two: a=b\r\n");
        echo.Request.ShouldContain("\r\nAuthorization: Bearer secret\r\n");
        echo.Request.ShouldNotContain("Basic");
    }

    [Fact]
    public async Task A_user_without_token_logs_in_with_everything_after_the_first_colon_as_password()
    {
        await using var echo = await OneAnswer.StartAsync("200 OK", "application/json", "{\"results\":[],\"total\":0}");

        await workspace.RunAsync(0, "flow", "list", "--server", echo.Address, "--user", "u:p:q");

        echo.Request.ShouldStartWith("GET /api/v1/main/flows/search?");
        echo.Request.ShouldContain($"\r\nAuthorization: Basic {Convert.ToBase64String("u:p:q"u8)}\r\n");
    }

    [Theory]
    [InlineData("42", "42")]
    [InlineData("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("say \"hi\"", "\"say \\\"hi\\\"\"")]
    [InlineData("42", "\"42\"", "-t", "STRING")]
    [InlineData("", "{\"from\":\"file\"}", "-f", "value.json")]
    public async Task A_value_of_the_key_value_store_is_sent_as_literal_or_as_text(string value, string sent, params string[] options)
    {
        workspace.Write("value.json", "{\"from\":\"file\"}");
        await using var echo = await OneAnswer.StartAsync("200 OK", "application/json", "");

        (await workspace.RunAsync(0, ["namespace", "kv", "update", "a.b", "my key", value, "-e", "1d", "--server", echo.Address, .. options])).ShouldBeEmpty();

        echo.Request.ShouldStartWith("PUT /api/v1/main/namespaces/a.b/kv/my%20key ");
        echo.Request.ShouldContain("\r\nttl: P1D\r\n");
        echo.Request.ShouldContain("\r\nContent-Type: application/json");
        echo.Request.ShouldEndWith("\r\n\r\n" + sent);
    }

    [Fact]
    public async Task A_life_time_that_is_none_is_a_wrong_command_line()
    {
        await workspace.RunAsync(2, "namespace", "kv", "update", "a", "k", "v", "-e", "soon");

        workspace.Error.ShouldContain("Invalid value for option '--expiration' (<expiration>): cannot convert 'soon'");
    }

    [Fact]
    public async Task A_namespace_file_is_sent_with_its_path_and_ignored_ones_stay()
    {
        workspace.Write("files/.kestraignore", "*.log\n.kestraignore\n");
        workspace.Write("files/sub/a b.txt", "content");
        workspace.Write("files/x.log", "noise");
        await using var echo = await OneAnswer.StartAsync("200 OK", "application/json", "");

        (await workspace.RunAsync(0, "namespace", "files", "update", "a.b", "files", "target", "--server", echo.Address))
            .ShouldBe($"Successfully uploaded {Path.Combine(workspace.Folder, "files/sub/a b.txt")} to /target/sub/a b.txt\n");

        echo.Request.ShouldStartWith("POST /api/v1/main/namespaces/a.b/files?path=%2Ftarget%2Fsub%2Fa%20b.txt ");
        echo.Request.ShouldContain("name=fileContent; filename=\"a b.txt\"");
        echo.Request.ShouldContain("\r\n\r\ncontent\r\n--");
    }

    [Theory]
    [InlineData("200 OK", "text/html", "<html>hi</html>", "does not answer like a Kestra server")]
    [InlineData("502 Bad Gateway", "text/html", "<html>proxy</html>", "502 Bad Gateway: <html>proxy</html>")]
    [InlineData("404 Not Found", "text/plain", "", "is the value of --server right?")]
    [InlineData("422 Invalid entity", "application/json", "{\"message\":\"Invalid entity: x: must not be null\\n\"}", "\t- Invalid entity: x: must not be null\n")]
    public async Task Answers_that_are_no_results_are_told_plainly(string status, string type, string body, string message)
    {
        await using var answer = await OneAnswer.StartAsync(status, type, body);

        await workspace.RunAsync(1, "flow", "list", "--server", answer.Address);

        workspace.Error.ShouldContain(message);
        workspace.Error.ShouldNotContain("   at ");
    }

    private Task<string> RunAsync(int expected, params string[] arguments) => workspace.RunAsync(expected, [.. arguments, .. Login]);

    private static string Flow(string id) => $"id: {id}\nnamespace: a.b\ntasks:\n  - id: t\n    type: io.kestra.plugin.core.log.Log\n    message: hi {id}\n";

    /// <summary>Answers one request and keeps it.</summary>
    private sealed class OneAnswer : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private Task serving = Task.CompletedTask;

        public string Address => $"http://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/";

        public string Request { get; private set; } = "";

        public static Task<OneAnswer> StartAsync(string status, string type, string body)
        {
            var answer = new OneAnswer();
            answer.listener.Start();
            answer.serving = answer.ServeAsync($"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");
            return Task.FromResult(answer);
        }

        public async ValueTask DisposeAsync()
        {
            listener.Stop();
            try
            {
                await serving;
            }
            catch (SocketException)
            {
                // Nobody called.
            }
        }

        private async Task ServeAsync(string answer)
        {
            using var client = await listener.AcceptTcpClientAsync();
            await using var stream = client.GetStream();
            var buffer = new byte[16 * 1024];
            while (!IsWhole(Request))
            {
                var count = await stream.ReadAsync(buffer);
                Request += Encoding.UTF8.GetString(buffer, 0, count);
            }

            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer));
        }

        private static bool IsWhole(string request)
        {
            var body = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            var length = System.Text.RegularExpressions.Regex.Match(request, "Content-Length: ([0-9]+)");
            return body >= 0 && (!length.Success || request.Length - body - 4 >= int.Parse(length.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
        }
    }
}

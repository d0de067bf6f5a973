using System.Net;

namespace Kestra.Cli.Tests;

public sealed class ServerCommandTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task A_local_server_tells_where_it_is_loads_flows_and_stops_when_asked()
    {
        workspace.Write("flows/a.yaml", "id: a\nnamespace: n\ntasks:\n  - id: t\n    type: io.kestra.plugin.core.debug.Return\ntriggers:\n  - id: daily\n    type: io.kestra.plugin.core.trigger.Schedule\n    cron: 0 3 * * *\n");
        workspace.Write("flows/bad.yaml", "id: bad\n");

        var running = workspace.RunAsync("server", "local", "--port", "0", "--flow-path", "flows", "--worker-thread", "2");
        await workspace.SeesAsync("Press Ctrl+C to stop.");
        var port = System.Text.RegularExpressions.Regex.Match(workspace.Output, "Server Running: http://localhost:([0-9]+), Management server on port http://localhost:([0-9]+)/health");
        port.Success.ShouldBeTrue(workspace.Output);
        using var http = new HttpClient();
        (await http.GetStringAsync($"http://localhost:{port.Groups[1].Value}/ping")).ShouldBe("pong");
        (await http.GetAsync($"http://localhost:{port.Groups[2].Value}/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var management = new Uri($"http://localhost:{port.Groups[2].Value}");
        (await http.GetStringAsync(new Uri(management, "/worker"))).ShouldBe("""{"runningCount":0,"runnings":[]}""");
        (await http.GetStringAsync(new Uri(management, "/scheduler"))).ShouldStartWith("""{"schedulableCount":1,"schedulable":[{"flowId":"a","namespace":"n","revision":1,"trigger":{"id":"daily","type":"io.kestra.plugin.core.trigger.Schedule"},"next": """.TrimEnd());
        (await http.GetStringAsync(new Uri(management, "/routes"))).ShouldContain("\"/api/v1/{tenant}/flows/search\":{\"methods\":[\"GET\",\"HEAD\"]}");
        (await http.GetStringAsync($"http://localhost:{port.Groups[1].Value}/ui/")).ShouldContain("Kestra is running");
        workspace.Interruption.Request(15);
        var code = await running.WaitAsync(TimeSpan.FromSeconds(30));

        code.ShouldBe(143);
        workspace.Output.ShouldContain("Machine information: ");
        workspace.Output.ShouldContain("Starting Kestra 1.0.0 with environments [cli]");
        workspace.Output.ShouldMatch("Registered [0-9]{2,} core plugins \\(scan done in [0-9]+ms\\)");
        workspace.Output.ShouldContain("Created flow n.a");
        workspace.Error.ShouldContain("Unable to create flow ");
        workspace.Output.ShouldContain(Path.Combine(workspace.Folder, "data", "database.db"));
        workspace.Error.ShouldContain("Receiving shutdown ! Try to graceful exit");
        workspace.Output.ShouldContain("Kestra server - Shutdown initiated");
        workspace.Output.ShouldContain("Kestra server - Shutdown completed");
        workspace.Output.ShouldContain("All working threads are terminated.");
        foreach (var service in (ReadOnlySpan<string>)["EXECUTOR", "WORKER", "SCHEDULER", "INDEXER", "WEBSERVER"])
        {
            workspace.Output.ShouldMatch($"\\[Service id=[-0-9a-f]{{36}}, type='{service}', hostname='[^']+'\\] Connected\\.");
            workspace.Output.ShouldMatch($"type='{service}', hostname='[^']+'\\] Terminating");
            workspace.Output.ShouldMatch($"type='{service}', hostname='[^']+'\\] Closed \\(TERMINATED_GRACEFULLY\\)\\.");
        }
    }

    [Fact]
    public async Task A_second_server_on_the_same_folder_or_port_says_what_to_do()
    {
        await using var first = await TestServers.StartAsync(workspace.Folder);
        using var other = new Workspace();

        await workspace.RunAsync(1, "server", "local", "--port", "0");
        await other.RunAsync(1, "server", "local", "--port", first.Port!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture));

        workspace.Error.ShouldContain("is in use by another Kestra server");
        other.Error.ShouldContain("A port is in use by another program");
        other.Error.ShouldContain("--port");
        other.Error.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("server", "local", "--port", "0")]
    [InlineData("flow", "run", "a.yaml")]
    public async Task A_file_that_is_no_database_is_named_without_a_trace(params string[] command)
    {
        workspace.Write("a.yaml", "id: a\nnamespace: n\ntasks:\n  - id: t\n    type: io.kestra.plugin.core.debug.Return\n");
        var file = workspace.Write("data/database.db", "This is a letter, and by no means a database of any kind; it is long enough.");

        await workspace.RunAsync(1, command);

        workspace.Error.ShouldContain($"The file '{file}' is damaged, or is no database");
        workspace.Error.ShouldNotContain("   at ");
        File.ReadAllText(file).ShouldStartWith("This is a letter");
    }
}

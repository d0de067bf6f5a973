using System.Text.Json;
using Kestra.Cli.Composition;

namespace Kestra.Cli.Tests;

/// <summary><c>flow run</c> from a file to its end, with a server in the process and with one beside it.</summary>
public sealed class FlowRunTests : IDisposable
{
    private const string Hello = """
        id: hello
        namespace: company.team
        inputs:
          - id: name
            type: STRING
            defaults: World
        tasks:
          - id: greet
            type: io.kestra.plugin.core.log.Log
            message: "Hello {{ inputs.name }}"
          - id: ret
            type: io.kestra.plugin.core.debug.Return
            format: "{{ inputs.name | upper }}"
        outputs:
          - id: said
            type: STRING
            value: "{{ outputs.ret.value }}"
        """;

    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task A_flow_runs_to_its_end_with_its_logs_and_outputs()
    {
        workspace.Write("hello.yaml", Hello);

        var output = await workspace.RunAsync(0, "flow", "run", "hello.yaml", "--inputs", "name=Bob", "--wait");

        output.ShouldMatch("^company\\.team\\.hello revision 1, execution [0-9A-Za-z]+\n");
        output.ShouldContain("  INFO   greet  Hello Bob\n");
        output.ShouldContain("✓ greet SUCCESS in ");
        output.ShouldMatch("hello revision 1, execution [0-9A-Za-z]+: SUCCESS in ");
        output.ShouldEndWith("Outputs:\n  said: BOB\n");
        workspace.Error.ShouldBeEmpty();
        File.Exists(Path.Combine(workspace.Folder, "data/database.db")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_server_that_comes_back_is_followed_on()
    {
        workspace.Write("wait.yaml", """
            id: wait
            namespace: company.team
            tasks:
              - id: before
                type: io.kestra.plugin.core.log.Log
                message: before the break
              - id: hold
                type: io.kestra.plugin.core.flow.Pause
              - id: after
                type: io.kestra.plugin.core.log.Log
                message: after the break
            """);
        using var folder = new Workspace();
        var first = await TestServers.StartAsync(folder.Folder);
        var port = first.Port!.Value;
        string[] address = ["--server", $"http://localhost:{port}", "--user", TestServers.User];
        var running = workspace.RunAsync(["flow", "run", "wait.yaml", .. address]);
        await workspace.SeesAsync("before the break");
        await workspace.SeesAsync("hold PAUSED");
        await first.StopAsync(CancellationToken.None);
        await first.DisposeAsync();
        await workspace.SeesAsync("waiting for the server to come back");

        await using var second = await TestServers.StartAsync(folder.Folder, port: port);
        var execution = System.Text.RegularExpressions.Regex.Match(workspace.Output, "execution ([0-9A-Za-z]+)").Groups[1].Value;
        await folder.RunAsync(0, ["execution", "resume", execution, .. address]);

        (await running.WaitAsync(TimeSpan.FromSeconds(60))).ShouldBe(0, workspace.Output + workspace.Error);
        workspace.Output.ShouldContain("after the break");
        workspace.Output.Split("before the break").Length.ShouldBe(2, workspace.Output);
    }

    [Fact]
    public async Task A_changed_flow_gets_a_further_revision_in_the_same_folder()
    {
        workspace.Write("hello.yaml", Hello);
        await workspace.RunAsync(0, "flow", "run", "hello.yaml");
        await workspace.RunAsync(0, "flow", "run", "hello.yaml");
        workspace.Write("hello.yaml", Hello + "\ndescription: changed\n");

        var output = await workspace.RunAsync(0, "flow", "run", "hello.yaml");

        output.ShouldStartWith("company.team.hello revision 2, ");
    }

    [Fact]
    public async Task A_failing_flow_exits_with_1_and_names_what_failed()
    {
        workspace.Write("fails.yaml", "id: fails\nnamespace: a\ntasks:\n  - id: boom\n    type: io.kestra.plugin.core.execution.Fail\n    errorMessage: no luck\n");

        var output = await workspace.RunAsync(1, "flow", "run", "fails.yaml");

        output.ShouldContain("✗ boom FAILED");
        output.ShouldContain("no luck");
        output.ShouldContain(": FAILED in ");
        output.ShouldContain("\nFailed: boom\n");
    }

    [Fact]
    public async Task For_machines_there_is_only_the_execution_as_json()
    {
        workspace.Write("hello.yaml", Hello);

        var output = await workspace.RunAsync(0, "flow", "run", "hello.yaml", "-o", "json", "--labels", "team=blue");

        using var document = JsonDocument.Parse(output);
        document.RootElement.GetProperty("state").GetProperty("current").GetString().ShouldBe("SUCCESS");
        document.RootElement.GetProperty("outputs").GetProperty("said").GetString().ShouldBe("WORLD");
        document.RootElement.GetProperty("labels").EnumerateArray().ShouldContain(static label => label.GetProperty("key").GetString() == "team");
    }

    [Fact]
    public async Task Subflows_beside_the_flow_come_along_and_others_do_not()
    {
        workspace.Write("parent.yaml", "id: parent\nnamespace: a.b\ntasks:\n  - id: call\n    type: io.kestra.plugin.core.flow.Subflow\n    namespace: a.b\n    flowId: child\n    wait: true\n    transmitFailed: true\n");
        workspace.Write("child.yml", "id: child\nnamespace: a.b\ntasks:\n  - id: call\n    type: io.kestra.plugin.core.flow.Subflow\n    namespace: a.b\n    flowId: grandchild\n    wait: true\n    transmitFailed: true\n");
        workspace.Write("grandchild.yml", "id: grandchild\nnamespace: a.b\ntasks:\n  - id: t\n    type: io.kestra.plugin.core.debug.Return\n    format: x\n");
        workspace.Write("broken.yml", "id: [\n");
        workspace.Write("unrelated.yml", "id: unrelated\nnamespace: a.b\ntasks:\n  - id: t\n    type: no.such.Type\n");

        await workspace.RunAsync(0, "flow", "run", "parent.yaml");
        await workspace.RunAsync(0, "sys", "reindex", "-t", "flow");

        workspace.Output.ShouldContain("✓ call SUCCESS");
        workspace.Output.ShouldEndWith("Successfully reindex 3 flow(s).\n");
    }

    [Fact]
    public async Task An_invalid_flow_is_not_run_and_its_faults_have_their_places()
    {
        workspace.Write("bad.yaml", "id: bad\nnamespace: a\ntasks:\n  - id: t\n    type: io.kestra.plugin.core.log.Lag\n");

        await workspace.RunAsync(1, "flow", "run", "bad.yaml");

        workspace.Error.ShouldStartWith("bad.yaml is not a valid flow:\n  bad.yaml:");
        workspace.Error.ShouldContain("io.kestra.plugin.core.log.Lag");
        workspace.Error.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("The flow has no input 'nam'. Its inputs are: name.", "--inputs", "nam=x")]
    [InlineData("should be in KEY=VALUE format", "--inputs", "name")]
    [InlineData("Option '--no-wait' needs '--server'", "--no-wait")]
    public async Task Wrong_inputs_are_told(string message, params string[] options)
    {
        workspace.Write("hello.yaml", Hello);

        (await workspace.RunAsync(["flow", "run", "hello.yaml", .. options])).ShouldNotBe(0);

        workspace.Error.ShouldContain(message);
    }

    [Fact]
    public async Task A_missing_or_wrong_input_is_told_without_a_trace()
    {
        workspace.Write("typed.yaml", "id: typed\nnamespace: a\ninputs:\n  - id: count\n    type: INT\ntasks:\n  - id: t\n    type: io.kestra.plugin.core.debug.Return\n");

        await workspace.RunAsync(1, "flow", "run", "typed.yaml");
        await workspace.RunAsync(1, "flow", "run", "typed.yaml", "-i", "count=many");

        workspace.Error.ShouldContain("count: ");
        workspace.Error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task An_input_of_type_file_takes_a_local_file_and_the_summary_says_where_results_lie()
    {
        workspace.Write("data.csv", "a,b\n1,2\n");
        workspace.Write("file.yaml", "id: file\nnamespace: a\ninputs:\n  - id: data\n    type: FILE\ntasks:\n  - id: t\n    type: io.kestra.plugin.core.debug.Return\n    format: \"{{ read(inputs.data) }}\"\noutputs:\n  - id: text\n    type: STRING\n    value: \"{{ outputs.t.value }}\"\n  - id: file\n    type: STRING\n    value: \"{{ inputs.data }}\"\n");

        var output = await workspace.RunAsync(0, "flow", "run", "file.yaml", "-i", "data=data.csv");

        output.ShouldContain("  text: a,b\n    1,2\n");
        var path = output.Split('\n').Single(static line => line.StartsWith("    data/main/a/file/", StringComparison.Ordinal)).Trim();
        workspace.Read(path).ShouldBe("a,b\n1,2\n");
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_named()
    {
        workspace.Write("file.yaml", "id: file\nnamespace: a\ninputs:\n  - id: data\n    type: FILE\ntasks:\n  - id: t\n    type: io.kestra.plugin.core.debug.Return\n");

        await workspace.RunAsync(1, "flow", "run", "file.yaml", "-i", "data=nowhere.csv");

        workspace.Error.ShouldContain("The input 'data' is a file; ");
        workspace.Error.ShouldContain("nowhere.csv");
    }

    [Fact]
    public async Task An_interruption_kills_the_execution_and_waits_for_its_end()
    {
        workspace.Write("long.yaml", "id: long\nnamespace: a\ntasks:\n  - id: sleep\n    type: io.kestra.plugin.core.flow.Sleep\n    duration: PT10M\n");

        var running = workspace.RunAsync("flow", "run", "long.yaml");
        await workspace.SeesAsync("▶ sleep RUNNING");
        workspace.Interruption.Request(2);
        var code = await running.WaitAsync(TimeSpan.FromSeconds(30));

        code.ShouldBe(1);
        workspace.Output.ShouldContain("Interrupted: killing the execution.");
        workspace.Output.ShouldContain(": KILLED in ");
    }

    [Fact]
    public async Task A_folder_in_use_by_a_server_is_refused_with_the_remedy()
    {
        workspace.Write("hello.yaml", Hello);
        await using var server = await StartServerAsync(workspace.Folder);

        await workspace.RunAsync(1, "flow", "run", "hello.yaml");

        workspace.Error.ShouldContain("is in use by another Kestra server");
        workspace.Error.ShouldContain("--server");
    }

    [Fact]
    public async Task A_running_server_is_used_when_it_is_named()
    {
        workspace.Write("hello.yaml", Hello);
        await using var server = await StartServerAsync(workspace.Folder);
        string[] login = ["--server", $"http://localhost:{server.Port}", "--user", TestServers.User];

        var waited = await workspace.RunAsync(0, ["flow", "run", "hello.yaml", "-i", "name=Ada", .. login]);
        var started = await workspace.RunAsync(0, ["flow", "run", "hello.yaml", "--no-wait", .. login]);

        waited.ShouldContain("INFO   greet  Hello Ada\n");
        waited.ShouldEndWith("Outputs:\n  said: ADA\n");
        started.ShouldMatch($"^Execution [0-9A-Za-z]+ started: http://localhost:{server.Port}/ui/main/executions/company.team/hello/[0-9A-Za-z]+\n$");
    }

    [Fact]
    public async Task A_test_run_leaves_nothing_behind()
    {
        workspace.Write("hello.yaml", Hello);

        var output = await workspace.RunAsync(0, "flow", "test", "hello.yaml", "name", "Eve");

        output.ShouldContain("Hello Eve");
        Directory.Exists(Path.Combine(workspace.Folder, "data")).ShouldBeFalse();
    }

    private static Task<KestraServer> StartServerAsync(string folder) => TestServers.StartAsync(folder);
}

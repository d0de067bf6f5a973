using System.Text;
using System.Text.Json;
using Kestra.Model.Executions;
using Kestra.Storage.Objects;
using Kestra.Webserver.Tests.Running;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Webserver.Tests.Resources;

public sealed class ExecutionTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Executions = "/api/v1/main/executions";

    private readonly TestServer server = shared.Server;

    [Fact]
    public async Task A_stream_begins_at_once_and_ends_with_the_end()
    {
        await server.PutFlowAsync(Flow("exec.follow", "f", "io.kestra.plugin.core.flow.Sleep", "duration: PT0.3S"));
        var id = await server.CreateAsync("exec.follow", "f");

        var stream = await server.GetAsync($"{Executions}/{id}/follow");

        stream.Headers["Content-Type"].ShouldBe("text/event-stream");
        var events = stream.Text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(static frame => frame.Split('\n')).ToList();
        events.ShouldAllBe(static frame => frame.Length == 2 && frame[0].StartsWith("id: ") && frame[1].StartsWith("data: {"));
        events.Select(static frame => frame[0][4..]).Distinct().ShouldBe(["start", "progress", "end"]);
        JsonDocument.Parse(events[^1][1][6..]).RootElement.GetProperty("state").GetProperty("current").GetString().ShouldBe("SUCCESS");
    }

    [Fact]
    public async Task Streams_and_documents_are_compressed_for_those_who_ask_and_events_come_at_once()
    {
        await server.PutFlowAsync(Flow("exec.gzip", "f", "io.kestra.plugin.core.flow.Sleep", "duration: PT30S"));
        var id = await server.CreateAsync("exec.gzip", "f");
        using var client = new HttpClient();
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");

        using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{server.Port}{Executions}/{id}/follow"), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await using var body = await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await using var unpacked = new System.IO.Compression.GZipStream(body, System.IO.Compression.CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);

        answer.Content.Headers.ContentEncoding.ShouldBe(["gzip"]);
        (await reader.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("id: start");
    }

    [Fact]
    public async Task A_stream_of_an_unknown_execution_is_not_found() =>
        (await server.GetAsync($"{Executions}/nope/follow")).Status.ShouldBe(404);

    [Fact]
    public async Task A_call_that_waits_gives_the_ended_execution_with_its_outputs()
    {
        await server.PutFlowAsync("id: f\nnamespace: exec.wait\noutputs:\n  - id: o\n    type: STRING\n    value: \"{{ outputs.r.value }}\"\ntasks:\n  - id: r\n    type: io.kestra.plugin.core.debug.Return\n    format: done\n");

        var answer = await server.SendAsync("POST", $"{Executions}/exec.wait/f?wait=true&labels=a:1");

        answer.Json.GetProperty("state").GetProperty("current").GetString().ShouldBe("SUCCESS");
        answer.Json.GetProperty("outputs").GetProperty("o").GetString().ShouldBe("done");
        answer.Json.GetProperty("url").GetString().ShouldBe($"/ui/main/executions/exec.wait/f/{answer.Json.GetProperty("id").GetString()}");
    }

    [Fact]
    public async Task A_file_goes_in_and_comes_back()
    {
        await server.PutFlowAsync("id: f\nnamespace: exec.file\ninputs:\n  - id: data\n    type: FILE\ntasks:\n  - id: r\n    type: io.kestra.plugin.core.debug.Return\n    format: \"{{ inputs.data }}\"\n");
        var content = Enumerable.Range(0, 100_000).Select(static number => (byte)number).ToArray();

        var created = await server.SendAsync("POST", $"{Executions}/exec.file/f", MultipartBody.Of(new MultipartPart("data", content, "größe 1.bin", "application/octet-stream")), MultipartBody.Type);

        var (id, uri) = (created.Json.GetProperty("id").GetString(), created.Json.GetProperty("inputs").GetProperty("data").GetString()!);
        var file = await server.GetAsync($"{Executions}/{id}/file?path={Uri.EscapeDataString(uri)}");
        file.Status.ShouldBe(200, file.Text);
        file.Body.ShouldBe(content);
        file.Headers["Content-Disposition"].ShouldContain("filename*=utf-8''gr%C3%B6%C3%9Fe%201.bin");
        (await server.GetAsync($"{Executions}/{id}/file/metas?path={Uri.EscapeDataString(uri)}")).Json.GetProperty("size").GetInt32().ShouldBe(content.Length);
        (await server.GetAsync($"{Executions}/{id}/file?path={Uri.EscapeDataString(uri)}x")).Status.ShouldBe(404);
        (await server.GetAsync($"{Executions}/{id}/file?path=file:///etc/passwd")).Json.GetProperty("message").GetString().ShouldBe("Illegal argument: Scheme not supported: file");
    }

    [Theory]
    [InlineData("rows.ion", "{a:1}\n{a:2}\n{a:3}\n", "LIST", "[{\"a\":1},{\"a\":2}]", true)]
    [InlineData("page.md", "# Title\ntext", "MARKDOWN", "\"# Title\\ntext\"", false)]
    [InlineData("lines.txt", "1\n2\n3", "TEXT", "\"1\\n2\"", true)]
    [InlineData("two.csv", "1\n2", "TEXT", "\"1\\n2\"", false)]
    [InlineData("image.PNG", "xyz", "IMAGE", "\"eHl6\"", false)]
    public async Task A_preview_shows_files_by_their_extension(string name, string content, string type, string shown, bool truncated)
    {
        await server.PutFlowAsync(Flow("exec.preview", "f", "io.kestra.plugin.core.debug.Return", "format: x"));
        var execution = await server.RunAsync("exec.preview", "f");
        var path = $"{StoragePaths.Execution("exec.preview", "f", execution.Id)}/tasks/r/run/{name}";
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(content));
        await server.Server.Services.GetRequiredService<IObjectStorage>().PutAsync("main", path, stream, null, TestContext.Current.CancellationToken);

        var preview = await server.GetAsync($"{Executions}/{execution.Id}/file/preview?path=kestra://{path}&maxRows=2");

        preview.Json.GetProperty("type").GetString().ShouldBe(type);
        preview.Json.GetProperty("content").GetRawText().ShouldBe(shown);
        preview.Json.GetProperty("truncated").GetBoolean().ShouldBe(truncated);
        preview.Json.GetProperty("maxLine").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task An_expression_sees_what_the_task_saw_but_no_secret()
    {
        await server.PutFlowAsync("id: f\nnamespace: exec.eval\ninputs:\n  - id: n\n    type: INT\n    defaults: 4\ntasks:\n  - id: r\n    type: io.kestra.plugin.core.debug.Return\n    format: one\n  - id: s\n    type: io.kestra.plugin.core.debug.Return\n    format: two\n");
        var execution = await server.RunAsync("exec.eval", "f");

        (await EvaluateAsync(execution, "{{ inputs.n + 1 }} {{ outputs.r.value }} {{ task.id }}")).Json.GetProperty("result").GetString().ShouldBe("5 one s");
        (await EvaluateAsync(execution, "{{ secret('MY_SECRET') }}")).Text.ShouldNotContain("hush");
        (await EvaluateAsync(execution, "{{ nope")).Json.TryGetProperty("error", out _).ShouldBeTrue();
    }

    [Fact]
    public async Task A_replay_from_a_task_run_keeps_what_came_before()
    {
        await server.PutFlowAsync("id: f\nnamespace: exec.replay\ntasks:\n  - id: a\n    type: io.kestra.plugin.core.debug.Return\n    format: a\n  - id: b\n    type: io.kestra.plugin.core.debug.Return\n    format: b\n");
        var source = await server.RunAsync("exec.replay", "f");

        var answer = await server.SendAsync("POST", $"{Executions}/{source.Id}/replay?taskRunId={source.TaskRunList![1].Id}");

        answer.Json.GetProperty("state").GetProperty("current").GetString().ShouldBe("RESTARTED");
        answer.Json.GetProperty("parentId").GetString().ShouldBe(source.Id);
        answer.Json.GetProperty("labels").EnumerateArray().Select(static label => label.GetProperty("key").GetString()).ShouldContain("system.replay");
        var replayed = await server.UntilAsync(answer.Json.GetProperty("id").GetString()!, StateType.SUCCESS);
        replayed.TaskRunList!.Count.ShouldBe(2);
        (await server.SendAsync("POST", $"{Executions}/{source.Id}/replay")).Json.GetProperty("state").GetProperty("current").GetString().ShouldBe("CREATED");
    }

    [Fact]
    public async Task A_bulk_call_takes_all_or_none()
    {
        await server.PutFlowAsync(Flow("exec.bulk", "fails", "io.kestra.plugin.core.execution.Fail", "errorMessage: no"));
        await server.PutFlowAsync(Flow("exec.bulk", "works", "io.kestra.plugin.core.debug.Return", "format: x"));
        var failed = await server.RunAsync("exec.bulk", "fails");
        await server.RunAsync("exec.bulk", "works");

        var mixed = await server.SendAsync("POST", $"{Executions}/restart/by-query?namespace=exec.bulk");
        mixed.Status.ShouldBe(400);
        mixed.Json.GetProperty("invalids").EnumerateArray().ShouldHaveSingleItem().GetProperty("message").GetString().ShouldBe("execution not in state FAILED");
        (await server.SendAsync("POST", $"{Executions}/restart/by-query?namespace=exec.bulk&state=FAILED")).Json.GetProperty("count").GetInt32().ShouldBe(1);
        await server.UntilAsync(failed.Id, static execution => execution is { Metadata.AttemptNumber: 2, State.Current: StateType.FAILED });
        (await server.SendJsonAsync("POST", $"{Executions}/labels/by-query?namespace=exec.bulk", new[] { new { key = "a", value = "1" } })).Json.GetProperty("count").GetInt32().ShouldBe(2);
        (await server.SendJsonAsync("POST", $"{Executions}/labels/by-ids", new { executionsId = new[] { failed.Id }, executionLabels = new[] { new { key = "b", value = "2" } } })).Status.ShouldBe(200);
        var labels = (await server.GetAsync($"{Executions}/{failed.Id}")).Json.GetProperty("labels").EnumerateArray().Select(static label => label.GetProperty("key").GetString()).ToList();
        labels.ShouldContain("a");
        labels.ShouldContain("b");
        (await server.SendAsync("POST", $"{Executions}/replay/by-query?namespace=exec.bulk&flowId=works")).Json.GetProperty("count").GetInt32().ShouldBe(1);
        (await server.SendAsync("POST", $"{Executions}/change-status/by-ids?newStatus=RUNNING", JsonSerializer.SerializeToUtf8Bytes(new[] { failed.Id }), "application/json")).Status.ShouldBe(422);
    }

    [Fact]
    public async Task A_killed_execution_ends_and_cannot_be_killed_alone_again()
    {
        await server.PutFlowAsync(Flow("exec.kill", "f", "io.kestra.plugin.core.flow.Sleep", "duration: PT60S"));
        var id = await server.CreateAsync("exec.kill", "f");
        await server.UntilAsync(id, StateType.RUNNING);

        (await server.SendAsync("DELETE", $"{Executions}/{id}/kill")).Status.ShouldBe(202);

        await server.UntilAsync(id, StateType.KILLED);
        (await server.SendAsync("DELETE", $"{Executions}/{id}/kill")).Status.ShouldBe(202);
        (await server.SendAsync("DELETE", $"{Executions}/{id}/kill?isOnKillCascade=false")).Status.ShouldBe(409);
    }

    [Fact]
    public async Task A_resume_checks_its_inputs()
    {
        await server.PutFlowAsync("id: f\nnamespace: exec.resume\ntasks:\n  - id: p\n    type: io.kestra.plugin.core.flow.Pause\n    onResume:\n      - id: reason\n        type: STRING\n");
        var id = await server.CreateAsync("exec.resume", "f");
        await server.UntilAsync(id, StateType.PAUSED);

        (await server.SendAsync("POST", $"{Executions}/{id}/resume")).Status.ShouldBe(422);
        (await server.SendAsync("POST", $"{Executions}/{id}/resume", MultipartBody.Of(new MultipartPart("reason", "fine"u8.ToArray())), MultipartBody.Type)).Status.ShouldBe(204);
        await server.UntilAsync(id, StateType.SUCCESS);
    }

    [Fact]
    public async Task Deleting_takes_logs_and_files_along()
    {
        await server.PutFlowAsync(Flow("exec.delete", "f", "io.kestra.plugin.core.log.Log", "message: hello"));
        var execution = await server.RunAsync("exec.delete", "f");
        (await server.GetAsync($"/api/v1/main/logs/{execution.Id}")).Json.GetArrayLength().ShouldBeGreaterThan(0);

        (await server.SendAsync("DELETE", $"{Executions}/{execution.Id}")).Status.ShouldBe(204);

        (await server.GetAsync($"{Executions}/{execution.Id}")).Status.ShouldBe(404);
        (await server.GetAsync($"/api/v1/main/logs/{execution.Id}")).Json.GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task Logs_are_found_streamed_and_saved()
    {
        await server.PutFlowAsync(Flow("exec.logs", "f", "io.kestra.plugin.core.log.Log", "message: needle in hay\n    level: ERROR"));
        var execution = await server.RunAsync("exec.logs", "f");

        var found = await server.GetAsync("/api/v1/main/logs/search?filters[namespace][EQUALS]=exec.logs&filters[level][EQUALS]=ERROR&filters[q][EQUALS]=needle");
        found.Json.GetProperty("total").GetInt32().ShouldBe(1);
        var stream = await RawClient.SendAsync(server.Port, "GET", $"/api/v1/main/logs/{execution.Id}/follow?minLevel=ERROR", enough: static body => body.Contains("needle", StringComparison.Ordinal));
        stream.Text.ShouldStartWith("id: start\ndata: {\"attemptNumber\":null,\"deleted\":false}\n\nid: progress\ndata: {");
        var saved = await server.GetAsync($"/api/v1/main/logs/{execution.Id}/download?minLevel=ERROR");
        saved.Text.ShouldEndWith(" ERROR needle in hay");
        saved.Headers["Content-Type"].ShouldBe("text/plain");
    }

    [Theory]
    [InlineData("/api/v1/main/executions/search?filters[state][IN]=NOPE", 422)]
    [InlineData("/api/v1/main/executions/search?filters[level][EQUALS]=INFO", 400)]
    [InlineData("/api/v1/main/executions/search?filters[timeRange][EQUALS]=PT1H&filters[state][NOT_IN]=SUCCESS,FAILED", 200)]
    [InlineData("/api/v1/main/executions/search?filters[childFilter][EQUALS]=MAIN&filters[labels][NOT_EQUALS][a]=b", 200)]
    [InlineData("/api/v1/main/executions/search?sort=state.startDate:desc&sort=id:asc", 200)]
    public async Task Searches_take_every_filter_or_say_why_not(string target, int status)
    {
        var answer = await server.GetAsync(target);

        answer.Status.ShouldBe(status, answer.Text);
    }

    private Task<Answer> EvaluateAsync(Execution execution, string expression) =>
        server.SendAsync("POST", $"{Executions}/{execution.Id}/eval/{execution.TaskRunList![^1].Id}", Encoding.UTF8.GetBytes(expression), "text/plain");

    private static string Flow(string @namespace, string id, string type, string property) => $"id: {id}\nnamespace: {@namespace}\ntasks:\n  - id: r\n    type: {type}\n    {property}\n";
}

using System.Text.Json.Nodes;
using Kestra.Flows;
using Kestra.Model.Flows;
using Kestra.Model.Logs;
using Kestra.Storage;
using Kestra.Storage.Logs;
using Kestra.Storage.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios;

/// <summary>What users of the original rely on and no recording shows.</summary>
public sealed class StatedBehaviourTests(StatedBehaviourTests.Host host) : IClassFixture<StatedBehaviourTests.Host>
{
    private const string Child = """
        id: stated_child
        namespace: golden
        tasks:
          - {id: a, type: io.kestra.plugin.core.execution.Fail}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_loop_looks_at_its_condition_with_the_number_of_the_next_iteration_too()
    {
        var (result, _) = await RunAsync("""
            id: stated_loop
            namespace: golden
            tasks:
              - id: l
                type: io.kestra.plugin.core.flow.LoopUntil
                condition: "{{ outputs.l.iterationCount >= 3 }}"
                checkFrequency: {interval: PT0.01S}
                tasks:
                  - {id: r, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.l.iterationCount }}"}
            """);
        var loop = Run(result, "l");
        loop["outputs"]!["iterationCount"]!.GetValue<int>().ShouldBe(3);
        loop["iteration"]!.GetValue<int>().ShouldBe(2);
        loop["children"]![0]!["outputs"]!["value"]!.GetValue<string>().ShouldBe("2");
    }

    [Fact]
    public async Task Outputs_of_a_loop_are_listed_in_the_order_of_its_values()
    {
        var values = Enumerable.Range(0, 40).Select(number => $"v{number * 7919 % 40:D2}").ToList();
        var (result, _) = await RunAsync($$$"""
            id: stated_order
            namespace: golden
            tasks:
              - id: loop
                type: io.kestra.plugin.core.flow.ForEach
                values: [{{{string.Join(", ", values)}}}]
                tasks:
                  - {id: r, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}"}
              - {id: all, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.r | jq('[.[].value]') | first | join(',') }}"}
            """);
        Run(result, "all")["outputs"]!["value"]!.GetValue<string>().ShouldBe(string.Join(',', values));
    }

    [Fact]
    public async Task An_assertion_that_cannot_be_tested_is_an_error_in_the_log_and_ends_nothing()
    {
        var (result, id) = await RunAsync("""
            id: stated_assertion
            namespace: golden
            sla: [{id: s, type: EXECUTION_ASSERTION, assert: "{{ nope }}", behavior: FAIL}]
            tasks:
              - {id: a, type: io.kestra.plugin.core.log.Log, message: x}
            """);
        result["state"]!.GetValue<string>().ShouldBe("SUCCESS");
        var entries = await host.Store.Logs.ReadExecutionAsync(Tenants.Default, id, new LogQuery(), after: 0, limit: 100, Token);
        entries.Where(static entry => entry.Entry.Message!.StartsWith("Ignoring SLA 's' because of the error: ", StringComparison.Ordinal)).ShouldNotBeEmpty();
        entries.ShouldAllBe(static entry => entry.Entry.TaskId == "a" || entry.Entry.Level == LogLevel.ERROR);
    }

    [Fact]
    public async Task A_runIf_that_fails_is_a_failure_even_where_the_task_may_fail()
    {
        var (result, _) = await RunAsync("""
            id: stated_run_if
            namespace: golden
            tasks:
              - {id: a, type: io.kestra.plugin.core.log.Log, message: x, runIf: "{{ nope }}", allowFailure: true}
            """);
        Run(result, "a")["history"]!.ToJsonString().ShouldBe("""["CREATED","FAILED"]""");
        result["state"]!.GetValue<string>().ShouldBe("FAILED");
    }

    [Fact]
    public async Task A_runIf_that_fails_inside_a_working_directory_ends_it()
    {
        var (result, id) = await RunAsync("""
            id: stated_directory
            namespace: golden
            tasks:
              - id: d
                type: io.kestra.plugin.core.flow.WorkingDirectory
                tasks:
                  - {id: a, type: io.kestra.plugin.core.log.Log, message: x, runIf: "{{ nope }}"}
                  - {id: b, type: io.kestra.plugin.core.log.Log, message: x}
            """);
        var children = Run(result, "d")["children"]!.AsArray();
        children.Count.ShouldBe(1);
        children[0]!["history"]!.ToJsonString().ShouldBe("""["CREATED","FAILED"]""");
        result["state"]!.GetValue<string>().ShouldBe("FAILED");
        (await LogsAsync(id, "a")).Single().Message.ShouldStartWith("Failed to evaluate the runIf condition for task a. Cause: ");
    }

    [Fact]
    public async Task A_batch_of_a_flow_that_does_not_exist_fails_before_it_runs()
    {
        var (result, id) = await RunAsync("""
            id: stated_batch
            namespace: golden
            tasks:
              - {id: w, type: io.kestra.plugin.core.storage.Write, content: "a\nb\nc"}
              - {id: e, type: io.kestra.plugin.core.flow.ForEachItem, items: "{{ outputs.w.uri }}", namespace: golden, flowId: stated_nowhere}
            """);
        var items = Run(result, "e")["children"]!.AsArray().Single(child => child!["taskId"]!.GetValue<string>() == "e_items")!;
        items["history"]!.ToJsonString().ShouldBe("""["CREATED","FAILED"]""");
        items["outputs"].ShouldBeNull();
        (await LogsAsync(id, "e_items")).ShouldBe([(LogLevel.ERROR, "Unable to find flow 'golden'.'stated_nowhere' with revision '0'")]);
    }

    [Theory]
    [InlineData("", "ERROR", "FAILED")]
    [InlineData(", allowFailure: true", "WARN", "WARNING")]
    [InlineData(", transmitFailed: false", null, null)]
    public async Task A_subflow_is_told_of_when_it_begins_and_when_its_end_counts(string flags, string? level, string? state)
    {
        var name = "stated_subflow_" + flags.Length;
        var (_, id) = await RunAsync($$"""
            id: {{name}}
            namespace: golden
            tasks:
              - {id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: golden, flowId: stated_child{{flags}}}
            """);
        var logs = await LogsAsync(id, "s");
        logs[0].Level.ShouldBe(LogLevel.INFO);
        logs[0].Message.ShouldMatch("""^Created new execution \[\[link execution="\w+" flowId="stated_child" namespace="golden"]]$""");
        logs.Skip(1).Select(static log => log.Level.ToString()).ShouldBe(level is null ? [] : [level]);
        logs.Skip(1).ShouldAllBe(log => log.Message.EndsWith($"ends in {state} state", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, "{a: 1}", "Unknown value type: class java.util.LinkedHashMap")]
    [InlineData(1, "[true]", "Unknown value element type: class java.lang.Boolean")]
    [InlineData(2, "[[1]]", "Unknown value element type: class java.util.ArrayList")]
    public async Task Values_that_no_loop_takes_are_named_by_their_type(int number, string values, string message)
    {
        var (_, id) = await RunAsync($$"""
            id: stated_values_{{number}}
            namespace: golden
            tasks:
              - {id: f, type: io.kestra.plugin.core.flow.ForEach, values: {{values}}, tasks: [{id: r, type: io.kestra.plugin.core.log.Log, message: x}]}
            """);
        (await LogsAsync(id, "f")).ShouldBe([(LogLevel.ERROR, "Unable to resolve state from the Flowable task: " + message)]);
    }

    [Fact]
    public void A_task_cannot_give_system_labels_to_what_it_starts()
    {
        var reading = host.Server.Services.GetRequiredService<FlowReader>().Read(
            """
            id: stated_labels
            namespace: golden
            tasks:
              - {id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: golden, flowId: stated_child, labels: {system.a: b}}
            """,
            Tenants.Default);
        reading.IsValid.ShouldBeFalse();
        $"{reading.Constraints}".ShouldContain("System labels can only be set by Kestra itself, offending label: system.a=b");
    }

    [Fact]
    public async Task A_flow_trigger_tells_the_labels_that_users_gave()
    {
        await host.Server.SaveAsync(
            """
            id: stated_follower
            namespace: golden
            triggers:
              - id: t
                type: io.kestra.plugin.core.trigger.Flow
                conditions: [{type: io.kestra.plugin.core.condition.ExecutionFlow, namespace: golden, flowId: stated_upstream}]
            tasks:
              - {id: a, type: io.kestra.plugin.core.log.Log, message: "{{ trigger.executionLabels }}"}
            """,
            Token);
        await RunAsync("""
            id: stated_upstream
            namespace: golden
            labels: {team: x}
            tasks:
              - {id: a, type: io.kestra.plugin.core.log.Log, message: x}
            """);
        (await UntilAsync(SearchAsync, "stated_follower")).ShouldBe("""{"team":"x"}""");
    }

    private async Task<(JsonObject Result, string Id)> RunAsync(string flow)
    {
        var driver = new ScenarioDriver(host.Server, new Recording("stated", flow, [], RunScript.Parse("{}"), new JsonObject()));
        var result = await driver.RunAsync(Token);
        return (result, driver.Executions[0]);
    }

    private static JsonNode Run(JsonObject result, string task) =>
        result["taskRuns"]!.AsArray().Single(run => run!["taskId"]!.GetValue<string>() == task)!;

    private async Task<List<(LogLevel Level, string Message)>> LogsAsync(string execution, string task)
    {
        var entries = await host.Store.Logs.ReadExecutionAsync(Tenants.Default, execution, new LogQuery(TaskId: task), after: 0, limit: 100, Token);
        return [.. entries.Select(static entry => (entry.Entry.Level, entry.Entry.Message!))];
    }

    private async Task<string?> SearchAsync(string flow)
    {
        var page = await host.Store.Logs.SearchAsync(Tenants.Default, [], new Kestra.Storage.Queries.PageRequest(1, 500), Token);
        return page.Results.FirstOrDefault(entry => entry.FlowId == flow && entry.TaskId == "a" && entry.Message!.StartsWith('{'))?.Message;
    }

    private static async Task<string> UntilAsync(Func<string, Task<string?>> find, string what)
    {
        var end = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (DateTime.UtcNow < end)
        {
            if (await find(what) is { } found)
            {
                return found;
            }

            await Task.Delay(20, Token);
        }

        throw new TimeoutException($"Nothing came of '{what}' within 20 s.");
    }

    /// <summary>One server in memory for all of these.</summary>
    public sealed class Host : IAsyncLifetime
    {
        internal ScenarioServer Server { get; private set; } = null!;

        internal IStore Store => Server.Services.GetRequiredService<IStore>();

        public async ValueTask InitializeAsync()
        {
            Server = await ScenarioServer.StartAsync(
                static services => services.AddSingleton<IStore>(static provider => new MemoryStore(new MemoryDatabase(), provider.GetRequiredService<TimeProvider>())),
                CancellationToken.None);
            await Server.SaveAsync(Child, CancellationToken.None);
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}

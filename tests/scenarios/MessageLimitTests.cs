using Kestra.Engine;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Maintenance;
using Kestra.Hosting.Telemetry;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios;

/// <summary>Results and executions that are larger than messages may be (§8.6), on a whole server.</summary>
public sealed class MessageLimitTests : IAsyncLifetime
{
    private const int Limit = 8_000;
    private const string Exceeded = "Message of size [0-9]+ has exceeded the configured limit of 8000";

    private readonly MetricCollector metrics = new();
    private ScenarioServer server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => server = await ScenarioServer.StartAsync(null, Token, configure: Protected);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        metrics.Dispose();
    }

    [Fact]
    public async Task A_result_that_is_too_big_fails_its_task_and_what_follows_runs()
    {
        var counted = Counted("io.kestra.core.runners.WorkerTaskResult");
        var ended = await server.RunAsync(await server.SaveAsync($$$"""
            id: limit_result
            namespace: golden
            tasks:
              - {id: big, type: io.kestra.plugin.core.debug.Return, format: "{{{Text(9_000)}}}"}
            errors:
              - {id: told, type: io.kestra.plugin.core.log.Log, message: told}
            """, Token));

        await ShouldHaveFailedAsync(server, ended);
        ended.TaskRunList!.Select(static run => run.TaskId).ShouldBe(["big", "told"]);
        Counted("io.kestra.core.runners.WorkerTaskResult").ShouldBe(counted + 1);
    }

    [Fact]
    public async Task A_child_of_a_working_directory_is_no_exception()
    {
        var ended = await server.RunAsync(await server.SaveAsync($$$"""
            id: limit_directory
            namespace: golden
            tasks:
              - id: directory
                type: io.kestra.plugin.core.flow.WorkingDirectory
                tasks:
                  - {id: big, type: io.kestra.plugin.core.debug.Return, format: "{{{Text(9_000)}}}", allowFailure: true}
                  - {id: next, type: io.kestra.plugin.core.debug.Return, format: next}
            """, Token));

        ended.State.Current.ShouldBe(StateType.WARNING);
        var big = ended.TaskRunList!.Single(static run => run.TaskId == "big");
        big.State.Current.ShouldBe(StateType.WARNING);
        big.Outputs!.ShouldBeEmpty();
        ended.TaskRunList!.Single(static run => run.TaskId == "next").State.Current.ShouldBe(StateType.SUCCESS);
    }

    [Fact]
    public async Task A_worker_of_another_process_keeps_to_it_too()
    {
        await using var group = await ServerGroup.OnPostgresAsync(Protected);
        var first = await group.AddAsync(Token);
        await group.AddAsync(Token, workerGroup: "far");
        var ended = await first.RunAsync(await first.SaveAsync($$$"""
            id: limit_far
            namespace: golden
            tasks:
              - {id: big, type: io.kestra.plugin.core.debug.Return, format: "{{{Text(9_000)}}}", workerGroup: {key: far}}
            """, Token));

        await ShouldHaveFailedAsync(first, ended);
    }

    [Fact]
    public async Task An_execution_that_grows_too_big_fails_with_a_log()
    {
        var counted = Counted("io.kestra.core.models.executions.Execution");
        var ended = await server.RunAsync(await server.SaveAsync($$$"""
            id: limit_execution
            namespace: golden
            tasks:
              - id: loop
                type: io.kestra.plugin.core.flow.ForEach
                values: [1, 2, 3, 4]
                tasks:
                  - {id: part, type: io.kestra.plugin.core.debug.Return, format: "{{{Text(3_000)}}}"}
              - {id: never, type: io.kestra.plugin.core.log.Log, message: never}
            """, Token));

        ended.State.Current.ShouldBe(StateType.FAILED);
        ended.TaskRunList!.ShouldNotContain(static run => run.TaskId == "never");
        ended.TaskRunList!.Count(static run => run.TaskId == "part").ShouldBeLessThan(4);
        (await server.LogsAsync(ended.Id)).ShouldContain(static message => System.Text.RegularExpressions.Regex.IsMatch(message!, $"^{Exceeded}$"));
        Counted("io.kestra.core.models.executions.Execution").ShouldBe(counted + 1);
    }

    [Fact]
    public async Task An_execution_that_begins_too_big_is_refused_and_does_not_exist()
    {
        var flow = await server.SaveAsync(Small("limit_creation"), Token);
        var outcome = await server.CreateAsync(flow, "toolarge", inputs: new Dictionary<string, object?> { ["text"] = Text(9_000) });

        var refusal = outcome.ShouldBeOfType<CommandOutcome.Refused>().Refusal;
        refusal.Code.ShouldBe(RefusalCode.TooLarge);
        refusal.Message.ShouldMatch($"^{Exceeded}$");
        (await server.FindAsync("toolarge")).ShouldBeNull();
    }

    [Fact]
    public async Task One_that_was_accepted_before_it_was_known_exists_and_tells()
    {
        var flow = await server.SaveAsync(Small("limit_kept"), Token);
        var maintenance = server.Services.GetRequiredService<MaintenanceMode>();
        await maintenance.EnterAsync(Token);
        var id = await server.BeginAsync(flow, inputs: new Dictionary<string, object?> { ["text"] = Text(9_000) });
        await maintenance.ExitAsync(Token);

        (await server.EndAsync(id)).State.Current.ShouldBe(StateType.FAILED);
        (await server.LogsAsync(id)).Single()!.ShouldMatch($"^{Exceeded}$");
    }

    [Fact]
    public async Task A_subflow_that_begins_too_big_fails_the_task_that_asks_for_it()
    {
        await server.SaveAsync(Small("limit_child"), Token);
        var ended = await server.RunAsync(await server.SaveAsync($$$"""
            id: limit_parent
            namespace: golden
            variables: {half: "{{{Text(4_500)}}}"}
            tasks:
              - {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: golden, flowId: limit_child, inputs: {text: "{{ vars.half ~ vars.half }}"}}
            """, Token));

        ended.State.Current.ShouldBe(StateType.FAILED);
        ended.TaskRunList!.Single().State.Current.ShouldBe(StateType.FAILED);
        (await server.LogsAsync(ended.Id)).ShouldContain(static message => System.Text.RegularExpressions.Regex.IsMatch(message!, Exceeded));
    }

    [Fact]
    public async Task What_a_subflow_gives_back_counts_for_the_one_that_asked()
    {
        await server.SaveAsync($$$"""
            id: limit_giver
            namespace: golden
            variables: {half: "{{{Text(4_500)}}}"}
            tasks:
              - {id: only, type: io.kestra.plugin.core.log.Log, message: only}
            outputs:
              - {id: whole, type: STRING, value: "{{ vars.half ~ vars.half }}"}
            """, Token);
        var ended = await server.RunAsync(await server.SaveAsync("""
            id: limit_taker
            namespace: golden
            tasks:
              - {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: golden, flowId: limit_giver, wait: true}
              - {id: never, type: io.kestra.plugin.core.log.Log, message: never}
            """, Token));

        ended.State.Current.ShouldBe(StateType.FAILED);
        ended.TaskRunList!.Select(static run => run.TaskId).ShouldBe(["call"]);
        (await server.LogsAsync(ended.Id)).ShouldContain(static message => System.Text.RegularExpressions.Regex.IsMatch(message!, $"^{Exceeded}$"));
    }

    private static async Task ShouldHaveFailedAsync(ScenarioServer server, Execution ended)
    {
        ended.State.Current.ShouldBe(StateType.FAILED);
        var big = ended.TaskRunList!.Single(static run => run.TaskId == "big");
        big.State.Current.ShouldBe(StateType.FAILED);
        big.Outputs!.ShouldBeEmpty();
        (await server.LogsAsync(ended.Id)).ShouldContain(static message => System.Text.RegularExpressions.Regex.IsMatch(message!, $"^Unable to emit the worker task result to the queue: {Exceeded}$"));
    }

    private static ConfigurationBuilder Protected(ConfigurationBuilder builder) => builder
        .Force("kestra.jdbc.queues.message-protection.enabled", "true")
        .Force("kestra.jdbc.queues.message-protection.limit", $"{Limit}");

    private double Counted(string className) =>
        metrics.Collect("queue.big_message.count").Where(series => series.Tags.GetValueOrDefault("class_name") == className).Sum(static series => series.Value);

    private static string Small(string id) => $$"""
        id: {{id}}
        namespace: golden
        inputs:
          - {id: text, type: STRING, required: false}
        tasks:
          - {id: only, type: io.kestra.plugin.core.log.Log, message: only}
        """;

    private static string Text(int length) => new('x', length);
}

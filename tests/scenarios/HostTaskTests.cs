using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Storage;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Kestra.Scenarios;

/// <summary>Tasks that ask the server itself, on a whole server with the embedded database.</summary>
public sealed class HostTaskTests(HostTaskTests.Host host) : IClassFixture<HostTaskTests.Host>
{
    private const string Future = "2999-01-01T00:00:00Z";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Count_counts_by_flow_and_by_namespace_with_every_property()
    {
        await host.RunAsync(Says("counted", "count.one"));
        await host.RunAsync("counted", "count.one");
        await host.RunAsync("id: broken\nnamespace: count.one\ntasks:\n  - {id: no, type: io.kestra.plugin.core.execution.Fail}");
        var execution = await host.RunAsync("""
            id: counting
            namespace: count.two
            tasks:
              - id: flows
                type: io.kestra.plugin.core.execution.Count
                flows: [{namespace: count.one, flowId: counted}, {namespace: count.one, flowId: never}]
                startDate: "2000-01-01T00:00:00Z"
                endDate: "2999-01-01T00:00:00Z"
                expression: "{{ count >= 0 }}"
              - id: few
                type: io.kestra.plugin.core.execution.Count
                flows: [{namespace: count.one, flowId: counted}, {namespace: count.one, flowId: never}]
                startDate: "{{ now() | dateAdd(-1, 'DAYS') }}"
                expression: "{{ eq count 0 }}"
              - id: failed
                type: io.kestra.plugin.core.execution.Count
                namespaces: [count.one]
                states: [FAILED]
                startDate: "2000-01-01T00:00:00Z"
                expression: "{{ count > 0 }}"
              - id: later
                type: io.kestra.plugin.core.execution.Count
                namespaces: [count.one]
                startDate: "2998-01-01T00:00:00Z"
                expression: "{{ count > 0 }}"
            """.Replace("{{ eq count 0 }}", "{{ count == 0 }}", StringComparison.Ordinal));
        execution.State.Current.ShouldBe(StateType.SUCCESS);
        Rows(execution, "flows").ShouldBe(["count.one/counted=2", "count.one/never=0"]);
        Out(execution, "flows")["total"].ShouldBe(2L);
        Rows(execution, "few").ShouldBe(["count.one/never=0"]);
        Rows(execution, "failed").ShouldBe(["count.one/=1"]);
        Rows(execution, "later").ShouldBeEmpty();
    }

    [Fact]
    public async Task PurgeExecutions_deletes_what_is_selected_with_its_logs_and_keeps_the_rest()
    {
        var gone = await host.RunAsync(Says("gone", "purge.one"));
        var kept = await host.RunAsync(Says("kept", "purge.one"));
        var below = await host.RunAsync(Says("gone", "purge.one.below"));
        var purging = await host.RunAsync($$"""
            id: purging
            namespace: purge.two
            tasks:
              - id: none
                type: io.kestra.plugin.core.execution.PurgeExecutions
                namespace: purge.one
                flowId: gone
                states: [FAILED]
                startDate: "2000-01-01T00:00:00Z"
                endDate: "{{Future}}"
              - id: some
                type: io.kestra.plugin.core.execution.PurgeExecutions
                namespace: purge.one
                flowId: gone
                states: [SUCCESS]
                endDate: "{{Future}}"
                batchSize: 1
              - id: logs
                type: io.kestra.plugin.core.execution.PurgeExecutions
                namespace: purge.one
                flowId: kept
                endDate: "{{Future}}"
                purgeExecution: false
                purgeLog: true
                purgeMetric: false
                purgeStorage: false
            """);
        purging.State.Current.ShouldBe(StateType.SUCCESS);
        Out(purging, "none")["executionsCount"].ShouldBe(0L);
        Out(purging, "some")["executionsCount"].ShouldBe(2L);
        Convert.ToInt64(Out(purging, "some")["logsCount"]).ShouldBe(2L);
        (await host.FindAsync(gone.Id)).ShouldBeNull();
        (await host.FindAsync(below.Id)).ShouldBeNull();
        (await host.FindAsync(kept.Id)).ShouldNotBeNull();
        Out(purging, "logs")["executionsCount"].ShouldBe(0L);
        Out(purging, "logs")["logsCount"].ShouldBe(1L);
    }

    [Fact]
    public async Task Resume_resumes_another_execution_with_inputs()
    {
        await host.SaveAsync("""
            id: paused
            namespace: resume.one
            tasks:
              - id: pause
                type: io.kestra.plugin.core.flow.Pause
                onResume: [{id: reason, type: STRING}]
              - {id: say, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.pause.onResume.reason }}"}
            """);
        var paused = await host.StartAsync("paused", "resume.one");
        await host.UntilAsync(paused, StateType.PAUSED);
        var resuming = await host.RunAsync($$"""
            id: resuming
            namespace: resume.one
            tasks:
              - id: resume
                type: io.kestra.plugin.core.execution.Resume
                executionId: {{paused}}
                namespace: resume.one
                flowId: paused
                inputs: {reason: "{{"{{ flow.id }}"}}"}
            """);
        resuming.State.Current.ShouldBe(StateType.SUCCESS);
        Out(await host.EndAsync(paused), "say")["value"].ShouldBe("resuming");
    }

    [Fact]
    public async Task Logs_are_fetched_and_purged_by_what_is_asked_for()
    {
        var said = await host.RunAsync("""
            id: saying
            namespace: logs.one
            tasks:
              - {id: a, type: io.kestra.plugin.core.log.Log, message: one}
              - {id: b, type: io.kestra.plugin.core.log.Log, message: two, level: ERROR}
              - {id: c, type: io.kestra.plugin.core.log.Log, message: three, level: DEBUG}
            """);
        var execution = await host.RunAsync($$"""
            id: fetching
            namespace: logs.two
            tasks:
              - {id: all, type: io.kestra.plugin.core.log.Fetch, executionId: {{said.Id}}, namespace: logs.one, flowId: saying, level: TRACE}
              - {id: informed, type: io.kestra.plugin.core.log.Fetch, executionId: {{said.Id}}, namespace: logs.one, flowId: saying}
              - {id: errors, type: io.kestra.plugin.core.log.Fetch, executionId: {{said.Id}}, namespace: logs.one, flowId: saying, level: ERROR, tasksId: [a, b]}
              - {id: read, type: io.kestra.plugin.core.debug.Return, format: "{{"{{ read(outputs.errors.uri) }}"}}"}
              - {id: purge, type: io.kestra.plugin.core.log.PurgeLogs, namespace: logs.one, flowId: saying, executionId: {{said.Id}}, logLevels: [INFO, DEBUG], startDate: "2000-01-01T00:00:00Z", endDate: "{{Future}}"}
              - {id: left, type: io.kestra.plugin.core.log.Fetch, executionId: {{said.Id}}, namespace: logs.one, flowId: saying, level: TRACE}
            """);
        execution.State.Current.ShouldBe(StateType.SUCCESS);
        Sizes(execution, "all", "informed", "errors", "left").ShouldBe([3L, 2L, 1L, 1L]);
        ((string)Out(execution, "read")["value"]!).ShouldContain("two");
        Convert.ToInt64(Out(execution, "purge")["count"]).ShouldBe(2L);
    }

    [Fact]
    public async Task Toggle_switches_a_trigger_off_and_on()
    {
        await host.SaveAsync(Says("ticking", "toggle.one") + "\ntriggers:\n  - {id: yearly, type: io.kestra.plugin.core.trigger.Schedule, cron: \"0 0 1 1 *\"}");
        foreach (var (id, enabled, row) in new[] { ("off", "enabled: false", true), ("on", "enabled: true", false), ("plain", "description: off by default", true) })
        {
            var execution = await host.RunAsync($"id: {id}\nnamespace: toggle.two\ntasks:\n  - id: toggle\n    type: io.kestra.plugin.core.trigger.Toggle\n    namespace: toggle.one\n    flowId: ticking\n    trigger: yearly\n    {enabled}");
            execution.State.Current.ShouldBe(StateType.SUCCESS);
            var trigger = (await host.Store.Triggers.FindAsync(Tenants.Default, "toggle.one", "ticking", "yearly", Token))!;
            trigger.Disabled.ShouldBe(row);
            (trigger.NextExecutionDate is null).ShouldBe(row);
        }

        (await host.RunAsync("id: unknown\nnamespace: toggle.two\ntasks:\n  - {id: toggle, type: io.kestra.plugin.core.trigger.Toggle, namespace: toggle.one, flowId: ticking, trigger: none}")).State.Current.ShouldBe(StateType.FAILED);
    }

    [Fact]
    public async Task Labels_are_set_from_maps_lists_and_texts()
    {
        var execution = await host.RunAsync("""
            id: labelling
            namespace: labels.one
            labels: {team: red}
            tasks:
              - {id: map, type: io.kestra.plugin.core.execution.Labels, labels: {team: "{{ 'bl' ~ 'ue' }}", a: x}}
              - {id: list, type: io.kestra.plugin.core.execution.Labels, labels: [{key: b, value: one}, {key: b, value: two}]}
              - {id: text, type: io.kestra.plugin.core.execution.Labels, labels: "{{ {'c': 'z'} | json }}"}
            """);
        execution.State.Current.ShouldBe(StateType.SUCCESS);
        execution.Labels!.Where(static label => !label.IsSystem).OrderBy(static label => label.Key, StringComparer.Ordinal)
            .ShouldBe([new Label("a", "x"), new Label("b", "two"), new Label("c", "z"), new Label("team", "blue")]);
    }

    [Fact]
    public async Task Key_values_keep_their_types_and_are_listed_and_deleted()
    {
        var execution = await host.RunAsync("""
            id: keeping
            namespace: kv.one
            tasks:
              - {id: set, type: io.kestra.plugin.core.kv.Set, key: n, value: "12", kvType: NUMBER, kvDescription: a number, ttl: PT1H, namespace: kv.one}
              - {id: text, type: io.kestra.plugin.core.kv.Set, key: name, value: "{{ flow.id }}"}
              - {id: again, type: io.kestra.plugin.core.kv.Set, key: n, value: "13", overwrite: false, allowFailure: true}
              - {id: get, type: io.kestra.plugin.core.kv.Get, key: n, namespace: kv.one}
              - {id: missing, type: io.kestra.plugin.core.kv.Get, key: nope}
              - {id: needed, type: io.kestra.plugin.core.kv.Get, key: nope, errorOnMissing: true, allowFailure: true}
              - {id: keys, type: io.kestra.plugin.core.kv.GetKeys, namespace: kv.one, prefix: na}
              - {id: delete, type: io.kestra.plugin.core.kv.Delete, key: n, namespace: kv.one}
              - {id: deleted, type: io.kestra.plugin.core.kv.Delete, key: n}
              - {id: purge, type: io.kestra.plugin.core.kv.PurgeKV, namespaces: [kv.one], includeChildNamespaces: false, expiredOnly: false, keyPattern: "na*"}
            """);
        execution.State.Current.ShouldBe(StateType.WARNING);
        (State(execution, "again"), State(execution, "needed")).ShouldBe((StateType.WARNING, StateType.WARNING));
        Convert.ToInt64(Out(execution, "get")["value"]).ShouldBe(12L);
        Out(execution, "missing").ContainsKey("value").ShouldBeFalse();
        ((IReadOnlyList<object?>)Out(execution, "keys")["keys"]!).ShouldBe(["name"]);
        (Out(execution, "delete")["deleted"], Out(execution, "deleted")["deleted"]).ShouldBe((true, false));
        Convert.ToInt64(Out(execution, "purge")["size"]).ShouldBe(1L);
    }

    [Fact]
    public async Task States_are_merged_read_and_deleted()
    {
        var execution = await host.RunAsync("""
            id: remembering
            namespace: state.one
            tasks:
              - {id: set, type: io.kestra.plugin.core.state.Set, name: mine, data: {a: 1, deep: {x: 1}}}
              - {id: more, type: io.kestra.plugin.core.state.Set, name: mine, data: {b: 2, deep: {y: 2}}}
              - {id: get, type: io.kestra.plugin.core.state.Get, name: mine}
              - {id: other, type: io.kestra.plugin.core.state.Get}
              - {id: shared, type: io.kestra.plugin.core.state.Set, namespace: true, taskrunValue: false, data: {s: 1}}
              - {id: sharedGet, type: io.kestra.plugin.core.state.Get, namespace: true, taskrunValue: false, errorOnMissing: true}
              - {id: delete, type: io.kestra.plugin.core.state.Delete, name: mine}
              - {id: deleted, type: io.kestra.plugin.core.state.Delete, name: mine, errorOnMissing: true, allowFailure: true}
            """);
        execution.State.Current.ShouldBe(StateType.WARNING);
        Sizes(execution, "count", "more", "get", "other", "sharedGet").ShouldBe([3L, 3L, 0L, 1L]);
        ((IReadOnlyDictionary<string, object?>)((IReadOnlyDictionary<string, object?>)Out(execution, "get")["data"]!)["deep"]!).Keys.ShouldBe(["x", "y"]);
        Out(execution, "delete")["deleted"].ShouldBe(true);
        State(execution, "deleted").ShouldBe(StateType.WARNING);
    }

    [Fact]
    public async Task Namespace_files_are_uploaded_downloaded_and_deleted()
    {
        var execution = await host.RunAsync("""
            id: filing
            namespace: files.one
            tasks:
              - {id: write, type: io.kestra.plugin.core.storage.Write, content: hello, extension: .txt}
              - {id: upload, type: io.kestra.plugin.core.namespace.UploadFiles, namespace: files.one, destination: base/, conflict: OVERWRITE, filesMap: {b.txt: "{{ outputs.write.uri }}"}}
              - {id: again, type: io.kestra.plugin.core.namespace.UploadFiles, namespace: files.one, destination: base/, conflict: ERROR, allowFailure: true, filesMap: {b.txt: "{{ outputs.write.uri }}"}}
              - id: inside
                type: io.kestra.plugin.core.flow.WorkingDirectory
                inputFiles: {in.txt: inner}
                tasks:
                  - {id: some, type: io.kestra.plugin.core.namespace.UploadFiles, namespace: files.one, destination: /base2, files: ["glob:**.txt"]}
              - {id: download, type: io.kestra.plugin.core.namespace.DownloadFiles, namespace: files.one, destination: out/, files: [b.txt]}
              - {id: read, type: io.kestra.plugin.core.debug.Return, format: "{{ read(outputs.download.files['/base/b.txt']) }}"}
              - {id: delete, type: io.kestra.plugin.core.namespace.DeleteFiles, namespace: files.one, files: base/*, deleteParentFolder: true}
              - {id: gone, type: io.kestra.plugin.core.namespace.DownloadFiles, namespace: files.one, files: b.txt}
              - {id: left, type: io.kestra.plugin.core.namespace.DownloadFiles, namespace: files.one, files: "base2/*"}
            """);
        execution.State.Current.ShouldBe(StateType.WARNING);
        State(execution, "again").ShouldBe(StateType.WARNING);
        Out(execution, "read")["value"].ShouldBe("hello");
        Files(execution, "download").ShouldBe(["/base/b.txt"]);
        Files(execution, "gone").ShouldBeEmpty();
        Files(execution, "left").ShouldBe(["/base2/in.txt"]);
    }

    private static string Says(string id, string @namespace) => $"id: {id}\nnamespace: {@namespace}\ntasks:\n  - {{id: say, type: io.kestra.plugin.core.log.Log, message: hello}}";

    private static TaskRun Run(Execution execution, string task) => execution.TaskRunList!.Single(run => run.TaskId == task);

    private static StateType State(Execution execution, string task) => Run(execution, task).State.Current;

    private static IReadOnlyDictionary<string, object?> Out(Execution execution, string task) => Run(execution, task).Outputs ?? new OrderedDictionary<string, object?>();

    private static IEnumerable<string> Files(Execution execution, string task) => ((IReadOnlyDictionary<string, object?>)Out(execution, task)["files"]!).Keys;

    private static List<long> Sizes(Execution execution, params string[] tasks) => tasks[0] == "count"
        ? [.. tasks.Skip(1).Select(task => Convert.ToInt64(Out(execution, task)["count"]))]
        : [.. tasks.Select(task => Convert.ToInt64(Out(execution, task)["size"]))];

    private static List<string> Rows(Execution execution, string task) =>
    [
        .. ((IReadOnlyList<object?>)Out(execution, task)["results"]!).Cast<IReadOnlyDictionary<string, object?>>()
            .Select(static row => $"{row["namespace"]}/{row.GetValueOrDefault("flowId")}={row["count"]}"),
    ];

    /// <summary>One server for all of these tests.</summary>
    public sealed class Host : IAsyncLifetime
    {
        private readonly Dictionary<(string, string), Flow> flows = [];
        private ScenarioServer server = null!;

        public IStore Store => server.Services.GetRequiredService<IStore>();

        public async ValueTask InitializeAsync() => server = await ScenarioServer.StartAsync(null, CancellationToken.None);

        public ValueTask DisposeAsync() => server.DisposeAsync();

        public async Task<Flow> SaveAsync(string source)
        {
            var flow = await server.SaveAsync(source, Token);
            return flows[(flow.Id, flow.Namespace)] = flow;
        }

        public async Task<Execution> RunAsync(string source)
        {
            var flow = await SaveAsync(source);
            return await RunAsync(flow.Id, flow.Namespace);
        }

        public async Task<Execution> RunAsync(string id, string @namespace) => await EndAsync(await StartAsync(id, @namespace));

        public async Task<string> StartAsync(string id, string @namespace)
        {
            var executionId = Guid.NewGuid().ToString("N");
            var execution = NewExecution.Build(flows[(id, @namespace)], executionId, null, [], null, null, null, SystemClock.Instance.GetCurrentInstant());
            var outcome = await server.Services.GetRequiredService<IExecutionCommands>().SubmitAsync(new ExecutionRequest(Tenants.Default, executionId, new Command.Create(execution)), Token);
            outcome.ShouldBeOfType<CommandOutcome.Accepted>();
            return executionId;
        }

        public Task<Execution> EndAsync(string executionId) =>
            server.Services.GetRequiredService<IExecutionFollow>().WaitForEndAsync(Tenants.Default, executionId, Token).WaitAsync(TimeSpan.FromSeconds(60), Token);

        public async Task UntilAsync(string executionId, StateType state)
        {
            await foreach (var execution in server.Services.GetRequiredService<IExecutionFollow>().FollowAsync(Tenants.Default, executionId, Token))
            {
                if (execution.State.Current == state)
                {
                    return;
                }
            }

            throw new InvalidOperationException($"The execution ended before it was {state}.");
        }

        public Task<Execution?> FindAsync(string executionId) => server.Services.GetRequiredService<IExecutionReader>().FindAsync(Tenants.Default, executionId, Token);
    }
}

using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Plugins.Core.Debug;
using Kestra.Plugins.Core.Execution;
using Kestra.Plugins.Core.Kv;
using Kestra.Plugins.Core.Log;
using Kestra.Plugins.Core.Metric;
using Kestra.Plugins.Core.Namespace;
using Kestra.Plugins.Core.Output;
using Kestra.Plugins.Core.State;
using Kestra.Plugins.Core.Templating;
using Kestra.Plugins.Core.Trigger;
using Kestra.Plugins.Services;
using Kestra.Plugins.Tasks;
using Kestra.Plugins.Testing;
using NodaTime;

namespace Kestra.Plugins.Core.Tests;

public sealed class SimpleTasksTests : IDisposable
{
    private readonly TestRunContext context = new();

    public void Dispose() => context.Dispose();

    [Fact]
    public async Task Log_writes_a_line_for_each_message()
    {
        var run = await RunAsync(new LogTask { Message = new List<object?> { "a {{ flow.id }}", "b" }, Level = Property.Of<LogLevel>("WARN") });
        run.Messages(LogLevel.WARN).ShouldBe(["a flow", "b"]);
    }

    [Theory]
    [InlineData("warn")]
    [InlineData("LOUD")]
    public async Task A_level_that_is_none_fails_at_run_time(string level) =>
        (await RunAsync(new LogTask { Message = "x", Level = Property.Of<LogLevel>(level) })).State.ShouldBe(StateType.FAILED);

    [Fact]
    public async Task Return_gives_value_and_metrics()
    {
        var run = await RunAsync(new Return { Format = Property.Of<string>("id {{ flow.id }}") });

        run.Output("value").ShouldBe("id flow");
        run.Messages(LogLevel.DEBUG).ShouldBe(["id flow"]);
        run.Metrics.Select(static metric => (metric.Type, metric.Name)).ShouldBe([(MetricType.counter, "length"), (MetricType.timer, "duration")]);
        run.Metrics[0].Value.ShouldBe(7);
        run.Metrics[0].Tags["format"].ShouldBe("id flow");
        (await RunAsync(new Return())).Outputs.ShouldBeEmpty();
    }

    [Fact]
    public async Task OutputValues_keeps_types_that_are_no_text()
    {
        var run = await RunAsync(new OutputValues { Values = new OrderedDictionary<string, object?> { ["n"] = 1, ["t"] = "{{ 1 + 1 }}", ["gone"] = null } });
        run.Output("values").ShouldBe(new OrderedDictionary<string, object?> { ["n"] = 1, ["t"] = "2" });
    }

    [Fact]
    public async Task Fail_fails_always_or_on_a_condition()
    {
        (await RunAsync(new Fail())).Failure!.Message.ShouldBe("Task failure");
        (await RunAsync(new Fail { Condition = "{{ 1 == 2 }}" })).State.ShouldBe(StateType.SUCCESS);
        var run = await RunAsync(new Fail { Condition = "{{ 1 == 1 }}", ErrorMessage = Property.Of<string>("no {{ flow.id }}") });
        run.Failure!.Message.ShouldBe("Fail on a condition");
        run.Messages(LogLevel.ERROR).ShouldBe(["no flow"]);
    }

    [Fact]
    public async Task Assert_looks_at_all_conditions()
    {
        var run = await RunAsync(new Execution.Assert { Conditions = ["{{ 1 == 1 }}", "{{ 1 == 2 }}", "{{ nope }}"], ErrorMessage = Property.Of<string>("more") });

        run.Failure!.Message.ShouldBe("2 assertions failed!\nmore");
        run.Messages(LogLevel.ERROR).First().ShouldBe("Assertion `{{ 1 == 2 }}` failed!");
        run.Messages(LogLevel.ERROR).Last().ShouldStartWith("Assertion `{{ nope }}` failed, failed to render `");
        run.Metrics.Select(static metric => (metric.Name, metric.Value)).ShouldBe([("failed", 2), ("success", 1)]);
        (await RunAsync(new Execution.Assert { Conditions = ["{{ 1 == 2 }}"] })).Failure!.Message.ShouldBe("1 assertion failed!");
    }

    [Fact]
    public void Labels_are_read_in_every_shape()
    {
        string Read(object value) => string.Join(';', new Labels { Values = value }.Update(null, Same).Labels!.Select(static label => $"{label.Key}={label.Value}"));

        Read(Map(("a", 1), ("b", "x"))).ShouldBe("a=1;b=x");
        Read(new List<object?> { Map(("key", "a"), ("value", "1")), Map(("key", "a"), ("value", "2")) }).ShouldBe("a=2");
        Read("""{"a":"1"}""").ShouldBe("a=1");
        Should.Throw<TaskFailedException>(() => Read(Map(("system.x", "y")))).Message.ShouldBe("System labels can only be set by Kestra itself, offending label: system.x=y");
        Should.Throw<TaskFailedException>(() => Read(3));
    }

    [Fact]
    public void SetVariables_merges_deeply_and_may_refuse()
    {
        var known = Map(("a", Map(("b", 1), ("c", 2))), ("d", 3));
        var merged = new SetVariables { Variables = Map(("a", Map(("c", 5))), ("e", 6)) }.Update(known, Same).Variables!;
        ((IReadOnlyDictionary<string, object?>)merged["a"]!)["b"].ShouldBe(1);
        ((IReadOnlyDictionary<string, object?>)merged["a"]!)["c"].ShouldBe(5);
        merged["e"].ShouldBe(6);
        Should.Throw<TaskFailedException>(() => new SetVariables { Variables = Map(("a", 1), ("d", 1), ("x", 1)), Overwrite = false }.Update(known, Same)).Message
            .ShouldBe("`overwrite` is set to false and the following variables already exist: a,d");
    }

    [Fact]
    public void UnsetVariables_follows_paths()
    {
        var known = Map(("a", Map(("b", 1), ("c", 2))), ("d", 3));
        var left = new UnsetVariables { Variables = new List<object?> { "a.c", "d" } }.Update(known, Same).Variables!;
        left.Keys.ShouldBe(["a"]);
        ((IReadOnlyDictionary<string, object?>)left["a"]!).Keys.ShouldBe(["b"]);
        Should.Throw<TaskFailedException>(() => new UnsetVariables { Variables = new List<object?> { "x.y" } }.Update(known, Same)).Message.ShouldContain("'x.y' does not exist");
        new UnsetVariables { Variables = new List<object?> { "x.y" }, IgnoreMissing = true }.Update(null, Same).Variables!.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{{ 12 }}", null, "12", typeof(long))]
    [InlineData("12", null, "12", typeof(string))]
    [InlineData("12", "NUMBER", "12", typeof(int))]
    [InlineData("yes", "BOOLEAN", "False", typeof(bool))]
    [InlineData("{{ 5 }}", "STRING", "5", typeof(string))]
    [InlineData("2024-01-02T03:04:05Z", "DATETIME", "2024-01-02T03:04:05Z", typeof(Instant))]
    public async Task Kv_set_stores_typed_values(string value, string? type, string expected, Type stored)
    {
        var run = await RunAsync(new Kv.Set { Key = Property.Of<string>("k"), Value = Property.Of<object>(value), KvType = type is null ? null : Property.Of<KvType>(type) });

        run.Failure.ShouldBeNull();
        context.KeyValues()["k"].ShouldBeOfType(stored);
        Convert.ToString(context.KeyValues()["k"], System.Globalization.CultureInfo.InvariantCulture).ShouldBe(expected);
    }

    [Theory]
    [InlineData("2024-01-02", "DATE")]
    [InlineData("abc", "NUMBER")]
    [InlineData("{", "JSON")]
    public async Task Kv_set_refuses_what_is_not_of_the_type(string value, string type) =>
        (await RunAsync(new Kv.Set { Key = Property.Of<string>("k"), Value = Property.Of<object>(value), KvType = Property.Of<KvType>(type) })).State.ShouldBe(StateType.FAILED);

    [Fact]
    public async Task Kv_get_climbs_from_the_own_namespace_only()
    {
        await context.KeyValues("company").PutAsync("k", Duration.FromMinutes(5), null, null, true, TestContext.Current.CancellationToken);

        (await RunAsync(new Kv.Get { Key = Property.Of<string>("k") })).Output("value").ShouldBe(300.0);
        (await RunAsync(new Kv.Get { Key = Property.Of<string>("k"), Namespace = Property.Of<string>("company.other") })).Outputs.ShouldBeEmpty();
        (await RunAsync(new Kv.Get { Key = Property.Of<string>("no"), ErrorOnMissing = Property.Of<bool>(true) })).Failure!.Message
            .ShouldBe("No value found for key 'no' in namespace 'company.team' and `errorOnMissing` is set to true");
    }

    [Fact]
    public async Task Kv_keys_are_listed_deleted_and_purged()
    {
        var store = context.KeyValues();
        foreach (var key in new[] { "a.1", "a.2", "b" })
        {
            await store.PutAsync(key, 1, null, null, true, TestContext.Current.CancellationToken);
        }

        await store.PutAsync("old", 1, null, Duration.FromSeconds(-1), true, TestContext.Current.CancellationToken);
        context.WithService<INamespaces>(new FixedNamespaces("company.team", "company.teams", "other"));

        ((IReadOnlyList<object?>)(await RunAsync(new GetKeys { Prefix = Property.Of<string>("a") })).Output("keys")!).ShouldBe(["a.1", "a.2"]);
        (await RunAsync(new Kv.Delete { Key = Property.Of<string>("b") })).Output("deleted").ShouldBe(true);
        (await RunAsync(new Kv.Delete { Key = Property.Of<string>("b") })).Output("deleted").ShouldBe(false);
        var purge = await RunAsync(new PurgeKv { Namespaces = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["company.team"]) });
        purge.Output("size").ShouldBe(1L);
        purge.Messages(LogLevel.INFO).ShouldBe(["purging 2 namespaces: [company.team, company.teams]", "purged 1 keys"]);
        (await RunAsync(new PurgeKv { NamespacePattern = Property.Of<string>("company.*"), ExpiredOnly = Property.Of<bool>(false), KeyPattern = Property.Of<string>("a.?") })).Output("size").ShouldBe(2L);
        (await RunAsync(new PurgeKv { NamespacePattern = Property.Of<string>("x"), Namespaces = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["y"]) })).Failure!.Message
            .ShouldStartWith("Properties `namespaces` and `namespacePattern` can't be used");
    }

    [Fact]
    public async Task A_state_is_merged_read_and_removed()
    {
        var set = await RunAsync(new SetState { Data = Property.Of<IReadOnlyDictionary<string, object?>>(Map(("a", Map(("x", 1))))) });
        set.Output("key").ShouldBe("flow_states_tasks-states_default");
        (await RunAsync(new SetState { Data = Property.Of<IReadOnlyDictionary<string, object?>>(Map(("a", Map(("y", "{{ flow.id }}"))), ("b", 2))) })).Output("count").ShouldBe(2);
        var data = (IReadOnlyDictionary<string, object?>)(await RunAsync(new GetState())).Output("data")!;
        ((IReadOnlyDictionary<string, object?>)data["a"]!).Keys.ShouldBe(["x", "y"]);
        (await RunAsync(new DeleteState())).Output("deleted").ShouldBe(true);
        (await RunAsync(new DeleteState { ErrorOnMissing = Property.Of<bool>(true) })).Failure!.Message.ShouldBe("Unable to find the state file 'default'");
        (await RunAsync(new GetState())).Output("count").ShouldBe(0);
    }

    [Fact]
    public async Task Files_of_a_namespace_go_up_come_down_and_are_deleted()
    {
        var stored = context.Storage.Put("content");
        UploadFiles Upload(string destination, string conflict = "OVERWRITE") => new()
        {
            Namespace = Property.Of<string>("company.team"),
            FilesMap = Map(("b.txt", stored), ("gone.txt", "kestra:///nowhere")),
            Destination = Property.Of<string>(destination),
            Conflict = Property.Of<FileConflict>(conflict),
        };

        (await RunAsync(Upload("/base"))).State.ShouldBe(StateType.SUCCESS);
        (await RunAsync(Upload("base/"))).State.ShouldBe(StateType.SUCCESS);
        (await RunAsync(Upload("base/", "ERROR"))).Failure!.Message.ShouldBe("File '/base/b.txt' already exists in namespace 'company.team' and conflict is set to ERROR");
        (await RunAsync(Upload("base/", "SKIP"))).State.ShouldBe(StateType.SUCCESS);
        context.Storage.Addresses.Where(static address => address.Contains("_files")).ShouldBe(["kestra:///company/team/_files/base/b.txt", "kestra:///company/team/_files/baseb.txt"]);
        (await RunAsync(new UploadFiles { Namespace = Property.Of<string>("a") })).Failure!.Message.ShouldBe("files or filesMap is required");
        (await RunAsync(new UploadFiles { Namespace = Property.Of<string>("a"), FilesMap = Map(("a", 1)) })).Failure!.Message.ShouldBe("filesMap must be a Map<String, String>");

        var down = await RunAsync(new DownloadFiles { Namespace = Property.Of<string>("company.team"), Files = "b.txt", Destination = Property.Of<string>("out/") });
        var files = (IReadOnlyDictionary<string, object?>)down.Output("files")!;
        files.Keys.ShouldBe(["/base/b.txt"]);
        ((string)files["/base/b.txt"]!).ShouldEndWith("/out/base/b.txt");
        (await RunAsync(new DownloadFiles { Namespace = Property.Of<string>("company.team"), Files = 3 })).Failure!.Message.ShouldBe("The files property must be a string or a list of strings.");

        var deleted = await RunAsync(new DeleteFiles { Namespace = Property.Of<string>("company.team"), Files = new List<object?> { "base/*" }, DeleteParentFolder = Property.Of<bool>(true) });
        deleted.Messages(LogLevel.DEBUG).ShouldContain("Deleted /base/b.txt");
        deleted.Messages(LogLevel.DEBUG).ShouldContain("Deleted empty folder: /base");
        deleted.Metrics[^1].ShouldSatisfyAllConditions(static metric => metric.Name.ShouldBe("deleted"), static metric => metric.Value.ShouldBe(1));
    }

    [Fact]
    public async Task Metrics_are_published()
    {
        var run = await RunAsync(new Publish
        {
            Metrics = Property.Of<IReadOnlyList<object?>>(new List<object?>
            {
                Map(("type", "counter"), ("name", "rows"), ("value", "{{ 40 + 2 }}"), ("tags", Map(("a", 1)))),
                Map(("type", "timer"), ("name", "took"), ("value", "PT3S")),
            }),
        });

        run.Metrics.Select(static metric => (metric.Type, metric.Name, metric.Value)).ShouldBe([(MetricType.counter, "rows", 42), (MetricType.timer, "took", 3000)]);
        run.Metrics[0].Tags["a"].ShouldBe("1");
        (await RunAsync(new Publish { Metrics = Property.Of<IReadOnlyList<object?>>(new List<object?> { Map(("type", "gauge"), ("name", "x"), ("value", 1)) }) })).State.ShouldBe(StateType.FAILED);
    }

    [Fact]
    public async Task Resume_and_fetch_check_which_execution_is_meant()
    {
        (await RunAsync(new Resume { Namespace = Property.Of<string>("a") })).Failure!.Message.ShouldBe("`namespace` and `flowId` should only be set when `executionId` is set.");
        (await RunAsync(new Fetch { ExecutionId = Property.Of<string>("e"), FlowId = Property.Of<string>("f") })).Failure!.Message.ShouldBe("Both `namespace` and `flowId` must be set when `executionId` is set.");
    }

    [Fact]
    public async Task Count_needs_flows_or_namespaces() =>
        (await RunAsync(new Count { StartDate = Property.Of<string>("2024-01-01T00:00:00Z"), Expression = "{{ true }}" })).Failure!.Message.ShouldBe("You must provide a list of flows or namespaces.");

    [Fact]
    public async Task A_templated_task_must_be_runnable_and_no_other_templated_one()
    {
        TemplatedTask With(ITask inner)
        {
            context.WithService<ITaskReader>(new FixedTaskReader(inner));
            return new TemplatedTask { Spec = Property.Of<string>("type: x") };
        }

        (await RunAsync(With(new Return { Format = Property.Of<string>("inner") }))).Output("value").ShouldBe("inner");
        (await RunAsync(With(new TemplatedTask()))).Failure!.Message.ShouldBe("The templated task cannot be of type 'io.kestra.plugin.core.templating.TemplatedTask'");
        (await RunAsync(With(new Exit()))).Failure!.Message.ShouldBe("The templated task must be a runnable task");
    }

    [Fact]
    public async Task Toggle_tells_what_is_missing()
    {
        context.WithService<ITriggerSwitch>(new FixedTriggers("known"));

        (await RunAsync(new Toggle { Trigger = Property.Of<string>("known") })).State.ShouldBe(StateType.SUCCESS);
        (await RunAsync(new Toggle { Trigger = Property.Of<string>("other") })).Failure!.Message.ShouldBe("Unable to find trigger other for the flow company.team.flow");
        (await RunAsync(new Toggle { Trigger = Property.Of<string>("known"), FlowId = Property.Of<string>("nope") })).Failure!.Message
            .ShouldBe("Unable to find flow company.team.nope. Make sure the flow exists and the current execution is authorized to access it.");
    }

    private static object? Same(object? value) => value;

    private static OrderedDictionary<string, object?> Map(params (string Name, object? Value)[] pairs)
    {
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in pairs)
        {
            map[name] = value;
        }

        return map;
    }

    private Task<TestRun> RunAsync(IRunnableTask task) => TestRun.OfAsync(task, context, TestContext.Current.CancellationToken);

    private sealed class FixedNamespaces(params string[] names) : INamespaces
    {
        public Task<IReadOnlyList<string>> ListAsync(string tenantId, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>(names);
    }

    private sealed class FixedTaskReader(ITask task) : ITaskReader
    {
        public (Model.Flows.TaskDefinition Definition, ITask Task) Read(string yaml) => (new Model.Flows.TaskDefinition { Id = "x", Type = "x", Properties = Map() }, task);
    }

    private sealed class FixedTriggers(string known) : ITriggerSwitch
    {
        public Task<bool> FlowExistsAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken) => Task.FromResult(flowId == "flow");

        public Task<bool> SetDisabledAsync(string tenantId, string @namespace, string flowId, string triggerId, bool disabled, CancellationToken cancellationToken) => Task.FromResult(triggerId == known);
    }
}

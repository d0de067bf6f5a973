using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Triggers;
using Kestra.Storage;
using Kestra.Storage.Objects;
using Kestra.Webserver.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Kestra.Webserver.Tests.Recordings;

/// <summary>
/// Brings a server into the state that a recording was made in, with nothing but what a user could do. Says what the
/// placeholders of the request stand for.
/// </summary>
internal sealed class Preparations
{
    private const string ListenerFlow = """
        id: listener_flow
        namespace: company.team
        tasks:
          - id: hello
            type: io.kestra.plugin.core.log.Log
            message: hello
        triggers:
          - id: on_main
            type: io.kestra.plugin.core.trigger.Flow
            conditions:
              - type: io.kestra.plugin.core.condition.ExecutionFlow
                namespace: company.team
                flowId: main_flow
        """;

    private const string ChildFlow = """
        id: child_flow
        namespace: company.team
        tasks:
          - id: hello
            type: io.kestra.plugin.core.log.Log
            message: hello
        """;

    private const string FileId = "7Jx4cV9dF1k2m3n4p5q6r7";

    private static readonly Dictionary<string, IReadOnlyList<string>> Nothing = [];

    private static readonly object Hourly = new { @namespace = "rec.trig", flowId = "back", triggerId = "hourly" };

    private readonly TestServer server;
    private readonly Dictionary<string, Func<Task<Dictionary<string, IReadOnlyList<string>>>>> table;
    private readonly HashSet<string> stored = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> remembered = new(StringComparer.Ordinal);

    public Preparations(TestServer server)
    {
        this.server = server;
        table = Table();
    }

    public async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> ForAsync(Recording recording)
    {
        // The flow that a request names is there, unless making it is what the recording is about.
        if (recording.Path.Contains("rec.exec/", StringComparison.Ordinal) && recording.Path.Split("rec.exec/")[1].Split('/', '?')[0] is var flow && File.Exists(FlowFile($"rec.exec_{flow}")))
        {
            await FileFlowAsync($"rec.exec_{flow}");
        }

        return table.TryGetValue(recording.Title, out var prepare) ? await prepare() : Nothing;
    }

    private Dictionary<string, Func<Task<Dictionary<string, IReadOnlyList<string>>>>> Table() => new(StringComparer.Ordinal)
    {
        ["search, namespace prefix is by segment"] = () => FlowsAsync(Simple("rec.many", "many-01"), Simple("rec.many", "many-03")),
        ["namespace prefix is by segment"] = () => FlowsAsync(Simple("rec.many", "many-01"), Simple("rec.many", "many-03")),
        ["disable by ids, unknown id"] = () => FlowsAsync(Simple("rec.main", "bulk1")),
        // The original had switched it off before it met the unknown one; ours has not.
        ["enable by ids"] = () => FlowsAsync(Simple("rec.main", "bulk1") + "disabled: true\n"),
        ["delete flow"] = () => FlowsAsync(Simple("rec.main", "bulk2").TrimEnd()),
        // The graph was recorded where no trigger had a state.
        ["graph 1.0"] = async () =>
        {
            (await server.SendAsync("DELETE", "/api/v1/main/triggers/company.team/main_flow/sched")).Status.ShouldBe(204);
            return [];
        },
        ["dependencies 1.0"] = () => FlowsAsync(ChildFlow, ListenerFlow),
        ["source search 1.0"] = () => FlowsAsync(ChildFlow, ListenerFlow),
        ["dependencies of a flow, 0.20"] = () => FileFlowsAsync("rec.trig_src", "rec.trig_sched"),
        ["namespaces with flows"] = () => FlowsAsync(Simple("rec.main", "a"), Simple("rec.many", "a"), Simple("rec.many.sub", "a"), Simple("rec.ns", "a"), Simple("system.x", "a")),

        ["flow of an execution"] = async () => Execution(await StartedAsync("slow")),
        ["kill"] = async () => Execution(await StartedAsync("longsleep")),
        ["restart a failed execution"] = async () => Execution((await RanAsync("failing")).Id),
        ["replay"] = async () => Execution(await RestartedOnceAsync("failonce")),
        ["replay, unknown task run"] = async () => Execution((await RanAsync("failing")).Id),
        ["change-status to a running state"] = async () => Execution((await RanAsync("failing")).Id),
        ["replace labels"] = async () => Execution(await RestartedOnceAsync("failing")),
        ["system label refused"] = async () => Execution((await RanAsync("failing")).Id),
        ["eval with error"] = EvaluatedAsync,
        ["restart a running one"] = async () => Execution(await StartedAsync("longsleep")),
        ["restart a successful execution"] = async () => Execution((await RanAsync("sub")).Id),
        ["resume/validate"] = async () => Execution(Remember("paused", await PausedAsync())),
        ["resume"] = () => Task.FromResult(Execution(remembered["paused"])),
        ["resume a finished one"] = async () => Execution((await server.UntilAsync(remembered["paused"], StateType.SUCCESS)).Id),
        ["pause"] = async () => Execution(await StartedAsync("longsleep")),
        ["pause a finished one"] = async () => Execution((await RanAsync("sub")).Id),
        ["unqueue a running one"] = async () => Execution(await StartedAsync("longsleep")),
        ["restart by ids"] = async () => Ids(await TwoAsync("failing")),
        ["restart by ids, one unknown"] = async () => Ids(await TwoAsync("failing")),
        ["restart by ids, not failed"] = async () => Ids((await RanAsync("sub")).Id),
        ["kill by ids, finished"] = async () => Ids(await TwoAsync("sub")),
        ["labels by ids"] = async () => Ids(await TwoAsync("sub")),
        ["change-status by ids"] = async () => Ids(await TwoAsync("failing")),
        ["pause by ids, not running"] = async () => Ids(await TwoAsync("sub")),
        ["force-run by ids, finished"] = async () => Ids(await TwoAsync("sub")),
        ["delete by ids"] = () => FlowsAsync(Simple("rec.many", "many-01")),
        ["delete by ids (2)"] = async () => Ids(await TwoAsync("sub")),
        ["delete execution"] = async () => Execution(Remember("deleted", (await RanAsync("sub")).Id)),
        ["delete execution again"] = () => Task.FromResult(Execution(remembered["deleted"])),
        ["search, label without match"] = async () => Execution((await RanAsync("sub")).Id),
        ["lower-case state"] = async () => Execution((await RanAsync("failing")).Id),
        ["download execution file"] = () => FileAsync("data.csv", "a,b\n1,2\n3,4\n"),
        ["file metas"] = () => FileAsync("data.csv", "a,b\n1,2\n3,4\n"),
        ["preview of a CSV file is text"] = () => FileAsync("data.csv", "a,b\n1,2\n3,4\n"),
        ["preview of a text file"] = () => FileAsync("t.txt", "hello text"),
        ["preview, bad encoding"] = () => FileAsync("data.csv", "a,b\n1,2\n3,4\n"),
        ["file of another execution: redirect"] = ForeignFileAsync,
        ["file outside"] = async () => Execution((await FilesExecutionAsync()).Id),
        ["file, path missing"] = async () => Execution((await FilesExecutionAsync()).Id),
        ["filter: state IN"] = async () => Execution(await StartedAsync("longsleep")),
        ["filter: labels"] = async () => Execution(await LabelledAsync()),
        ["reduced flow for executing"] = MainFlowAsync,
        ["execution 1.0"] = async () => Execution(Remember("main", (await RunMainAsync()).Id)),
        ["failed execution 1.0"] = async () => Execution(await RunFailingFlowAsync()),
        ["labels of a running execution"] = async () => Execution(await StartedAsync("longsleep")),
        ["follow a finished execution"] = async () => Execution((await RanAsync("sub")).Id),
        ["follow dependencies"] = async () => Execution(await ParentAsync()),
        ["webhook 1.0"] = () => FlowsAsync(Hooked("hooked", "")),
        ["webhook of a disabled flow"] = () => FlowsAsync(Hooked("off", "disabled: true\n")),
        ["create execution input check"] = MainFlowAsync,
        ["latest executions"] = async () => Execution((await RunMainAsync()).Id),
        ["unqueue, wrong target"] = async () => Execution((await RanAsync("sub")).Id),

        ["search triggers"] = SchedulesAsync,
        ["delete backfill that has ended"] = async () =>
        {
            await server.SendJsonAsync("POST", "/api/v1/main/triggers/backfill/delete", Hourly);
            return [];
        },
        ["delete backfill"] = async () =>
        {
            (await server.SendJsonAsync("PUT", "/api/v1/main/triggers", new { @namespace = "rec.trig", flowId = "back", triggerId = "hourly", backfill = new { start = "2024-01-01T00:00:00Z", end = "2024-01-01T05:00:00Z" } })).Status.ShouldBe(200);
            return [];
        },
        ["trigger 1.0"] = TriggerAsync,

        ["get bare word"] = () => KeyAsync("raw", "unquoted"),
        ["get number"] = () => KeyAsync("num", "42"),
        ["get null"] = () => KeyAsync("nul", "null"),
        ["get date-time"] = () => KeyAsync("dt", "2024-01-02T03:04:05Z"),
        ["get date"] = () => KeyAsync("date", "2024-01-02"),
        ["get duration"] = () => KeyAsync("dur", "PT1H"),
        ["get object"] = () => KeyAsync("obj", "{\"a\":1}"),
        ["get expired"] = () => KeyAsync("ttl", "1", ("ttl", "PT0.000001S")),
        ["KV list 1.0"] = async () =>
        {
            await KeyAsync("k16", "1", "company.team", ("ttl", "PT1H"), ("description", "desc"));
            return await KeyAsync("k8", "1", "company.team", ("ttl", "PT1H"), ("description", "desc"));
        },
        ["read file"] = () => UploadAsync("/dir/a.txt", "hello2"),
        ["search namespaces"] = () => FileFlowsAsync("rec.exec_sub"),
        ["namespace autocomplete"] = () => FlowsAsync(ChildFlow),

        ["logs from WARN up"] = async () => Execution(Remember("slow", (await RanAsync("slow")).Id)),
        ["logs, bad level"] = () => Task.FromResult(Execution(remembered["slow"])),
        ["logs of an unknown task"] = () => Task.FromResult(Execution(remembered["slow"])),
        ["download logs"] = () => Task.FromResult(Execution(remembered["slow"])),
        ["delete logs from WARN up"] = () => Task.FromResult(Execution(remembered["slow"])),
        ["logs 1.0"] = async () => Execution(Remember("main", (await RunMainAsync()).Id)),
        ["metrics 1.0"] = () => Task.FromResult(Execution(remembered["main"])),
        ["follow logs"] = () => Task.FromResult(Execution(remembered["main"])),
        ["setup, bad user name (0.20)"] = () => Task.FromResult(Credentials()),
        ["setup, no password (0.20)"] = () => Task.FromResult(Credentials()),
        ["change credentials (0.20)"] = () => Task.FromResult(Credentials()),
    };

    private static Dictionary<string, IReadOnlyList<string>> Execution(params IReadOnlyList<string> ids) => new() { ["executionId"] = ids };

    private static Dictionary<string, IReadOnlyList<string>> Ids(params IReadOnlyList<string> ids) => new() { ["id"] = ids };

    // Those of the recording "setup".
    private static Dictionary<string, IReadOnlyList<string>> Credentials() => new() { ["valid"] = [Convert.ToBase64String("admin@example.com:Abcdefg1"u8)] };

    private static string Simple(string @namespace, string id) =>
        $"id: {id}\nnamespace: {@namespace}\ndescription: a first flow\nlabels:\n  env: dev\n  team: core\ntasks:\n  - id: log\n    type: io.kestra.plugin.core.log.Log\n    message: Hello {{{{ execution.id }}}}\n";

    private static string Hooked(string id, string more) =>
        $"id: \"{id}\"\nnamespace: company.team\nlabels:\n  a: b\n{more}tasks:\n  - id: l\n    type: io.kestra.plugin.core.log.Log\n    message: x\ntriggers:\n  - id: hook\n    type: io.kestra.plugin.core.trigger.Webhook\n    key: abcdef\n";

    private static string FlowFile(string name) => Path.Combine(AppContext.BaseDirectory, "api", "flows", name + ".yml");

    private string Remember(string name, string id) => remembered[name] = id;

    private async Task<Dictionary<string, IReadOnlyList<string>>> FlowsAsync(params IReadOnlyList<string> sources)
    {
        foreach (var source in sources)
        {
            await server.PutFlowAsync(source);
        }

        return [];
    }

    private async Task<Dictionary<string, IReadOnlyList<string>>> FileFlowsAsync(params IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            await FileFlowAsync(name);
        }

        return [];
    }

    private async Task FileFlowAsync(string name)
    {
        if (stored.Add(name))
        {
            await server.PutFlowAsync(await File.ReadAllTextAsync(FlowFile(name)));
        }
    }

    private async Task<Execution> RanAsync(string flow)
    {
        await FileFlowAsync($"rec.exec_{flow}");
        return await server.RunAsync("rec.exec", flow);
    }

    private async Task<IReadOnlyList<string>> TwoAsync(string flow) => [(await RanAsync(flow)).Id, (await RanAsync(flow)).Id];

    private async Task<string> StartedAsync(string flow)
    {
        await FileFlowAsync($"rec.exec_{flow}");
        var id = await server.CreateAsync("rec.exec", flow);
        return (await server.UntilAsync(id, StateType.RUNNING)).Id;
    }

    private async Task<string> PausedAsync()
    {
        await FileFlowAsync("rec.exec_paused");
        return (await server.UntilAsync(await server.CreateAsync("rec.exec", "paused"), StateType.PAUSED)).Id;
    }

    private async Task<string> RestartedOnceAsync(string flow)
    {
        var failed = await RanAsync(flow);
        (await server.SendAsync("POST", $"/api/v1/main/executions/{failed.Id}/restart")).Status.ShouldBe(200);
        return (await server.UntilAsync(failed.Id, static execution => execution is { Metadata.AttemptNumber: 2, State.Current: StateType.FAILED })).Id;
    }

    private async Task<Dictionary<string, IReadOnlyList<string>>> EvaluatedAsync()
    {
        var execution = await RanAsync("sub");
        return new() { ["executionId"] = [execution.Id], ["taskRunId"] = [execution.TaskRunList![0].Id] };
    }

    private async Task<string> LabelledAsync()
    {
        await FileFlowAsync("rec.exec_sub");
        return await server.CreateAsync("rec.exec", "sub", "?labels=env:prod");
    }

    private async Task<Execution> FilesExecutionAsync()
    {
        await FlowsAsync(Simple("rec.exec", "files"));
        return await server.RunAsync("rec.exec", "files");
    }

    private async Task<Dictionary<string, IReadOnlyList<string>>> FileAsync(string name, string content)
    {
        var execution = await FilesExecutionAsync();
        var run = execution.TaskRunList![0].Id;
        var path = $"{StoragePaths.Execution(execution.Namespace, execution.FlowId, execution.Id)}/tasks/lf/{run}/{FileId}-{name}";
        using var stream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content));
        await server.Server.Services.GetRequiredService<IObjectStorage>().PutAsync(Tenants.Default, path, stream, null, CancellationToken.None);
        return new() { ["executionId"] = [execution.Id], ["taskRunId"] = [run], ["fileId"] = [FileId] };
    }

    private async Task<Dictionary<string, IReadOnlyList<string>>> ForeignFileAsync()
    {
        var values = await FileAsync("data.csv", "a,b\n");
        values["executionId"] = [(await FilesExecutionAsync()).Id, .. values["executionId"]];
        return values;
    }

    private async Task<Dictionary<string, IReadOnlyList<string>>> MainFlowAsync() =>
        await FlowsAsync(ChildFlow, Recording.All.Single(static recording => recording.Title == "create a rich flow, 1.0").Data.GetProperty("body").GetString()!);

    private async Task<Execution> RunMainAsync()
    {
        await MainFlowAsync();
        return await server.RunAsync("company.team", "main_flow");
    }

    private async Task<string> RunFailingFlowAsync()
    {
        await FlowsAsync("id: failing_flow\nnamespace: company.team\ntasks:\n  - id: boom\n    type: io.kestra.plugin.core.execution.Fail\n");
        return (await server.RunAsync("company.team", "failing_flow")).Id;
    }

    private async Task<string> ParentAsync()
    {
        await FlowsAsync("id: child\nnamespace: company.team\ntasks:\n  - id: s\n    type: io.kestra.plugin.core.flow.Sleep\n    duration: PT1S\n", "id: parent\nnamespace: company.team\ntasks:\n  - id: call\n    type: io.kestra.plugin.core.flow.Subflow\n    namespace: company.team\n    flowId: child\n");
        return await server.CreateAsync("company.team", "parent");
    }

    // As they were when they had fired before. The flows were written down after somebody had disabled them.
    private async Task<Dictionary<string, IReadOnlyList<string>>> SchedulesAsync()
    {
        var date = SystemClock.Instance.GetCurrentInstant().InUtc();
        Trigger Row(string flow, string trigger) => new() { TenantId = Tenants.Default, Namespace = "rec.trig", FlowId = flow, TriggerId = trigger, Date = date };
        await server.Server.Services.GetRequiredService<IStore>().Triggers.SaveAsync([Row("sched", "every2s"), Row("sched", "daily"), Row("back", "hourly")], CancellationToken.None);
        foreach (var name in new[] { "rec.trig_sched", "rec.trig_back" })
        {
            var source = await File.ReadAllTextAsync(FlowFile(name));
            // One that fires while it is looked at is now locked and now not; this one waits for the next year.
            source = source.Replace("*/2 * * * * *", "0 0 0 1 1 *", StringComparison.Ordinal);
            // An execution that lasts holds the backfill until it was looked at.
            await server.PutFlowAsync(source.Replace("\ndisabled: true", "", StringComparison.Ordinal).Replace("{id: l, type: io.kestra.plugin.core.log.Log, message: \"{{ trigger.date }}\"}", "{id: l, type: io.kestra.plugin.core.flow.Sleep, duration: PT60S}", StringComparison.Ordinal));
        }

        return [];
    }

    private async Task<Dictionary<string, IReadOnlyList<string>>> TriggerAsync()
    {
        await MainFlowAsync();
        var date = SystemClock.Instance.GetCurrentInstant().InUtc();
        await server.Server.Services.GetRequiredService<IStore>().Triggers.SaveAsync(
            [new Trigger { TenantId = Tenants.Default, Namespace = "company.team", FlowId = "main_flow", TriggerId = "sched", Date = date, NextExecutionDate = date, Backfill = new Backfill { Start = date, End = date, CurrentDate = date } }],
            CancellationToken.None);
        return [];
    }

    private Task<Dictionary<string, IReadOnlyList<string>>> KeyAsync(string key, string value, params (string, string)[] headers) => KeyAsync(key, value, "rec.kv", headers);

    private async Task<Dictionary<string, IReadOnlyList<string>>> KeyAsync(string key, string value, string @namespace, params (string, string)[] headers)
    {
        (await server.SendAsync("PUT", $"/api/v1/main/namespaces/{@namespace}/kv/{key}", System.Text.Encoding.UTF8.GetBytes(value), "text/plain", headers)).Status.ShouldBe(200);
        return [];
    }

    private async Task<Dictionary<string, IReadOnlyList<string>>> UploadAsync(string path, string content)
    {
        var body = MultipartBody.Of(new MultipartPart("fileContent", System.Text.Encoding.UTF8.GetBytes(content), "f"));
        (await server.SendAsync("POST", $"/api/v1/main/namespaces/rec.nsf/files?path={path}", body, MultipartBody.Type)).Status.ShouldBe(200);
        return [];
    }
}

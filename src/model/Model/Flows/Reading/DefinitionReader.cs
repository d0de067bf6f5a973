using Kestra.Model.Executions;
using Kestra.Model.Logs;

namespace Kestra.Model.Flows.Reading;

/// <summary>
/// Turns raw maps into definitions, and checks the rules that concern one of them alone. A fault is noted with its
/// path; the definition is then filled as far as it goes.
/// </summary>
public static class DefinitionReader
{
    public static TaskDefinition ReadTask(IReadOnlyDictionary<string, object?> raw, string path, ICollection<DefinitionFault> faults) =>
        Task(raw, new FaultPlace(path, ""), new ReadingScope(faults, null));

    /// <param name="classOf">The class behind a written plugin type, for texts of faults.</param>
    public static TaskDefinition ReadTask(IReadOnlyDictionary<string, object?> raw, FaultPlace place, ICollection<DefinitionFault> faults, Func<string, string>? classOf) =>
        Task(raw, place, new ReadingScope(faults, classOf));

    public static TriggerDefinition ReadTrigger(IReadOnlyDictionary<string, object?> raw, string path, ICollection<DefinitionFault> faults) =>
        Trigger(raw, new FaultPlace(path, ""), new ReadingScope(faults, null));

    /// <inheritdoc cref="ReadTask(IReadOnlyDictionary{string, object?}, FaultPlace, ICollection{DefinitionFault}, Func{string, string}?)"/>
    public static TriggerDefinition ReadTrigger(IReadOnlyDictionary<string, object?> raw, FaultPlace place, ICollection<DefinitionFault> faults, Func<string, string>? classOf) =>
        Trigger(raw, place, new ReadingScope(faults, classOf));

    public static ConditionDefinition ReadCondition(IReadOnlyDictionary<string, object?> raw, string path, ICollection<DefinitionFault> faults) =>
        Condition(raw, new FaultPlace(path, ""), new ReadingScope(faults, null));

    public static InputDefinition ReadInput(IReadOnlyDictionary<string, object?> raw, string path, ICollection<DefinitionFault> faults) =>
        InputReader.Input(raw, new FaultPlace(path, ""), new ReadingScope(faults, null)) ?? new InputDefinition { Id = "", Type = InputType.STRING };

    public static OutputDefinition ReadOutput(IReadOnlyDictionary<string, object?> raw, string path, ICollection<DefinitionFault> faults) =>
        InputReader.Output(raw, new FaultPlace(path, ""), new ReadingScope(faults, null));

    public static RetryDefinition? ReadRetry(IReadOnlyDictionary<string, object?> raw, string path, ICollection<DefinitionFault> faults) =>
        RetryReader.Read(raw, new FaultPlace(path, ""), new ReadingScope(faults, null));

    /// <summary>Labels as a list of <c>{key, value}</c> or as a map.</summary>
    public static IReadOnlyList<Label>? ReadLabels(object? raw, string path, ICollection<DefinitionFault> faults) => LabelReader.Read(raw, new FaultPlace(path, ""), faults);

    /// <summary>The whole flow. Keys that do not exist are faults of the kind <see cref="FaultKind.UnknownProperty"/>.</summary>
    /// <param name="tenantId">Decides; a tenant in the source does not.</param>
    /// <param name="classOf">The class behind a written plugin type, for texts of faults.</param>
    /// <param name="laterProperties">Take the properties of versions after 1.0 (<c>checks</c>, <c>draft</c>) as known.</param>
    public static Flow ReadFlow(IReadOnlyDictionary<string, object?> raw, string tenantId, ICollection<DefinitionFault> faults, Func<string, string>? classOf = null, bool laterProperties = false)
    {
        var scope = new ReadingScope(faults, classOf);
        var map = new RawMap(raw, FaultPlace.Root, ClassNames.Flow, scope);
        map.Text("tenantId");
        map.Text("source");
        map.Flag("deleted", false);
        var flow = Head(map, tenantId, scope) with
        {
            Tasks = Tasks(map, "tasks") ?? [],
            Errors = Tasks(map, "errors"),
            Finally = Tasks(map, "finally", "_finally"),
            AfterExecution = Tasks(map, "afterExecution"),
            Listeners = map.Items("listeners", ClassNames.Listener, (item, at) => Listener(item, at, scope)),
            Triggers = map.Items("triggers", ClassNames.Trigger, (item, at) => Trigger(item, at, scope)),
            Checks = CheckList(map, laterProperties),
        };
        if (flow.Tasks.Count == 0 && map.Raw.GetValueOrDefault("tasks") is null or IReadOnlyList<object?> { Count: 0 })
        {
            map.Broken("tasks", "must not be empty");
        }

        map.NoMore(ClassNames.FlowProperties);
        return flow;
    }

    private static Flow Head(RawMap map, string tenantId, ReadingScope scope)
    {
        var flow = new Flow
        {
            TenantId = tenantId,
            Id = map.Text("id") ?? "",
            Namespace = map.Text("namespace") ?? "",
            Revision = map.Number("revision"),
            Description = map.Text("description"),
            Labels = LabelReader.Read(map.Value("labels"), map.PlaceOf("labels"), scope.Faults),
            Inputs = map.Items("inputs", ClassNames.Input, (item, at) => InputReader.Input(item, at, scope)),
            Outputs = map.Items("outputs", ClassNames.Output, (item, at) => InputReader.Output(item, at, scope)),
            Variables = map.Free("variables"),
            PluginDefaults = map.Items("pluginDefaults", ClassNames.PluginDefault, (item, at) => Default(item, at, scope)),
            TaskDefaults = map.Items("taskDefaults", ClassNames.PluginDefault, (item, at) => Default(item, at, scope)),
            Concurrency = map.Map("concurrency", ClassNames.Concurrency) is { } concurrency ? Concurrency(concurrency) : null,
            Retry = RetryReader.Of(map),
            Sla = map.Items("sla", ClassNames.Sla, (item, at) => SlaReader.Read(item, at, scope)),
            Disabled = map.Flag("disabled", false),
            WorkerGroup = Group(map),
        };
        IdRules.Flow(map, flow.Id);
        IdRules.Namespace(map, flow.Namespace);
        LabelReader.RefuseEmpty(flow.Labels, "labels", scope.Faults);
        if (flow.Revision is < 1)
        {
            map.Broken("revision", "must be greater than or equal to 1");
        }

        return flow;
    }

    private static IReadOnlyList<TaskDefinition>? Tasks(RawMap map, string name, string? shown = null) =>
        map.Items(name, ClassNames.Task, (item, at) => Task(item, at, map.Scope), shown);

    private static TaskDefinition Task(IReadOnlyDictionary<string, object?> raw, FaultPlace place, ReadingScope scope)
    {
        var type = TypeOf(raw);
        var map = new RawMap(raw, place, ClassOf(type, scope, ClassNames.Task), scope) { NamedList = "tasks" };
        map.Value("type");
        if (type is null)
        {
            map.Unreadable(place, ShapeText.UnknownType("<null>"), FaultKind.UnknownType);
        }

        var task = new TaskDefinition
        {
            Id = map.Text("id") ?? "",
            Type = type ?? "",
            Version = map.Text("version"),
            Description = map.Text("description"),
            Retry = RetryReader.Of(map),
            Timeout = map.Expression("timeout"),
            Disabled = map.Flag("disabled", false, "java.lang.Boolean"),
            WorkerGroup = Group(map),
            LogLevel = map.Enum<LogLevel>("logLevel", ClassNames.Level),
            AllowFailure = map.Flag("allowFailure", false),
            AllowWarning = map.Flag("allowWarning", false),
            LogToFile = map.Flag("logToFile", false),
            RunIf = map.Expression("runIf"),
            TaskCache = map.Map("taskCache", ClassNames.Cache) is { } cache ? Cache(cache) : null,
            Properties = raw,
        };
        IdRules.Task(map, task.Id);
        return task with { Properties = map.Rest() };
    }

    private static TriggerDefinition Trigger(IReadOnlyDictionary<string, object?> raw, FaultPlace place, ReadingScope scope)
    {
        var type = TypeOf(raw);
        var map = new RawMap(raw, place, ClassOf(type, scope, ClassNames.Trigger), scope);
        map.Value("type");
        if (type is null)
        {
            map.Unreadable(place, ShapeText.UnknownType("<null>"), FaultKind.UnknownType);
        }

        var trigger = new TriggerDefinition
        {
            Id = map.Text("id") ?? "",
            Type = type ?? "",
            Version = map.Text("version"),
            Description = map.Text("description"),
            Conditions = map.Items("conditions", ClassNames.Condition, (item, at) => Condition(item, at, scope)),
            Disabled = map.Flag("disabled", false, "java.lang.Boolean"),
            WorkerGroup = Group(map),
            LogLevel = map.Enum<LogLevel>("logLevel", ClassNames.Level) ?? map.Enum<LogLevel>("minLogLevel", ClassNames.Level),
            Labels = LabelReader.Read(map.Value("labels"), map.PlaceOf("labels"), scope.Faults),
            StopAfter = map.Enums<StateType>("stopAfter", ClassNames.State),
            LogToFile = map.Flag("logToFile", false),
            FailOnTriggerError = map.Flag("failOnTriggerError", false),
            Properties = raw,
        };
        map.Value("minLogLevel");
        IdRules.Trigger(map, trigger.Id);
        LabelReader.RefuseSystem(trigger.Labels, map.PlaceOf("labels").Path, scope.Faults);
        return trigger with { Properties = map.Rest() };
    }

    private static ConditionDefinition Condition(IReadOnlyDictionary<string, object?> raw, FaultPlace place, ReadingScope scope)
    {
        var type = TypeOf(raw);
        var map = new RawMap(raw, place, ClassOf(type, scope, ClassNames.Condition), scope);
        map.Value("type");
        if (type is null)
        {
            map.Unreadable(place, ShapeText.UnknownType("<null>"), FaultKind.UnknownType);
        }

        return new ConditionDefinition(type ?? "", map.Rest());
    }

    private static ListenerDefinition Listener(IReadOnlyDictionary<string, object?> raw, FaultPlace place, ReadingScope scope)
    {
        var map = new RawMap(raw, place, ClassNames.Listener, scope);
        var listener = new ListenerDefinition(map.Text("description"), map.Items("conditions", ClassNames.Condition, (item, at) => Condition(item, at, scope)), Tasks(map, "tasks") ?? []);
        if (raw.GetValueOrDefault("tasks") is null or IReadOnlyList<object?> { Count: 0 })
        {
            map.Broken("tasks", "must not be empty");
        }

        map.NoMore(ClassNames.ListenerProperties);
        return listener;
    }

    private static PluginDefault Default(IReadOnlyDictionary<string, object?> raw, FaultPlace place, ReadingScope scope)
    {
        var map = new RawMap(raw, place, ClassNames.PluginDefault, scope);
        var entry = new PluginDefault(map.Text("type") ?? "", map.Flag("forced", false), map.Free("values"));
        map.NoMore(ClassNames.PluginDefaultProperties);
        return entry;
    }

    private static WorkerGroup? Group(RawMap owner)
    {
        if (owner.Map("workerGroup", ClassNames.WorkerGroup) is not { } map)
        {
            return null;
        }

        var group = new WorkerGroup(map.Text("key"), map.Enum<WorkerGroupFallback>("fallback", $"{ClassNames.WorkerGroup}$Fallback"));
        map.NoMore(ClassNames.WorkerGroupProperties);
        return group;
    }

    private static TaskCache Cache(RawMap map)
    {
        var enabled = map.OptionalFlag("enabled");
        if (map.Raw.GetValueOrDefault("enabled") is null)
        {
            map.Broken("enabled", "must not be null");
        }

        var cache = new TaskCache(enabled ?? false, map.Duration("ttl"));
        map.NoMore(ClassNames.CacheProperties);
        return cache;
    }

    private static ConcurrencyDefinition Concurrency(RawMap map)
    {
        var limit = map.Number("limit");
        if (map.Raw.GetValueOrDefault("limit") is null)
        {
            map.Broken("limit", "must not be null");
        }
        else if (limit is < 1)
        {
            map.Broken("limit", "must be greater than or equal to 1");
        }

        var concurrency = new ConcurrencyDefinition(limit ?? 1, map.Enum<ConcurrencyBehavior>("behavior", $"{ClassNames.Concurrency}$Behavior") ?? ConcurrencyBehavior.QUEUE);
        map.NoMore(ClassNames.ConcurrencyProperties);
        return concurrency;
    }

    private static IReadOnlyList<CheckDefinition>? CheckList(RawMap map, bool known)
    {
        if (!known)
        {
            return map.Raw.GetValueOrDefault("checks") is IReadOnlyList<object?> ? [.. SilentChecks(map)] : null;
        }

        map.OptionalFlag("draft");
        return map.Items("checks", ClassNames.Check, (item, at) => Check(item, at, map.Scope));
    }

    // A 1.0 reader does not know checks: the flow is read with them, and the property is still told as unknown.
    private static IReadOnlyList<CheckDefinition> SilentChecks(RawMap map) =>
        new RawMap(map.Raw, map.Place, ClassNames.Flow, new ReadingScope([], null)).Items("checks", ClassNames.Check, (item, at) => Check(item, at, new ReadingScope([], null))) ?? [];

    private static CheckDefinition Check(IReadOnlyDictionary<string, object?> raw, FaultPlace place, ReadingScope scope)
    {
        var map = new RawMap(raw, place, ClassNames.Check, scope);

        // Versions from 2.0 call the condition "when".
        var condition = map.Text("when") ?? map.NonEmptyText("condition");
        map.Value("condition");
        var check = new CheckDefinition(
            condition,
            map.NonEmptyText("message"),
            map.Enum<CheckStyle>("style", $"{ClassNames.Check}$Style") ?? CheckStyle.INFO,
            map.Enum<CheckBehavior>("behavior", $"{ClassNames.Check}$Behavior") ?? CheckBehavior.BLOCK_EXECUTION);
        map.NoMore(ClassNames.CheckProperties);
        return check;
    }

    private static string? TypeOf(IReadOnlyDictionary<string, object?> raw) => raw.GetValueOrDefault("type") is { } type and not IReadOnlyDictionary<string, object?> and not IReadOnlyList<object?> ? RawMap.TextOf(type) : null;

    private static string ClassOf(string? type, ReadingScope scope, string otherwise) => type is null ? otherwise : scope.ClassOf?.Invoke(type) ?? type;
}

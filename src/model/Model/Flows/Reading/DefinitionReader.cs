using Kestra.Model.Executions;
using Kestra.Model.Logs;

namespace Kestra.Model.Flows.Reading;

/// <summary>Turns raw maps into definitions. A fault is noted with its path; the definition is then filled as far as it goes.</summary>
public static class DefinitionReader
{
    public static TaskDefinition ReadTask(IReadOnlyDictionary<string, object?> raw, string path, ICollection<DefinitionFault> faults) => Task(new RawMap(raw, path, faults));

    public static TriggerDefinition ReadTrigger(IReadOnlyDictionary<string, object?> raw, string path, ICollection<DefinitionFault> faults) => Trigger(new RawMap(raw, path, faults));

    public static ConditionDefinition ReadCondition(IReadOnlyDictionary<string, object?> raw, string path, ICollection<DefinitionFault> faults) => Condition(new RawMap(raw, path, faults));

    public static InputDefinition ReadInput(IReadOnlyDictionary<string, object?> raw, string path, ICollection<DefinitionFault> faults) => Input(new RawMap(raw, path, faults));

    public static OutputDefinition ReadOutput(IReadOnlyDictionary<string, object?> raw, string path, ICollection<DefinitionFault> faults) => Output(new RawMap(raw, path, faults));

    public static RetryDefinition? ReadRetry(IReadOnlyDictionary<string, object?> raw, string path, ICollection<DefinitionFault> faults) => Retry(new RawMap(raw, path, faults));

    /// <summary>Labels as a list of <c>{key, value}</c> or as a map.</summary>
    public static IReadOnlyList<Label>? ReadLabels(object? raw, string path, ICollection<DefinitionFault> faults)
    {
        switch (raw)
        {
            case null:
                return null;
            case IReadOnlyDictionary<string, object?> map:
                return [.. map.Select(pair => new Label(pair.Key, pair.Value is null ? "" : RawMap.TextOf(pair.Value)))];
            case IReadOnlyList<object?> list:
                return [.. list.OfType<IReadOnlyDictionary<string, object?>>().Select((item, index) => Pair(new RawMap(item, $"{path}[{index}]", faults)))];
            default:
                faults.Add(new DefinitionFault(path, "must be a list of keys and values, or a map"));
                return null;
        }
    }

    /// <summary>The whole flow. Keys that do not exist are faults.</summary>
    public static Flow ReadFlow(IReadOnlyDictionary<string, object?> raw, string tenantId, ICollection<DefinitionFault> faults)
    {
        var map = new RawMap(raw, "", faults);
        foreach (var ignored in new[] { "tenantId", "source", "deleted" })
        {
            map.Value(ignored);
        }

        var flow = new Flow
        {
            TenantId = tenantId,
            Id = map.RequiredText("id"),
            Namespace = map.RequiredText("namespace"),
            Revision = map.Number("revision"),
            Description = map.Text("description"),
            Labels = ReadLabels(map.Value("labels"), "labels", faults),
            Inputs = map.Maps("inputs", Input),
            Outputs = map.Maps("outputs", Output),
            Variables = map.Free("variables"),
            Tasks = map.Maps("tasks", Task) ?? [],
            Errors = map.Maps("errors", Task),
            Finally = map.Maps("finally", Task),
            AfterExecution = map.Maps("afterExecution", Task),
            Listeners = map.Maps("listeners", listener => new ListenerDefinition(listener.Text("description"), listener.Maps("conditions", Condition), listener.Maps("tasks", Task) ?? [])),
            Triggers = map.Maps("triggers", Trigger),
            PluginDefaults = map.Maps("pluginDefaults", Default),
            TaskDefaults = map.Maps("taskDefaults", Default),
            Concurrency = map.Map("concurrency") is { } concurrency ? Concurrency(concurrency) : null,
            Retry = map.Map("retry") is { } retry ? Retry(retry) : null,
            Sla = map.Maps("sla", Sla),
            Checks = map.Maps("checks", Check),
            Disabled = map.Flag("disabled", false),
            WorkerGroup = map.Map("workerGroup") is { } group ? Group(group) : null,
        };
        foreach (var unknown in map.Rest().Keys)
        {
            faults.Add(new DefinitionFault(unknown, $"Unrecognized field \"{unknown}\""));
        }

        return flow;
    }

    private static TaskDefinition Task(RawMap map)
    {
        var task = new TaskDefinition
        {
            Id = map.RequiredText("id"),
            Type = map.RequiredText("type"),
            Version = map.Text("version"),
            Description = map.Text("description"),
            Retry = map.Map("retry") is { } retry ? Retry(retry) : null,
            Timeout = map.Expression("timeout"),
            Disabled = map.Flag("disabled", false),
            WorkerGroup = map.Map("workerGroup") is { } group ? Group(group) : null,
            LogLevel = map.Enum<LogLevel>("logLevel"),
            AllowFailure = map.Flag("allowFailure", false),
            AllowWarning = map.Flag("allowWarning", false),
            LogToFile = map.Flag("logToFile", false),
            RunIf = map.Expression("runIf"),
            TaskCache = map.Map("taskCache") is { } cache ? new TaskCache(cache.Flag("enabled", false), cache.Duration("ttl")) : null,
            Properties = map.Rest(),
        };
        return task with { Properties = map.Rest() };
    }

    private static TriggerDefinition Trigger(RawMap map)
    {
        var trigger = new TriggerDefinition
        {
            Id = map.RequiredText("id"),
            Type = map.RequiredText("type"),
            Version = map.Text("version"),
            Description = map.Text("description"),
            Conditions = map.Maps("conditions", Condition),
            Disabled = map.Flag("disabled", false),
            WorkerGroup = map.Map("workerGroup") is { } group ? Group(group) : null,
            LogLevel = map.Enum<LogLevel>("logLevel"),
            Labels = ReadLabels(map.Value("labels"), map.PathOf("labels"), map.Faults),
            StopAfter = map.Enums<StateType>("stopAfter"),
            LogToFile = map.Flag("logToFile", false),
            FailOnTriggerError = map.Flag("failOnTriggerError", false),
            Properties = map.Raw,
        };
        return trigger with { Properties = map.Rest() };
    }

    private static ConditionDefinition Condition(RawMap map)
    {
        var type = map.RequiredText("type");
        return new ConditionDefinition(type, map.Rest());
    }

    private static InputDefinition Input(RawMap map)
    {
        var name = map.Text("name");
        return new InputDefinition
        {
            Id = map.Text("id") ?? name ?? map.RequiredText("id"),
            Name = name,
            Type = map.Enum<InputType>("type") ?? Missing(map),
            Description = map.Text("description"),
            DisplayName = map.Text("displayName"),
            DependsOn = map.Map("dependsOn") is { } depends ? new InputDependency(depends.Texts("inputs"), depends.Text("condition")) : null,
            Required = map.Flag("required", true),
            Defaults = map.Expression("defaults"),
            Validator = map.Text("validator"),
            Min = map.Value("min"),
            Max = map.Value("max"),
            After = map.Text("after"),
            Before = map.Text("before"),
            Values = map.Texts("values"),
            Options = map.Texts("options"),
            Expression = map.Text("expression"),
            AllowCustomValue = map.Flag("allowCustomValue", false),
            IsRadio = map.Flag("isRadio", false),
            AutoSelectFirst = map.Flag("autoSelectFirst", false),
            ItemType = map.Enum<InputType>("itemType"),
            Extension = map.Text("extension"),
        };
    }

    private static InputType Missing(RawMap map)
    {
        if (map.Raw.GetValueOrDefault("type") is null)
        {
            map.Fault("type", "must not be null");
        }

        return InputType.STRING;
    }

    private static OutputDefinition Output(RawMap map) => new(
        map.RequiredText("id"),
        map.Enum<InputType>("type") ?? Missing(map),
        map.Value("value"),
        map.Text("description"),
        map.Text("displayName"),
        map.OptionalFlag("required"));

    private static PluginDefault Default(RawMap map) => new(map.RequiredText("type"), map.Flag("forced", false), map.Free("values"));

    private static WorkerGroup Group(RawMap map) => new(map.Text("key"), map.Enum<WorkerGroupFallback>("fallback"));

    private static ConcurrencyDefinition Concurrency(RawMap map)
    {
        var limit = map.Number("limit");
        if (limit is null or < 1)
        {
            map.Fault("limit", limit is null ? "must not be null" : "must be greater than or equal to 1");
        }

        return new ConcurrencyDefinition(limit ?? 1, map.Enum<ConcurrencyBehavior>("behavior") ?? ConcurrencyBehavior.QUEUE);
    }

    private static RetryDefinition? Retry(RawMap map)
    {
        if (map.Enum<RetryType>("type") is not { } type)
        {
            if (map.Raw.GetValueOrDefault("type") is null)
            {
                map.Fault("type", "must not be null");
            }

            return null;
        }

        var retry = new RetryDefinition
        {
            Type = type,
            MaxDuration = map.Duration("maxDuration"),
            MaxAttempts = map.Number("maxAttempts") ?? map.Number("maxAttempt"),
            WarningOnRetry = map.Flag("warningOnRetry", false),
            Behavior = map.Enum<RetryBehavior>("behavior") ?? RetryBehavior.RETRY_FAILED_TASK,
            Interval = map.Duration("interval"),
            MaxInterval = map.Duration("maxInterval"),
            DelayFactor = map.Fraction("delayFactor"),
            MinInterval = map.Duration("minInterval"),
        };
        Require(map, type is RetryType.constant or RetryType.exponential && retry.Interval is null, "interval");
        Require(map, type is RetryType.exponential or RetryType.random && retry.MaxInterval is null, "maxInterval");
        Require(map, type is RetryType.random && retry.MinInterval is null, "minInterval");
        if (retry.MaxAttempts is < 1)
        {
            map.Fault("maxAttempts", "must be greater than or equal to 1");
        }

        return retry;
    }

    private static void Require(RawMap map, bool missing, string name)
    {
        if (missing && map.Raw.GetValueOrDefault(name) is null)
        {
            map.Fault(name, "must not be null");
        }
    }

    private static SlaDefinition Sla(RawMap map) => new(
        map.RequiredText("id"),
        map.Enum<SlaType>("type") ?? SlaType.MAX_DURATION,
        map.Enum<SlaBehavior>("behavior") ?? SlaBehavior.NONE,
        ReadLabels(map.Value("labels"), map.PathOf("labels"), map.Faults),
        map.Duration("duration"),
        map.Text("assert"));

    private static CheckDefinition Check(RawMap map) => new(
        map.RequiredText("condition"),
        map.RequiredText("message"),
        map.Enum<CheckStyle>("style") ?? CheckStyle.INFO,
        map.Enum<CheckBehavior>("behavior") ?? CheckBehavior.BLOCK_EXECUTION);

    private static Label Pair(RawMap map) => new(map.RequiredText("key"), map.Text("value") ?? "");
}

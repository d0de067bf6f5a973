namespace Kestra.Model.Flows.Reading;

/// <summary>Kestra's names of the classes that a flow is made of, and their properties in the order of declaration: texts of faults show both.</summary>
internal static class ClassNames
{
    public const string Flow = "io.kestra.core.models.flows.FlowWithSource";
    public const string Task = "io.kestra.core.models.tasks.Task";
    public const string Trigger = "io.kestra.core.models.triggers.AbstractTrigger";
    public const string Condition = "io.kestra.core.models.conditions.Condition";
    public const string Input = "io.kestra.core.models.flows.Input<?>";
    public const string InputType = "io.kestra.core.models.flows.Type";
    public const string DependsOn = "io.kestra.core.models.flows.DependsOn";
    public const string Output = "io.kestra.core.models.flows.Output";
    public const string Listener = "io.kestra.core.models.listeners.Listener";
    public const string PluginDefault = "io.kestra.core.models.flows.PluginDefault";
    public const string WorkerGroup = "io.kestra.core.models.tasks.WorkerGroup";
    public const string Cache = "io.kestra.core.models.tasks.Cache";
    public const string Concurrency = "io.kestra.core.models.flows.Concurrency";
    public const string Retry = "io.kestra.core.models.tasks.retrys.AbstractRetry";
    public const string Sla = "io.kestra.core.models.flows.sla.SLA";
    public const string Check = "io.kestra.core.models.flows.check.Check";
    public const string Level = "org.slf4j.event.Level";
    public const string State = "io.kestra.core.models.flows.State$Type";

    public static IReadOnlyList<string> FlowProperties { get; } =
    [
        "id", "namespace", "revision", "description", "inputs", "outputs", "disabled", "deleted", "tenantId", "labels", "variables", "workerGroup",
        "finally", "tasks", "errors", "listeners", "afterExecution", "triggers", "pluginDefaults", "taskDefaults", "concurrency", "retry", "sla", "source",
    ];

    public static IReadOnlyList<string> OutputProperties { get; } = ["id", "description", "value", "type", "displayName", "required"];
    public static IReadOnlyList<string> DependsOnProperties { get; } = ["inputs", "condition"];
    public static IReadOnlyList<string> ListenerProperties { get; } = ["description", "conditions", "tasks"];
    public static IReadOnlyList<string> PluginDefaultProperties { get; } = ["type", "forced", "values"];
    public static IReadOnlyList<string> WorkerGroupProperties { get; } = ["key", "fallback"];
    public static IReadOnlyList<string> CacheProperties { get; } = ["enabled", "ttl"];
    public static IReadOnlyList<string> ConcurrencyProperties { get; } = ["limit", "behavior"];
    public static IReadOnlyList<string> CheckProperties { get; } = ["condition", "message", "style", "behavior"];

    public static string InputOf(InputType type) => "io.kestra.core.models.flows.input." + type switch
    {
        Flows.InputType.DATETIME => "DateTimeInput",
        Flows.InputType.URI => "URIInput",
        _ => $"{type.ToString()[0]}{type.ToString()[1..].ToLowerInvariant()}Input",
    };

    public static IReadOnlyList<string> InputProperties(InputType type) =>
    [
        "id", "name", "type", "description", "dependsOn", "required", "defaults", "displayName",
        .. type switch
        {
            Flows.InputType.STRING or Flows.InputType.SECRET => (ReadOnlySpan<string>)["validator"],
            Flows.InputType.INT or Flows.InputType.FLOAT or Flows.InputType.DURATION => ["min", "max"],
            Flows.InputType.DATETIME or Flows.InputType.DATE or Flows.InputType.TIME => ["after", "before"],
            Flows.InputType.FILE => ["extension"],
            Flows.InputType.ARRAY => ["itemType"],
            Flows.InputType.ENUM => ["values"],
            Flows.InputType.SELECT => ["values", "expression", "allowCustomValue", "isRadio", "autoSelectFirst"],
            Flows.InputType.MULTISELECT => ["options", "values", "expression", "itemType", "allowCustomValue", "autoSelectFirst"],
            _ => [],
        },
    ];

    public static string RetryOf(RetryType type) => "io.kestra.core.models.tasks.retrys." + type switch
    {
        RetryType.constant => "Constant",
        RetryType.exponential => "Exponential",
        _ => "Random",
    };

    public static IReadOnlyList<string> RetryProperties(RetryType type) =>
    [
        "maxDuration", "maxAttempts", "warningOnRetry", "behavior", "type",
        .. type switch
        {
            RetryType.constant => (ReadOnlySpan<string>)["interval"],
            RetryType.exponential => ["interval", "maxInterval", "delayFactor"],
            _ => ["minInterval", "maxInterval"],
        },
        "maxAttempt",
    ];

    public static string SlaOf(SlaType type) => "io.kestra.core.models.flows.sla.types." + (type == SlaType.MAX_DURATION ? "MaxDurationSLA" : "ExecutionAssertionSLA");

    public static IReadOnlyList<string> SlaProperties(SlaType type) => ["id", "type", "behavior", "labels", type == SlaType.MAX_DURATION ? "duration" : "assert"];
}

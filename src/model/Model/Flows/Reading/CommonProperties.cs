namespace Kestra.Model.Flows.Reading;

/// <summary>The properties that plugins of a kind have in common, in the order of declaration.</summary>
public static class CommonProperties
{
    public static IReadOnlyList<string> Task { get; } =
        ["id", "type", "version", "description", "retry", "timeout", "disabled", "workerGroup", "logLevel", "allowFailure", "logToFile", "runIf", "allowWarning", "taskCache"];

    public static IReadOnlyList<string> Trigger { get; } =
        ["id", "type", "version", "description", "conditions", "disabled", "workerGroup", "logLevel", "minLogLevel", "labels", "stopAfter", "logToFile", "failOnTriggerError"];

    public static IReadOnlyList<string> Condition { get; } = ["type"];
}

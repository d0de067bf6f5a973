using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Logs;
using Kestra.Plugins.Description;
using NodaTime;

namespace Kestra.Plugins.Hosting;

/// <summary>The properties that every plugin of a kind has; they are read with the definition, not by the plugin.</summary>
internal static class CommonProperties
{
    private const string IdPattern = "^[a-zA-Z0-9][a-zA-Z0-9_-]*";

    private static readonly IReadOnlyList<PluginPropertyDescriptor> OfTasks =
    [
        Id(256), Type(),
        Of("version", typeof(string)), Of("description", typeof(string)), Of("retry", typeof(RetryDefinition)),
        Of("timeout", typeof(Duration)) with { Dynamic = true, Rendered = true },
        Of("disabled", typeof(bool), false), Of("workerGroup", typeof(WorkerGroup)), Of("logLevel", typeof(LogLevel)),
        Of("allowFailure", typeof(bool), false), Of("allowWarning", typeof(bool), false), Of("logToFile", typeof(bool), false),
        Of("runIf", typeof(string), "true"), Of("taskCache", typeof(TaskCache)),
    ];

    private static readonly IReadOnlyList<PluginPropertyDescriptor> OfTriggers =
    [
        Id(0), Type(),
        Of("version", typeof(string)), Of("description", typeof(string)), Of("conditions", typeof(IReadOnlyList<ConditionDefinition>)),
        Of("disabled", typeof(bool), false), Of("workerGroup", typeof(WorkerGroup)), Of("logLevel", typeof(LogLevel)),
        Of("labels", typeof(IReadOnlyList<Label>)), Of("stopAfter", typeof(IReadOnlyList<StateType>)),
        Of("logToFile", typeof(bool), false), Of("failOnTriggerError", typeof(bool), false),
    ];

    private static readonly IReadOnlyList<PluginPropertyDescriptor> OfOthers = [Type()];

    public static IReadOnlyList<PluginPropertyDescriptor> For(PluginKind kind) => kind switch
    {
        PluginKind.Task => OfTasks,
        PluginKind.Trigger => OfTriggers,
        _ => OfOthers,
    };

    public static IReadOnlyList<string> NamesFor(PluginKind kind) => [.. For(kind).Select(static property => property.Name)];

    private static PluginPropertyDescriptor Id(int longest) => Of("id", typeof(string)) with
    {
        Required = true,
        Constraints = longest == 0 ? [Pattern()] : [Pattern(), new PropertyConstraint($"Task id must be at most {longest} characters", value => value is not string text || text.Length <= longest) { MaximumLength = longest }],
    };

    // What the definition's reader and the flow's validation check already is said here for schemas alone.
    private static PropertyConstraint Pattern() => new($"must match \"{IdPattern}\"", static _ => true) { Pattern = IdPattern, MinimumLength = 1 };

    private static PluginPropertyDescriptor Type() => Of("type", typeof(string)) with { Required = true };

    private static PluginPropertyDescriptor Of(string name, Type type, object? otherwise = null) => new() { Name = name, ClrType = type, Default = otherwise, Common = true };
}

using Kestra.Model.Executions;
using Kestra.Plugins.Description;
using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Plugins.Core.Flow;

/// <summary>What a restart of the parent does to the execution of the subflow.</summary>
public enum RestartBehavior { RETRY_FAILED, NEW_EXECUTION }

/// <summary>Runs another flow.</summary>
[PluginOutput("executionId", typeof(string), Title = "The ID of the subflow execution.")]
[PluginOutput("state", typeof(StateType), Title = "The state of the subflow execution.")]
[PluginOutput("outputs", typeof(IReadOnlyDictionary<string, object?>), Title = "The extracted outputs from the subflow execution.")]
[Plugin("io.kestra.plugin.core.flow.Subflow", Aliases = ["io.kestra.core.tasks.flows.Subflow", "io.kestra.core.tasks.flows.Flow"], Title = "Create a subflow execution.")]
public sealed class Subflow : IExecutableTask, ISelfChecking
{
    [PluginProperty(NotEmpty = true, Dynamic = true)]
    public string Namespace { get; init; } = "";

    [PluginProperty(Required = true, Dynamic = true)]
    public string FlowId { get; init; } = "";

    [PluginProperty(Min = 1, Dynamic = true)]
    public int? Revision { get; init; }

    [PluginProperty(Dynamic = true)]
    public IReadOnlyDictionary<string, object?>? Inputs { get; init; }

    /// <summary>A map, or a list of keys and values.</summary>
    [PluginProperty(Dynamic = true)]
    public object? Labels { get; init; }

    /// <summary>Outputs of this task in terms of the execution's, for flows that declare none.</summary>
    [PluginProperty(Dynamic = true, Deprecated = true)]
    public IReadOnlyDictionary<string, object?>? Outputs { get; init; }

    public bool Wait { get; init; } = true;

    public bool TransmitFailed { get; init; } = true;

    [PluginProperty(Dynamic = true, Shape = typeof(bool))]
    public object InheritLabels { get; init; } = false;

    [PluginProperty(Dynamic = true, Shape = typeof(Instant))]
    public string? ScheduleDate { get; init; }

    public RestartBehavior RestartBehavior { get; init; } = RestartBehavior.RETRY_FAILED;

    IReadOnlyDictionary<string, object?>? IExecutableTask.OutputTemplates => Outputs;

    public bool RestartsFailed => RestartBehavior == RestartBehavior.RETRY_FAILED;

    public IEnumerable<string> RequestExpressions => Texts.In(Inputs).Concat(Texts.In(Labels)).Concat(Texts.In(InheritLabels)).Concat(Texts.In(ScheduleDate)).Append(Namespace).Append(FlowId);

    public SubflowRequest Request(Func<object?, object?> render) => RequestOf(render, Namespace, FlowId, Revision, Inputs, Labels, InheritLabels, ScheduleDate);

    public IEnumerable<PluginBindingFault> Check() => LabelValues.Check(Labels);

    /// <summary>What several tasks that run flows ask for.</summary>
    internal static SubflowRequest RequestOf(
        Func<object?, object?> render,
        string @namespace,
        string flowId,
        int? revision,
        IReadOnlyDictionary<string, object?>? inputs,
        object? labels,
        object inheritsLabels,
        string? scheduleDate) => new(
        (string)render(@namespace)!,
        (string)render(flowId)!,
        revision,
        render(inputs) as IReadOnlyDictionary<string, object?> ?? new OrderedDictionary<string, object?>(),
        LabelValues.Read(render(labels)) ?? [],
        PropertyConversion.To<bool>(render(inheritsLabels)),
        Date(render(scheduleDate) as string));

    private static Instant? Date(string? text) => string.IsNullOrWhiteSpace(text) ? null
        : PropertyConversion.To<Instant?>(text);
}

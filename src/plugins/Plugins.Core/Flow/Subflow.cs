using Kestra.Expressions;
using Kestra.Model;
using Kestra.Plugins.Tasks;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Plugins.Core.Flow;

/// <summary>What a restart of the parent does to the execution of the subflow.</summary>
public enum RestartBehavior { RETRY_FAILED, NEW_EXECUTION }

/// <summary>Runs another flow.</summary>
[Plugin("io.kestra.plugin.core.flow.Subflow", Aliases = ["io.kestra.core.tasks.flows.Subflow", "io.kestra.core.tasks.flows.Flow"], Title = "Create a subflow execution.")]
public sealed class Subflow : IExecutableTask
{
    [PluginProperty(Required = true)]
    public string Namespace { get; init; } = "";

    [PluginProperty(Required = true)]
    public string FlowId { get; init; } = "";

    public int? Revision { get; init; }

    public IReadOnlyDictionary<string, object?>? Inputs { get; init; }

    /// <summary>A map, or a list of keys and values.</summary>
    public object? Labels { get; init; }

    public bool Wait { get; init; } = true;

    public bool TransmitFailed { get; init; } = true;

    public bool InheritLabels { get; init; }

    public string? ScheduleDate { get; init; }

    public RestartBehavior RestartBehavior { get; init; } = RestartBehavior.RETRY_FAILED;

    public bool RestartsFailed => RestartBehavior == RestartBehavior.RETRY_FAILED;

    public IEnumerable<string> RequestExpressions => Texts.In(Inputs).Concat(Texts.In(Labels)).Concat(Texts.In(ScheduleDate)).Append(Namespace).Append(FlowId);

    public SubflowRequest Request(Func<object?, object?> render) => new(
        (string)render(Namespace)!,
        (string)render(FlowId)!,
        Revision,
        render(Inputs) as IReadOnlyDictionary<string, object?> ?? new OrderedDictionary<string, object?>(),
        LabelsOf(render(Labels)),
        InheritLabels,
        Date(render(ScheduleDate) as string));

    private static List<Label> LabelsOf(object? labels) => labels switch
    {
        IReadOnlyDictionary<string, object?> map => [.. map.Select(pair => new Label(pair.Key, ValueConversion.ToText(pair.Value)))],
        IReadOnlyList<object?> list => [.. list.OfType<IReadOnlyDictionary<string, object?>>().Select(item => new Label(ValueConversion.ToText(item.GetValueOrDefault("key")), ValueConversion.ToText(item.GetValueOrDefault("value"))))],
        _ => [],
    };

    private static Instant? Date(string? text) => string.IsNullOrWhiteSpace(text) ? null
        : OffsetDateTimePattern.ExtendedIso.Parse(text) is { Success: true, Value: var date } ? date.ToInstant()
        : throw new FormatException($"'{text}' is not a date with time and offset");
}

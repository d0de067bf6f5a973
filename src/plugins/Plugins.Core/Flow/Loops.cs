using System.Numerics;
using Kestra.Expressions;
using Kestra.Model.Flows;
using Kestra.Plugins.Flowables;
using NodaTime;

namespace Kestra.Plugins.Core.Flow;

/// <summary>Runs tasks for each of several values.</summary>
[Plugin("io.kestra.plugin.core.flow.ForEach", Title = "Execute a group of tasks for each value in the list.")]
public sealed class ForEach : FlowableTask
{
    /// <summary>A list, or an expression that gives a JSON list.</summary>
    [PluginProperty(Required = true, Dynamic = true)]
    public object Values { get; init; } = "";

    [PluginProperty(NotEmpty = true, EmptyMessage = TasksMissing)]
    public IReadOnlyList<TaskDefinition> Tasks { get; init; } = [];

    /// <summary>Values at once; 1 is one after the other, 0 is all.</summary>
    [PluginProperty(Min = 0)]
    public int ConcurrencyLimit { get; init; } = 1;

    public override IEnumerable<TaskDefinition> Children => Tasks;

    public override IEnumerable<string> PlanExpressions => Texts.In(Values);

    public override bool ValuesBeside => ConcurrencyLimit != 1;

    public override FlowablePlan Plan(Func<string, string?> render) => new() { Tasks = Tasks, Values = LoopValues.Of(Values, render), Concurrency = ConcurrencyLimit };
}

/// <summary>Runs tasks for each of several values, one after the other; ForEach does the same.</summary>
[Plugin("io.kestra.plugin.core.flow.EachSequential", Aliases = ["io.kestra.core.tasks.flows.EachSequential"], Title = "For each value in the list, execute one or more tasks sequentially.", Deprecated = true)]
public sealed class EachSequential : FlowableTask
{
    [PluginProperty(Required = true, Dynamic = true)]
    public object Value { get; init; } = "";

    [PluginProperty(NotEmpty = true, EmptyMessage = TasksMissing)]
    public IReadOnlyList<TaskDefinition> Tasks { get; init; } = [];

    public override IEnumerable<TaskDefinition> Children => Tasks;

    public override IEnumerable<string> PlanExpressions => Texts.In(Value);

    public override FlowablePlan Plan(Func<string, string?> render) => new() { Tasks = Tasks, Values = LoopValues.Of(Value, render) };
}

/// <summary>Runs tasks for each of several values, all beside each other; ForEach does the same.</summary>
[Plugin("io.kestra.plugin.core.flow.EachParallel", Aliases = ["io.kestra.core.tasks.flows.EachParallel"], Title = "For each value in the list, execute one or more tasks in parallel.", Deprecated = true)]
public sealed class EachParallel : FlowableTask
{
    [PluginProperty(Required = true, Dynamic = true)]
    public object Value { get; init; } = "";

    [PluginProperty(NotEmpty = true, EmptyMessage = TasksMissing)]
    public IReadOnlyList<TaskDefinition> Tasks { get; init; } = [];

    /// <summary>How many task runs at once; 0 is all.</summary>
    [PluginProperty(Dynamic = true, Shape = typeof(int))]
    public object Concurrent { get; init; } = 0;

    public override IEnumerable<TaskDefinition> Children => Tasks;

    public override IEnumerable<string> PlanExpressions => Texts.In(Value).Concat(Texts.In(Concurrent));

    public override bool TasksBeside => true;

    public override bool ValuesBeside => true;

    public override FlowablePlan Plan(Func<string, string?> render) => new() { Tasks = Tasks, Values = LoopValues.Of(Value, render), Parallel = true, Concurrency = PropertyConversion.To<int>(Concurrent is string text ? render(text) : Concurrent) };
}

/// <summary>The values of a loop: distinct, as texts, maps and lists as compact JSON.</summary>
internal static class LoopValues
{
    public static IReadOnlyList<string> Of(object raw, Func<string, string?> render)
    {
        var items = raw switch
        {
            string text => Parsed(render(text) ?? ""),
            IReadOnlyList<object?> list => [.. list.Select(item => Element(item, render))],
            _ => throw new FormatException($"Unknown value type: class {ValueTypes.Of(raw)}"),
        };
        var missing = items.Count(item => item is null);
        return missing > 0
            ? throw new FormatException($"Found '{missing}' null values on Each, with values={ValueJson.Write(items)}")
            : [.. items.Select(item => item as string ?? ValueJson.Write(item)).Distinct(StringComparer.Ordinal)];
    }

    private static IReadOnlyList<object?> Parsed(string text)
    {
        try
        {
            return ValueJson.ReadFirst(text) as IReadOnlyList<object?> ?? throw new FormatException($"The values '{text}' are not a JSON list");
        }
        catch (System.Text.Json.JsonException error)
        {
            throw new FormatException($"The values '{text}' are not a JSON list: {error.Message}", error);
        }
    }

    private static object? Element(object? item, Func<string, string?> render) => item switch
    {
        null => null,
        string text => render(text),
        int or long or BigInteger => item,
        IReadOnlyDictionary<string, object?> map => Rendered(map, render),
        _ => throw new FormatException($"Unknown value element type: class {ValueTypes.Of(item)}"),
    };

    private static object? Rendered(object? value, Func<string, string?> render)
    {
        switch (value)
        {
            case string text:
                return render(text);
            case IReadOnlyDictionary<string, object?> map:
                var rendered = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
                foreach (var (key, item) in map)
                {
                    rendered[render(key) ?? ""] = Rendered(item, render);
                }

                return rendered;
            case IReadOnlyList<object?> list:
                return list.Select(item => Rendered(item, render)).ToList();
            default:
                return value;
        }
    }
}

/// <summary>Runs tasks again and again until a condition holds.</summary>
[PluginOutput("iterationCount", typeof(int))]
[Plugin("io.kestra.plugin.core.flow.LoopUntil", Aliases = ["io.kestra.plugin.core.flow.WaitFor"], Title = "Run a list of tasks repeatedly until the expected condition is met.")]
public sealed class LoopUntil : FlowableTask, ILoopingTask
{
    [PluginProperty(Required = true, Dynamic = true)]
    public string Condition { get; init; } = "";

    [PluginProperty(Required = true)]
    public IReadOnlyList<TaskDefinition> Tasks { get; init; } = [];

    /// <summary>Reaching one of the limits is a failure.</summary>
    [PluginProperty(Dynamic = true, Shape = typeof(bool))]
    public object FailOnMaxReached { get; init; } = false;

    [PluginProperty(DocumentedDefault = """{"interval":"PT1M"}""")]
    public CheckFrequency CheckFrequency { get; init; } = new();

    public override IEnumerable<TaskDefinition> Children => Tasks;

    public IEnumerable<string> LoopExpressions => Texts.In(CheckFrequency.MaxIterations).Concat(Texts.In(CheckFrequency.MaxDuration)).Concat(Texts.In(CheckFrequency.Interval)).Concat(Texts.In(FailOnMaxReached)).Append(Condition);

    // The first iteration reads its own number already.
    public override FlowablePlan Plan(Func<string, string?> render) => new() { Tasks = Tasks };

    public LoopDecision Continue(Func<string, string?> render, int iterations, Duration elapsed)
    {
        if (Length(CheckFrequency.MaxDuration, render) is { } longest && elapsed > longest)
        {
            return new LoopDecision(Again: false, Duration.Zero, Fails(render), "Max duration reached");
        }

        if (ValueConversion.IsTruthy(render(Condition)))
        {
            return new LoopDecision(Again: false, Duration.Zero);
        }

        if (Number(CheckFrequency.MaxIterations, render) is { } most && iterations >= most)
        {
            return new LoopDecision(Again: false, Duration.Zero, Fails(render), "Max iterations reached");
        }

        return new LoopDecision(Again: true, Length(CheckFrequency.Interval, render) ?? Duration.FromMinutes(1));
    }

    private bool Fails(Func<string, string?> render) => PropertyConversion.To<bool>(FailOnMaxReached is string text ? render(text) : FailOnMaxReached);

    private static int? Number(object? raw, Func<string, string?> render) => PropertyConversion.To<int?>(raw is string text ? render(text) : raw);

    private static Duration? Length(object? raw, Func<string, string?> render) => PropertyConversion.To<Duration?>(raw is string text ? render(text) : raw);
}

/// <summary>How often and how long a loop looks at its condition.</summary>
[DefinitionName("io.kestra.plugin.core.flow.LoopUntil-CheckFrequency")]
public sealed class CheckFrequency
{
    /// <summary>Without it there is no limit.</summary>
    [PluginProperty(Dynamic = true, Shape = typeof(int))]
    public object? MaxIterations { get; init; }

    /// <summary>Without it there is no limit.</summary>
    [PluginProperty(Dynamic = true, Shape = typeof(Duration))]
    public object? MaxDuration { get; init; }

    [PluginProperty(Dynamic = true, Shape = typeof(Duration))]
    public object? Interval { get; init; } = "PT1M";
}

using Kestra.Engine.Variables;
using Kestra.Expressions;
using Kestra.Model.Flows;

namespace Kestra.Engine;

/// <summary>One revision of a flow, compiled once and shared by all its executions; immutable.</summary>
public sealed class FlowProgram
{
    private readonly Lazy<IReadOnlyList<(string Id, object? Value)>> inputDefaults;

    internal FlowProgram(Flow flow, EngineEnvironment environment, string? fault)
    {
        Flow = flow;
        Environment = environment;
        Fault = fault;
        inputDefaults = new(() => [.. (flow.Inputs ?? []).Where(static input => input.Defaults is not null).Select(input => (input.Id, StoredValues.Of(environment.DefaultOf(flow, input))))]);
        NeedsTaskStates = flow.Source is null || flow.Source.Contains("tasks", StringComparison.Ordinal) && UsesTaskStates(flow.Source);
    }

    public Flow Flow { get; }

    /// <summary>Why no execution of this flow can run; null when it can.</summary>
    public string? Fault { get; }

    public IReadOnlyList<TaskNode> Tasks { get; internal set; } = [];
    public IReadOnlyList<TaskNode> Errors { get; internal set; } = [];
    public IReadOnlyList<TaskNode> Finally { get; internal set; } = [];
    public IReadOnlyList<TaskNode> AfterExecution { get; internal set; } = [];

    internal EngineEnvironment Environment { get; }

    /// <summary>Defaults of the inputs, by the input's whole id.</summary>
    internal IReadOnlyList<(string Id, object? Value)> InputDefaults => inputDefaults.Value;

    /// <summary>The assertions among the flow's SLAs, compiled.</summary>
    internal IReadOnlyList<(SlaDefinition Sla, Template Assertion)> Assertions { get; set; } = [];

    internal bool HasAssertions => Assertions.Count > 0;

    internal Dictionary<string, TaskNode> Nodes { get; } = new(StringComparer.Ordinal);

    /// <summary>Expressions of the flow read the states of tasks, which are kept up to date only then.</summary>
    internal bool NeedsTaskStates { get; }

    /// <summary>The task with this id, at any depth; null when the revision has none.</summary>
    public TaskNode? Find(string taskId) => Nodes.GetValueOrDefault(taskId);

    /// <summary>Compiles a flow. One that can't be compiled gives a program whose executions fail with the reason.</summary>
    public static FlowProgram Compile(Flow flow, EngineEnvironment environment)
    {
        if (flow.Exception is { } exception)
        {
            return new FlowProgram(flow, environment, exception);
        }

        var program = new FlowProgram(flow, environment, null);
        try
        {
            new ProgramCompiler(program, environment).Compile();
            return program;
        }
        catch (Exception error) when (error is ExpressionException or Plugins.Description.PluginBindingException or InvalidFlowException)
        {
            return new FlowProgram(flow, environment, error.Message);
        }
    }

    // `tasks:` is a key of every flow; only an expression has the word followed by an access, or shows everything.
    private static bool UsesTaskStates(string source) =>
        source.Contains("tasks.", StringComparison.Ordinal) || source.Contains("tasks[", StringComparison.Ordinal)
        || source.Contains("tasks ", StringComparison.Ordinal) || source.Contains("tasks}", StringComparison.Ordinal)
        || source.Contains("tasksWithState", StringComparison.Ordinal) || source.Contains("printContext", StringComparison.Ordinal);
}

/// <summary>The flow can't be run as it is written.</summary>
public sealed class InvalidFlowException(string message) : Exception(message);

using Kestra.Expressions;
using Kestra.Model.Flows;
using Kestra.Plugins.Description;

namespace Kestra.Engine;

/// <summary>What the engine is given by its surroundings; shared by all programs and immutable.</summary>
public sealed record EngineEnvironment
{
    public required ExpressionEngine Expressions { get; init; }
    public required IPluginCatalog Catalog { get; init; }

    /// <summary>Host of the expressions of one execution; null when expressions have no outside.</summary>
    public Func<string, string, string, string, IExpressionHost?> HostOf { get; init; } = static (_, _, _, _) => null;

    /// <summary>Variable <c>globals</c>.</summary>
    public IReadOnlyDictionary<string, object?> Globals { get; init; } = new OrderedDictionary<string, object?>();

    /// <summary>Variable <c>envs</c>.</summary>
    public IReadOnlyDictionary<string, object?> Envs { get; init; } = new OrderedDictionary<string, object?>();

    /// <summary>Variable <c>kestra</c>.</summary>
    public IReadOnlyDictionary<string, object?> Kestra { get; init; } = new OrderedDictionary<string, object?>();

    /// <summary>Decrypts what is stored encrypted; null when no key is configured.</summary>
    public Func<string, string>? Decrypt { get; init; }

    /// <summary>The default of an input as its type; null when it has none, or one that can't be told without the other inputs.</summary>
    public Func<Flow, InputDefinition, object?> DefaultOf { get; init; } = static (_, _) => null;

    /// <summary>Parses the rendered value of a flow output as its type; throws with the user's message.</summary>
    public Func<OutputDefinition, object?, object?> ConvertOutput { get; init; } = static (_, value) => value;

    /// <summary>Writes one value as a row to a file of internal storage (tenant, path, value); may block. Null when there is no storage.</summary>
    public Action<string, string, object?>? WriteRow { get; init; }

    /// <summary>Reads what the expressions of another execution see (tenant, execution); may block. Throws with the user's message.</summary>
    public Func<string, string, IReadOnlyDictionary<string, object?>> VariablesOf { get; init; } = static (_, execution) => throw new InvalidOperationException($"The execution '{execution}' can't be read here");

    /// <summary>Whether somebody works for a worker group (tenant, key); asked when a task is about to be sent there.</summary>
    public Func<string, string, WorkerGroupPresence> WorkersOf { get; init; } = static (_, _) => WorkerGroupPresence.Attended;

    /// <summary>Whether a task that runs another flow may declare outputs of its own; otherwise it fails when that flow declares none.</summary>
    public bool AllowsSubflowOutputs { get; init; } = true;

    /// <summary>How often a task run is started again because its worker was lost; then it fails with a message.</summary>
    public int ResubmissionLimit { get; init; } = 10;

    /// <summary>Task runs of one execution; a flow that wants more is failed with a message.</summary>
    public int TaskRunLimit { get; init; } = 200_000;

    /// <summary>Bytes of an execution's document; one that grows beyond it while it is not over is failed with a message, and one that begins beyond it is refused. Null (the default) is no limit.</summary>
    public long? MessageLimit { get; init; }

    /// <summary>Steps of one decision; a flow that loops without end is stopped there.</summary>
    public int StepLimit { get; init; } = 2_000_000;
}

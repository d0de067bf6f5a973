using Kestra.Model.Flows;
using Kestra.Plugins.Description;
using Kestra.Plugins.Flowables;

namespace Kestra.Plugins.Core.Flow;

/// <summary>What all flowable tasks have.</summary>
public abstract class FlowableTask : IFlowableTask
{
    /// <summary>What is said of a list of children that holds none.</summary>
    protected const string TasksMissing = "The 'tasks' property cannot be empty";

    public IReadOnlyList<TaskDefinition>? Errors { get; init; }

    public IReadOnlyList<TaskDefinition>? Finally { get; init; }

    public abstract IEnumerable<TaskDefinition> Children { get; }

    public virtual IEnumerable<string> PlanExpressions => [];

    public virtual bool PlanGivesOutputs => false;

    public virtual bool TasksBeside => false;

    public virtual bool ValuesBeside => false;

    public virtual IReadOnlyDictionary<string, IReadOnlyList<string>>? TaskDependencies => null;

    public abstract FlowablePlan Plan(Func<string, string?> render);
}

/// <summary>Runs tasks one after the other.</summary>
[Plugin("io.kestra.plugin.core.flow.Sequential", Aliases = ["io.kestra.core.tasks.flows.Sequential"], Title = "Run tasks sequentially.")]
public sealed class Sequential : FlowableTask
{
    [PluginProperty(NotEmpty = true, EmptyMessage = TasksMissing)]
    public IReadOnlyList<TaskDefinition> Tasks { get; init; } = [];

    public override IEnumerable<TaskDefinition> Children => Tasks;

    public override FlowablePlan Plan(Func<string, string?> render) => new() { Tasks = Tasks };
}

/// <summary>Runs tasks one after the other; a failure among them is only a warning.</summary>
[Plugin("io.kestra.plugin.core.flow.AllowFailure", Aliases = ["io.kestra.core.tasks.flows.AllowFailure"], Title = "Allow a list of tasks to fail without stopping the execution.")]
public sealed class AllowFailure : FlowableTask
{
    [PluginProperty(NotEmpty = true, EmptyMessage = TasksMissing)]
    public IReadOnlyList<TaskDefinition> Tasks { get; init; } = [];

    public override IEnumerable<TaskDefinition> Children => Tasks;

    public override FlowablePlan Plan(Func<string, string?> render) => new() { Tasks = Tasks, AllowsFailure = true };
}

/// <summary>Runs tasks beside each other.</summary>
[Plugin("io.kestra.plugin.core.flow.Parallel", Aliases = ["io.kestra.core.tasks.flows.Parallel"], Title = "Run tasks in parallel.")]
public sealed class Parallel : FlowableTask
{
    [PluginProperty(NotEmpty = true, EmptyMessage = TasksMissing)]
    public IReadOnlyList<TaskDefinition> Tasks { get; init; } = [];

    /// <summary>How many at once; 0 is all.</summary>
    [PluginProperty(Dynamic = true, Shape = typeof(int))]
    public object Concurrent { get; init; } = 0;

    public override IEnumerable<TaskDefinition> Children => Tasks;

    public override IEnumerable<string> PlanExpressions => Texts.In(Concurrent);

    public override bool TasksBeside => true;

    public override FlowablePlan Plan(Func<string, string?> render) => new() { Tasks = Tasks, Parallel = true, Concurrency = PropertyConversion.To<int>(Concurrent is string text ? render(text) : Concurrent) };
}

/// <summary>Runs tasks as soon as those that they depend on are terminated.</summary>
[Plugin("io.kestra.plugin.core.flow.Dag", Aliases = ["io.kestra.core.tasks.flows.Dag"], Title = "Create a directed acyclic graph (DAG) of tasks without having to specify the order of their execution.")]
public sealed class Dag : FlowableTask, ISelfChecking
{
    [PluginProperty(NotEmpty = true)]
    public IReadOnlyList<DagTask> Tasks { get; init; } = [];

    [PluginProperty(Dynamic = true, Shape = typeof(int))]
    public object Concurrent { get; init; } = 0;

    public override IEnumerable<TaskDefinition> Children => Tasks.Select(entry => entry.Task!);

    public override IEnumerable<string> PlanExpressions => Texts.In(Concurrent);

    public override bool TasksBeside => true;

    public override IReadOnlyDictionary<string, IReadOnlyList<string>>? TaskDependencies =>
        Tasks.Where(static entry => entry.DependsOn is { Count: > 0 }).ToDictionary(static entry => entry.Task!.Id, static entry => entry.DependsOn!, StringComparer.Ordinal);

    public override FlowablePlan Plan(Func<string, string?> render) => new()
    {
        Tasks = [.. Children],
        Parallel = true,
        Concurrency = PropertyConversion.To<int>(Concurrent is string text ? render(text) : Concurrent),
        Dependencies = TaskDependencies,
    };

    public IEnumerable<PluginBindingFault> Check()
    {
        var ids = Children.Select(static task => task.Id).ToHashSet(StringComparer.Ordinal);
        var unknown = Tasks.SelectMany(static entry => entry.DependsOn ?? []).Where(id => !ids.Contains(id)).ToList();
        if (unknown.Count > 0)
        {
            return [new PluginBindingFault("", $"Not existing task id in dependency: {string.Join(", ", unknown)}")];
        }

        var cyclic = Cyclic();
        return cyclic.Count > 0 ? [new PluginBindingFault("", $"Cyclic dependency detected: {string.Join(", ", cyclic)}")] : [];
    }

    // Those that lead back to themselves; tasks that merely wait for a circle are not part of it.
    private List<string> Cyclic()
    {
        var dependencies = Tasks.ToLookup(static entry => entry.Task!.Id, static entry => entry.DependsOn ?? [], StringComparer.Ordinal);
        return [.. Children.Select(static task => task.Id).Where(id => Reaches(dependencies, id))];
    }

    private static bool Reaches(ILookup<string, IReadOnlyList<string>> dependencies, string id)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(dependencies[id].SelectMany(static list => list));
        while (open.TryPop(out var next))
        {
            if (next == id)
            {
                return true;
            }

            if (seen.Add(next))
            {
                foreach (var further in dependencies[next].SelectMany(static list => list))
                {
                    open.Push(further);
                }
            }
        }

        return false;
    }
}

/// <summary>A task of a Dag with the ids of those that come before it.</summary>
[DefinitionName("io.kestra.plugin.core.flow.Dag-DagTask")]
public sealed class DagTask
{
    [PluginProperty(Required = true)]
    public TaskDefinition? Task { get; init; }

    public IReadOnlyList<string>? DependsOn { get; init; }
}

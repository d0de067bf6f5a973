using Kestra.Model.Executions;
using Kestra.Plugins.Flowables;

namespace Kestra.Engine.Running;

/// <summary>Which list of tasks a scope is working on.</summary>
internal enum ScopePhase { Tasks, Errors, Finally, AfterExecution, Done }

/// <summary>
/// One running instance of lists of tasks: the flow itself, or one run of a flowable task. Its tasks form chains; a chain
/// runs one task after the other, several chains may run at once. All that the next step needs is counted here.
/// </summary>
internal sealed class Scope(RunNode? run, FlowablePlan? plan, IReadOnlyList<Chain> chains, int concurrency)
{
    private int firstUnstarted;

    /// <summary>The flowable task run; null for the flow itself.</summary>
    public RunNode? Run { get; } = run;
    public FlowablePlan? Plan { get; } = plan;
    public IReadOnlyList<Chain> Chains { get; } = chains;

    /// <summary>Chains that may run at once; 0 is no limit.</summary>
    public int Concurrency { get; } = concurrency;

    public ScopePhase Phase { get; set; } = ScopePhase.Tasks;

    /// <summary>Next task of the branch that runs after the tasks (errors, finally, afterExecution).</summary>
    public int BranchPosition { get; set; }

    /// <summary>Runs of this scope that are not terminated.</summary>
    public int Open { get; set; }

    /// <summary>Chains with a task that is open or with tasks left.</summary>
    public int Running { get; set; }

    /// <summary>Chains that could go on and wait for others: a restart may begin more of them again than may run at once.</summary>
    public Queue<Chain> Held { get; } = new();

    /// <summary>More chains are underway than may run at once.</summary>
    public bool IsCrowded => Concurrency > 0 && Running - Held.Count > Concurrency;
    public int ChainsDone { get; set; }
    public int Failed { get; set; }
    public int Killed { get; set; }
    public int Warnings { get; set; }

    /// <summary>Ids of tasks that are terminated; kept only where tasks depend on each other.</summary>
    public HashSet<string>? Terminated { get; set; } = plan?.Dependencies is null ? null : new(StringComparer.Ordinal);

    /// <summary>A state that holds whatever became of the tasks (a loop that has used up its iterations).</summary>
    public StateType? Verdict { get; set; }

    /// <summary>A loop has decided that this iteration is the last.</summary>
    public bool IsLastIteration { get; set; }

    /// <summary>No further task of the normal list is started.</summary>
    public bool Stopped => Failed > 0 || Killed > 0;

    /// <summary>The state of the normal tasks, once all that started has ended.</summary>
    public StateType Result => Verdict ?? (Killed > 0 ? StateType.KILLED : Failed > 0 ? StateType.FAILED : Warnings > 0 ? StateType.WARNING : StateType.SUCCESS);

    /// <summary>The next chain that may start now; null when none may.</summary>
    public Chain? NextToStart()
    {
        if (Concurrency > 0 && Running >= Concurrency)
        {
            return null;
        }

        for (var index = firstUnstarted; index < Chains.Count; index++)
        {
            var chain = Chains[index];
            if (chain.Started)
            {
                if (index == firstUnstarted)
                {
                    firstUnstarted++;
                }

                continue;
            }

            if (Terminated is null || chain.DependsOn is null || chain.DependsOn.All(Terminated.Contains))
            {
                return chain;
            }
        }

        return null;
    }

    /// <summary>Counts the end of a run of the normal list.</summary>
    public void Count(StateType state)
    {
        switch (state)
        {
            case StateType.FAILED:
                Failed++;
                break;
            case StateType.KILLED:
                Killed++;
                break;
            case StateType.WARNING:
                Warnings++;
                break;
        }
    }
}

/// <summary>Tasks that run one after the other.</summary>
/// <param name="Value">The value that they run for.</param>
internal sealed class Chain(int index, IReadOnlyList<TaskNode> tasks, string? value, int? iteration, IReadOnlyList<string>? dependsOn)
{
    public int Index { get; } = index;
    public IReadOnlyList<TaskNode> Tasks { get; } = tasks;
    public string? Value { get; } = value;
    public int? Iteration { get; } = iteration;
    public IReadOnlyList<string>? DependsOn { get; } = dependsOn;

    /// <summary>Position of the task that is running, or that comes next.</summary>
    public int Position { get; set; }

    /// <summary>Runs of the chain that are not terminated: one, or more after a restart that begins several again.</summary>
    public int Open { get; set; }

    /// <summary>A run of the chain has failed or was killed.</summary>
    public bool Broken { get; set; }
    public bool Started { get; set; }
}

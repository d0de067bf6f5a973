using Kestra.Engine.Running;
using Kestra.Engine.Variables;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using NodaTime;

namespace Kestra.Engine;

/// <summary>
/// One execution in memory: what its document says, indexed so that no step looks through the list of task runs, and the
/// scopes that say what runs next. It has a single owner and is changed by <see cref="Apply"/> alone.
/// </summary>
public sealed class ExecutionState
{
    private readonly Dictionary<string, RunNode> byId = new(StringComparer.Ordinal);
    private readonly LinkedList<RunNode> order = new();
    private readonly Dictionary<string, LinkedListNode<RunNode>> places = new(StringComparer.Ordinal);
    private readonly int[] counts = new int[Enum.GetValues<StateType>().Length];
    private readonly DocumentSize? size;
    private Execution header;
    private State state;

    internal ExecutionState(Execution document, FlowProgram program)
    {
        header = document with { TaskRunList = null };
        state = document.State;
        Program = program;
        size = program.Environment.MessageLimit is null ? null : new DocumentSize();
        Outputs = new OutputTree(program.NeedsTaskStates);
        foreach (var run in document.TaskRunList ?? [])
        {
            Set(run);
        }
    }

    public string TenantId => header.TenantId;
    public string Id => header.Id;
    public string Namespace => header.Namespace;
    public string FlowId => header.FlowId;
    public ExecutionKind? Kind => header.Kind;
    public StateType Current => state.Current;
    public FlowProgram Program { get; }

    /// <summary>Nothing will change any more without an intervention: terminated, with everything that follows the end done and every job answered.</summary>
    public bool HasEnded => state.Current.IsTerminated && Scope is null && OpenJobs == 0 && !AwaitsOutputs;

    /// <summary>The execution in words of a command to the one that waits for its end.</summary>
    public Command.SubflowEnded EndFor(string taskRunId) => new(taskRunId, Id, Current, header.Outputs, Current == StateType.RETRIED ? ReplacementId : null)
    {
        DeclaresOutputs = Program.Flow.Outputs is { Count: > 0 },
        OutputsError = OutputsError,
    };

    /// <summary>What its expressions see now; any thread may read it later.</summary>
    public IReadOnlyDictionary<string, object?> Variables => VariableTree.Of(this, null);

    /// <summary>The execution as a document.</summary>
    public Execution ToExecution() => header with { State = state, TaskRunList = order.Count == 0 && header.TaskRunList is null ? null : order.Select(node => node.Run).ToList() };

    /// <summary>Bytes of its document; null where there is no limit to hold it against, so that nobody measures.</summary>
    internal long? DocumentBytes => size?.Measure(() => header with { State = state, TaskRunList = order.Count == 0 ? null : [] }, order.Count);

    /// <summary>Brings a stored execution back: its document with the facts after it.</summary>
    public static ExecutionState Restore(Execution document, IReadOnlyList<ExecutionEvent> tail, FlowProgram program)
    {
        var restored = new ExecutionState(document, program);
        foreach (var fact in tail)
        {
            restored.Apply(fact);
        }

        return restored;
    }

    /// <summary>Takes a fact in. The only way in which the document changes.</summary>
    public void Apply(ExecutionEvent fact)
    {
        switch (fact)
        {
            case ExecutionEvent.RunSet set:
                Set(set.Run);
                break;
            case ExecutionEvent.RunsRemoved removed:
                Remove(removed.Ids);
                break;
            default:
                ApplyToRest(fact);
                break;
        }
    }

    private void ApplyToRest(ExecutionEvent fact)
    {
        size?.ForgetRest();
        switch (fact)
        {
            case ExecutionEvent.StateChanged changed:
                state = state.With(changed.State, changed.Date);
                break;
            case ExecutionEvent.OutputsSet outputs:
                header = header with { Outputs = outputs.Outputs };
                break;
            case ExecutionEvent.LabelsSet labels:
                header = header with { Labels = labels.Labels };
                break;
            case ExecutionEvent.VariablesSet variables:
                header = header with { Variables = variables.Variables };
                break;
            case ExecutionEvent.MetadataSet metadata:
                header = header with { Metadata = metadata.Metadata };
                break;
            case ExecutionEvent.BreakpointsSet breakpoints:
                header = header with { Breakpoints = breakpoints.Breakpoints };
                break;
            case ExecutionEvent.RevisionSet revision:
                header = header with { FlowRevision = revision.Revision };
                break;
            case ExecutionEvent.Created:
                break;
            default:
                throw new InvalidOperationException($"The event {fact.GetType().Name} is not known.");
        }
    }

    /// <summary>Everything but the task runs and the state.</summary>
    internal Execution Header => header;

    /// <summary>The states that it had, oldest first.</summary>
    public IReadOnlyList<StateHistory> Histories => state.Histories;

    internal State State => state;

    /// <summary>The scope of the flow; null before the first task and after everything has ended.</summary>
    internal Scope? Scope { get; set; }

    /// <summary>The scopes have been built from the document.</summary>
    internal bool IsPrepared { get; set; }

    /// <summary>Jobs and subflows that are out and have to be answered before the execution can be forgotten.</summary>
    internal int OpenJobs { get; set; }

    /// <summary>Subflows that are still being created are killed as soon as they exist.</summary>
    internal bool StopsSubflows { get; set; }

    /// <summary>Id of the execution that replaces this one when it is RETRIED; derived, so that it is known after a crash too.</summary>
    internal string ReplacementId => DerivedId.Of($"{Id}/replacement", header.Metadata?.AttemptNumber ?? 1);

    /// <summary>The outputs of the flow are being rendered off the loop.</summary>
    internal bool AwaitsOutputs { get; set; }

    /// <summary>Why the outputs of the flow could not be rendered; known to the decision that ended it.</summary>
    internal string? OutputsError { get; set; }

    /// <summary>SLAs that have been reported; each is reported once.</summary>
    /// <summary>How many of the flow's SLAs have been violated.</summary>
    public int ViolatedSlas => Violated.Count;

    internal HashSet<string> Violated { get; } = new(StringComparer.Ordinal);

    /// <summary>Assertions that are being evaluated off the loop, and whether something has changed since.</summary>
    internal Dictionary<string, bool> AskedAssertions { get; } = new(StringComparer.Ordinal);

    internal OutputTree Outputs { get; }

    /// <summary>Work that was stopped by a pause, in order.</summary>
    internal Queue<Deciding.Step> Deferred { get; } = new();

    internal IEnumerable<RunNode> Runs => order;

    /// <summary>Attempts that are with somebody who will answer.</summary>
    public IEnumerable<(string TaskRunId, int Attempt)> OpenAttempts => order.Where(static run => run.Sent is not null).Select(static run => (run.Id, run.Sent!.Value));

    internal int RunCount => order.Count;

    /// <summary>Runs without a run above them, in the order of their creation.</summary>
    internal List<RunNode> Roots { get; } = [];

    /// <summary>Some run is not terminated.</summary>
    internal bool HasOpenRuns
    {
        get
        {
            var terminated = 0;
            foreach (var type in Enum.GetValues<StateType>())
            {
                terminated += type.IsTerminated ? counts[(int)type] : 0;
            }

            return terminated < order.Count;
        }
    }

    /// <summary>How many runs are in a state.</summary>
    internal int CountOf(StateType type) => counts[(int)type];

    internal RunNode? Find(string id) => byId.GetValueOrDefault(id);

    private void Set(TaskRun run)
    {
        if (byId.TryGetValue(run.Id, out var node))
        {
            counts[(int)node.State]--;
            node.Run = run;
        }
        else
        {
            var parent = run.ParentTaskRunId is { } parentId ? byId.GetValueOrDefault(parentId) : null;
            node = new RunNode(run, parent, Program.Find(run.TaskId));
            byId[run.Id] = node;
            places[run.Id] = order.AddLast(node);
            (parent?.Children ?? Roots).Add(node);
        }

        counts[(int)node.State]++;
        size?.Set(node);
        Outputs.Set(node);
    }

    private void Remove(IReadOnlyList<string> ids)
    {
        var emptied = new HashSet<List<RunNode>>();
        var removed = new HashSet<RunNode>();
        foreach (var id in ids)
        {
            if (byId.Remove(id, out var node))
            {
                places.Remove(id, out var place);
                order.Remove(place!);
                size?.Remove(node);
                counts[(int)node.State]--;
                node.Owner = null;
                removed.Add(node);
                emptied.Add(node.Parent?.Children ?? Roots);
            }
        }

        foreach (var list in emptied)
        {
            list.RemoveAll(removed.Contains);
        }

        Outputs.Remove(removed);
    }
}

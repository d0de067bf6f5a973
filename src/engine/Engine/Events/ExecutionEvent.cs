using Kestra.Model;
using Kestra.Model.Executions;
using NodaTime;

namespace Kestra.Engine;

/// <summary>A fact about one execution, small and complete in itself: applying it needs no clock, no randomness and no flow.</summary>
public abstract record ExecutionEvent
{
    private ExecutionEvent()
    {
    }

    /// <summary>The execution exists.</summary>
    public sealed record Created(Execution Execution) : ExecutionEvent;

    /// <summary>A task run is new, or is from now on as given here: only that run, never its children.</summary>
    public sealed record RunSet(TaskRun Run) : ExecutionEvent;

    /// <summary>Task runs are gone: those of branches that will run again.</summary>
    public sealed record RunsRemoved(IReadOnlyList<string> Ids) : ExecutionEvent;

    public sealed record StateChanged(StateType State, Instant Date) : ExecutionEvent;

    /// <summary>Outputs of the flow.</summary>
    public sealed record OutputsSet(IReadOnlyDictionary<string, object?>? Outputs) : ExecutionEvent;

    public sealed record LabelsSet(IReadOnlyList<Label> Labels) : ExecutionEvent;

    public sealed record VariablesSet(IReadOnlyDictionary<string, object?> Variables) : ExecutionEvent;

    public sealed record MetadataSet(ExecutionMetadata Metadata) : ExecutionEvent;

    public sealed record BreakpointsSet(IReadOnlyList<Breakpoint>? Breakpoints) : ExecutionEvent;

    public sealed record RevisionSet(int Revision) : ExecutionEvent;
}

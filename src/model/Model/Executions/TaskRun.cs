namespace Kestra.Model.Executions;

/// <summary>One run of one task (for one value of a loop) within an execution.</summary>
public sealed record TaskRun
{
    public required string TenantId { get; init; }
    public required string Id { get; init; }
    public required string ExecutionId { get; init; }
    public required string Namespace { get; init; }
    public required string FlowId { get; init; }
    public required string TaskId { get; init; }
    public string? ParentTaskRunId { get; init; }

    /// <summary>The value of a loop's iteration as text; maps and lists are compact JSON.</summary>
    public string? Value { get; init; }

    /// <summary>Null before the first attempt.</summary>
    public IReadOnlyList<TaskRunAttempt>? Attempts { get; init; }

    /// <summary>Null until the task produced anything, empty after a run without outputs. Always written to JSON, also when null.</summary>
    public IReadOnlyDictionary<string, object?>? Outputs { get; init; }
    public required State State { get; init; }

    /// <summary>0-based index of the value in a ForEach; a counter starting at 1 in a LoopUntil.</summary>
    public int? Iteration { get; init; }

    /// <summary>Created by a task at run time rather than declared in the flow.</summary>
    public bool? Dynamic { get; init; }

    /// <summary>May run although the execution is terminated (tasks of <c>afterExecution</c>).</summary>
    public bool? ForceExecution { get; init; }
}

/// <param name="WorkerId">Null for attempts of flowable tasks, which no worker runs.</param>
/// <param name="LogFile">Address of the log file when the task logs to a file.</param>
public sealed record TaskRunAttempt(State State, string? WorkerId = null, string? LogFile = null);

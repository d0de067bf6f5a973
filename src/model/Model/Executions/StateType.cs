namespace Kestra.Model.Executions;

/// <summary>The states of executions, task runs and attempts; one enumeration serves all three, as in Kestra's documents.</summary>
public enum StateType
{
    /// <summary>Accepted, nothing done yet.</summary>
    CREATED,
    RUNNING,
    PAUSED,
    /// <summary>A second CREATED: queued to run again after a restart, resume or change of state.</summary>
    RESTARTED,
    KILLING,
    SUCCESS,
    WARNING,
    FAILED,
    KILLED,
    CANCELLED,
    /// <summary>Waits for a free slot of its flow's concurrency limit.</summary>
    QUEUED,
    RETRYING,
    /// <summary>Ended, and replaced by a new execution.</summary>
    RETRIED,
    SKIPPED,
    BREAKPOINT,
    /// <summary>Written by later versions only; read, never written.</summary>
    SUBMITTED,
    /// <summary>Written by later versions only; read, never written.</summary>
    RESUBMITTED,
}

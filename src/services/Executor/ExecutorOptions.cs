using Kestra.Hosting.Lanes;
using System.ComponentModel.DataAnnotations;

namespace Kestra.Executor;

/// <summary>Limits and times of the executor. The defaults suit one process on two cores.</summary>
public sealed class ExecutorOptions
{
    /// <summary>Commands that may wait to be decided; beyond it a new execution is answered with "overloaded", other commands wait.</summary>
    [Range(16, 10_000_000)]
    public int QueueCapacity { get; set; } = 20_000;

    /// <summary>Commands decided for one transaction at most.</summary>
    [Range(1, 1_000_000)]
    public int BatchLimit { get; set; } = 2_000;

    /// <summary>Jobs that may wait for a worker before new executions are answered with "overloaded".</summary>
    [Range(1, 100_000_000)]
    public int WaitingJobsLimit { get; set; } = 50_000;

    /// <summary>
    /// How long commands may be waiting for a durable decision before a new execution is answered with "overloaded" that the same
    /// request waits for. It then needs such a decision for each of its tasks as well.
    /// </summary>
    public TimeSpan AwaitedLimit { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The same for executions that nobody waits for.</summary>
    public TimeSpan AcceptedLimit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of documents whose jobs may wait before new executions are answered with "overloaded". In memory they take several times as much.</summary>
    [Range(1, long.MaxValue)]
    public long WaitingBytesLimit { get; set; } = 256L * 1024 * 1024;

    /// <summary>Executions that may be open (not ended, queued ones included) before new ones are answered with "overloaded".</summary>
    [Range(1, 100_000_000)]
    public int OpenExecutionsLimit { get; set; } = 1_000_000;

    /// <summary>Log entries and metrics that may wait to be written; a task that writes more waits.</summary>
    [Range(16, 10_000_000)]
    public int LogCapacity { get; set; } = 50_000;

    /// <summary>How often the limits of flows with queued executions are looked at.</summary>
    public TimeSpan QueueWatchInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Executions that may lead to a subflow; a task that wants to go deeper fails.</summary>
    [Range(1, 10_000)]
    public int SubflowDepthLimit { get; set; } = 100;

    /// <summary>How long logs and metrics wait for a transaction that is written anyway, as that of their task run's result usually is.</summary>
    public TimeSpan LogDelay { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Compiled revisions kept in memory.</summary>
    [Range(1, 1_000_000)]
    public int ProgramCacheSize { get; set; } = 2_000;

    /// <summary>Expressions that touch the outside and run at the same time.</summary>
    [Range(1, 10_000)]
    public int EvaluationConcurrency { get; set; } = 16;

    /// <summary>A journal tail below this many bytes never causes a snapshot by itself.</summary>
    [Range(0, int.MaxValue)]
    public int MinimumTailBytes { get; set; } = 16 * 1024;

    /// <summary>
    /// How long a new execution may be missing in lists where its end then is the first thing that is written there; zero (the
    /// default) writes it at once. Worth it on databases whose rows are dear to write. Reading an execution by its id is never late.
    /// </summary>
    public TimeSpan ListDelay { get; set; } = TimeSpan.Zero;

    /// <summary>The same while more executions come in than the processors have time for: most of them can then end before it is over.</summary>
    public TimeSpan ListDelayInBurst { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a transaction waits for more where a hundred executions or more come in a second; zero (the default) does not wait.</summary>
    public TimeSpan GatherDelay { get; set; } = TimeSpan.Zero;

    /// <summary>How long a partition stays owned after the last renewal.</summary>
    public TimeSpan LeaseTimeToLive { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a server that stands by looks whether the partition is free.</summary>
    public TimeSpan StandbyDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Pause between two looks for commands of other processes while there are some; doubles up to <see cref="CommandPollMaximum"/> while there are none.</summary>
    public TimeSpan CommandPollMinimum { get; set; } = TimeSpan.FromMilliseconds(25);

    public TimeSpan CommandPollMaximum { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Commands of other processes that are underway at the same time.</summary>
    [Range(1, 1_000_000)]
    public int CommandReadLimit { get; set; } = 2_000;

    /// <summary>Service id of the worker of this process; null when it has none.</summary>
    public string? LocalWorkerId { get; set; }

    /// <summary>Its group; null is that of workers without a group.</summary>
    public string? LocalWorkerGroup { get; set; }

    /// <summary>No other process can have this database, so the worker of this one runs the tasks of every group.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Tasks that it runs at the same time.</summary>
    public int LocalWorkerThreads { get; set; }

    /// <summary>Whether workers of other processes are there to help.</summary>
    public Func<bool> HasOtherWorkers { get; set; } = static () => false;

    /// <summary>Whether a worker of another process that belongs to a group is alive.</summary>
    public Func<string, bool> HasOtherWorkersIn { get; set; } = static _ => false;

    /// <summary>The worker groups that there are: a task for another one fails. Null (the default) asks for no declaration.</summary>
    public IReadOnlyList<string>? DeclaredWorkerGroups { get; set; }

    /// <summary>What is left alone.</summary>
    public SkippedExecutions Skipped { get; set; } = new();

    /// <summary>Whether the installation is in maintenance: commands are kept, and nothing is decided.</summary>
    public Func<bool> IsInMaintenance { get; set; } = static () => false;

    /// <summary>How often it is looked whether the maintenance is over.</summary>
    public TimeSpan MaintenanceInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Where the scheduler of a trigger finds its commands; null when it is in this process, and hears of everything by itself.</summary>
    public Func<TriggerKey, int?> SchedulerElsewhere { get; set; } = static _ => null;

    /// <summary>First pause before the database is tried again after a failure; doubles up to <see cref="RecoveryDelayMaximum"/>.</summary>
    public TimeSpan RecoveryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan RecoveryDelayMaximum { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long callers wait for a database that is away before they are told to come back; from then on new ones are told so at once.</summary>
    public TimeSpan CallerPatience { get; set; } = TimeSpan.FromSeconds(5);
}

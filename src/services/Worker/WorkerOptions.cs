using System.ComponentModel.DataAnnotations;

namespace Kestra.Worker;

/// <summary>Limits and places of a worker.</summary>
public sealed class WorkerOptions
{
    /// <summary>Runs at the same time; 0 is four for each processor, at least 16. Runs are asynchronous: one that waits costs no thread.</summary>
    [Range(0, 100_000)]
    public int Threads { get; set; }

    /// <summary>The group whose jobs this worker takes; null is the one of workers without a group.</summary>
    public string? Group { get; set; }

    /// <summary>How long running tasks may go on when the worker stops, before they are cancelled.</summary>
    public TimeSpan TerminationGracePeriod { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a cancelled run may take to end before its result is given without it.</summary>
    public TimeSpan CancellationGracePeriod { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Kill requests that are remembered for jobs that have not begun; the oldest are forgotten first.</summary>
    [Range(1, 10_000_000)]
    public int RememberedKills { get; set; } = 10_000;

    /// <summary>Folder under which each run gets its own; null is a folder of ours in the system's temporary folder.</summary>
    public string? WorkingFolder { get; set; }

    /// <summary>Characters of one log entry; longer messages become several.</summary>
    [Range(100, 1_000_000)]
    public int LogMessageLength { get; set; } = 15_360;

    /// <summary>Entries that one message is cut into at most; the rest is replaced by a note.</summary>
    [Range(1, 1_000_000)]
    public int LogMessageParts { get; set; } = 100;

    /// <summary>Characters of the log of one run that goes to a file; the rest is replaced by a note.</summary>
    [Range(1, long.MaxValue)]
    public long LogFileLength { get; set; } = 256 * 1024 * 1024;

    /// <summary>Bytes of the outputs of one run, as JSON.</summary>
    [Range(1, int.MaxValue)]
    public int OutputBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>Bytes of a task run with its outputs, as JSON: one that would be larger fails and loses them. Null (the default) is no limit.</summary>
    [Range(1, long.MaxValue)]
    public long? MessageLimit { get; set; }

    /// <summary>A run that lasts longer is reported as running; a shorter one is reported by its result alone.</summary>
    public TimeSpan StartedAfter { get; set; } = TimeSpan.FromMilliseconds(40);

    /// <summary>Configuration of plugins (<c>kestra.plugins.configurations</c>) by type, or by the beginning of their types.</summary>
    public IReadOnlyList<(string Type, IReadOnlyDictionary<string, object?> Values)> PluginConfigurations { get; set; } = [];

    /// <summary>Polling triggers evaluated at the same time; 0 is as many as tasks.</summary>
    [Range(0, 100_000)]
    public int TriggerThreads { get; set; }

    /// <summary>Realtime triggers that run at the same time; one that finds no place fails and is tried again later.</summary>
    [Range(0, 1_000_000)]
    public int RealtimeTriggers { get; set; } = 1_000;

    /// <summary>How long one evaluation of a polling trigger may take; beyond it, it has failed.</summary>
    public TimeSpan TriggerTimeout { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Pause before the scheduler is told again what a trigger has found, when it could not take it.</summary>
    public TimeSpan TriggerAnswerDelay { get; set; } = TimeSpan.FromSeconds(1);

    public int EffectiveTriggerThreads => TriggerThreads > 0 ? TriggerThreads : EffectiveThreads;

    public int EffectiveThreads => Threads > 0 ? Threads : Math.Max(16, Environment.ProcessorCount * 4);
}

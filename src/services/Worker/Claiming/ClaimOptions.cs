using System.ComponentModel.DataAnnotations;

namespace Kestra.Worker.Claiming;

/// <summary>How a worker gets jobs from executors of other processes.</summary>
public sealed class ClaimOptions
{
    /// <summary>Between two looks for jobs while there are some (<c>kestra.jdbc.queues.min-poll-interval</c>).</summary>
    public TimeSpan ShortestPoll { get; set; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Between two looks for jobs when there have been none for <see cref="PollSwitch"/> (<c>…max-poll-interval</c>).</summary>
    public TimeSpan LongestPoll { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>After so long without jobs the longest poll is reached (<c>…poll-switch-interval</c>).</summary>
    public TimeSpan PollSwitch { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Steps from the shortest poll to the longest; each is twice as long as the one before (<c>…switch-steps</c>).</summary>
    [Range(1, 20)]
    public int PollSteps { get; set; } = 5;

    /// <summary>Jobs that are claimed at once at most (<c>…poll-size</c>).</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 100;

    /// <summary>Jobs that are claimed beyond the free slots, to be there when one becomes free.</summary>
    [Range(0, 1_000)]
    public int Prefetch { get; set; }

    /// <summary>A claimed job that has found no slot for so long is given back, so that others can take it.</summary>
    public TimeSpan GiveBackAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Between two looks at what was killed or taken away, when no hint comes.</summary>
    public TimeSpan Watch { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Pause after the store could not be reached.</summary>
    public TimeSpan Recovery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long giving jobs back may take when the worker stops.</summary>
    public TimeSpan GiveBackLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Executions that are read at the same time.</summary>
    [Range(1, 100)]
    public int Readers { get; set; } = 8;

    /// <summary>Executions that are kept, so that their next job needs only what has happened since.</summary>
    [Range(1, 1_000_000)]
    public int CachedExecutions { get; set; } = 500;

    /// <summary>Compiled revisions of flows that are kept, in a process without an executor.</summary>
    [Range(1, 1_000_000)]
    public int CachedPrograms { get; set; } = 2_000;

    /// <summary>Bytes of documents and events that the kept executions were read from, in sum; the last one is kept whatever its size.</summary>
    [Range(1, long.MaxValue)]
    public long CachedBytes { get; set; } = 64 * 1024 * 1024;
}

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kestra.Plugins;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Scenarios.Cluster;

/// <summary>What the triggers of one test watch, and who watches.</summary>
internal sealed class WatchSource : IDisposable
{
    private static readonly ConcurrentDictionary<string, WatchSource> Sources = new(StringComparer.Ordinal);

    private readonly Channel<int> events = Channel.CreateUnbounded<int>();
    private int watching;
    private int most;
    private int begun;
    private int looks;

    public WatchSource() => Sources[Id] = this;

    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>How often it was looked at.</summary>
    public int Looks => Volatile.Read(ref looks);

    /// <summary>Realtime triggers that watch now.</summary>
    public int Watching => Volatile.Read(ref watching);

    /// <summary>Realtime triggers that have watched at the same time, at most.</summary>
    public int Most => Volatile.Read(ref most);

    /// <summary>How often a realtime trigger has begun.</summary>
    public int Begun => Volatile.Read(ref begun);

    /// <summary>What the next looks find; nothing when it is empty.</summary>
    public ConcurrentQueue<int> Findings { get; } = [];

    /// <summary>While it is set, looks take until it ends.</summary>
    public TaskCompletionSource? Hold { get; set; }

    /// <summary>Property <c>mark</c> of the realtime trigger that has begun last.</summary>
    public string? Mark { get; private set; }

    public static WatchSource Of(string id) => Sources[id];

    public void Tell(int number) => events.Writer.TryWrite(number);

    public void Dispose() => Sources.TryRemove(Id, out _);

    public async Task<IReadOnlyDictionary<string, object?>?> LookAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref looks);
        var found = Findings.TryDequeue(out var number);
        if (Hold is { } hold)
        {
            await hold.Task.WaitAsync(cancellationToken);
        }

        return found ? Variables(number) : null;
    }

    public async IAsyncEnumerable<IReadOnlyDictionary<string, object?>> WatchAsync(string? mark, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Mark = mark;
        Interlocked.Increment(ref begun);
        var now = Interlocked.Increment(ref watching);
        Interlocked.Exchange(ref most, Math.Max(Most, now));
        try
        {
            await foreach (var number in events.Reader.ReadAllAsync(cancellationToken))
            {
                yield return Variables(number);
            }
        }
        finally
        {
            Interlocked.Decrement(ref watching);
        }
    }

    private static OrderedDictionary<string, object?> Variables(int number) => new() { ["number"] = number };
}

/// <summary>Looks whether something was found.</summary>
[Plugin("io.kestra.scenarios.Looking")]
public sealed class LookingTrigger : IPollingTrigger
{
    public required string Source { get; init; }

    public Duration Interval { get; init; } = Duration.FromMinutes(1);

    public Task<IReadOnlyDictionary<string, object?>?> EvaluateAsync(IRunContext context, CancellationToken cancellationToken) => WatchSource.Of(Source).LookAsync(cancellationToken);
}

/// <summary>Tells of what happens.</summary>
[Plugin("io.kestra.scenarios.Streaming")]
public sealed class StreamingTrigger : IRealtimeTrigger
{
    public required string Source { get; init; }

    public string? Mark { get; init; }

    public IAsyncEnumerable<IReadOnlyDictionary<string, object?>> RunAsync(IRunContext context, CancellationToken cancellationToken) => WatchSource.Of(Source).WatchAsync(Mark, cancellationToken);
}

using Kestra.Model;
using Kestra.Model.Cluster;
using Kestra.Model.Logs;
using Kestra.Model.Triggers;
using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Kestra.Storage.Flows;

namespace Kestra.Storage.Memory;

/// <summary>What a database holds. It outlives the stores that are opened on it, as a file outlives a process.</summary>
/// <param name="partitions">In how many parts executions may be shared among processes; a power of two.</param>
public sealed class MemoryDatabase(int partitions = 1)
{
    private readonly Lock gate = new();

    internal int Partitions { get; } = partitions;
    internal Dictionary<int, Lease> Leases { get; } = [];
    internal Dictionary<string, (string Circle, NodaTime.Instant Expires)> Members { get; } = new(StringComparer.Ordinal);
    internal OrderedDictionary<ExecutionId, ExecutionRow> Executions { get; } = [];
    internal Dictionary<ExecutionId, SortedList<long, ReadOnlyMemory<byte>>> Journal { get; } = [];
    internal OrderedDictionary<string, ExecutionTimer> Timers { get; } = new(StringComparer.Ordinal);
    internal OrderedDictionary<ExecutionId, SlotChange> Slots { get; } = [];
    internal List<QueuedCommand> Commands { get; } = [];
    internal List<(CommandReply Reply, NodaTime.Instant Written)> Replies { get; } = [];
    internal long LastCommand { get; set; }
    internal OrderedDictionary<FlowId, List<FlowRow>> Flows { get; } = [];
    internal List<(long Position, LogEntry Entry)> Logs { get; } = [];
    internal long LastLog { get; set; }
    internal List<MetricEntry> Metrics { get; } = [];
    internal OrderedDictionary<TriggerId, Trigger> Triggers { get; } = [];
    internal Dictionary<TriggerId, MultipleConditionWindow> Windows { get; } = [];
    internal Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);
    internal Dictionary<string, ServiceInstance> Services { get; } = new(StringComparer.Ordinal);

    /// <summary>Services whose rows somebody holds.</summary>
    internal Dictionary<string, TaskCompletionSource> HeldServices { get; } = new(StringComparer.Ordinal);
    internal long LastSnapshot { get; set; }
    internal List<WorkerJobRow> Jobs { get; } = [];
    internal long LastJob { get; set; }
    internal Hints Hints { get; } = new();
    internal WorkerJobHints JobHints { get; } = new();

    /// <summary>Runs work that nobody sees half done. It must check everything before it changes anything.</summary>
    internal Task<T> DoAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        try
        {
            lock (gate)
            {
                return Task.FromResult(work());
            }
        }
        catch (Exception fault)
        {
            return Task.FromException<T>(fault);
        }
    }

    internal Task DoAsync(Action work, CancellationToken cancellationToken) => DoAsync<object?>(
        () =>
        {
            work();
            return null;
        },
        cancellationToken);
}

internal readonly record struct ExecutionId(string Tenant, string Id);

internal readonly record struct FlowId(string Tenant, string Namespace, string Id);

internal readonly record struct TriggerId(string Tenant, string Namespace, string Flow, string Id);

internal sealed record Lease(string? Owner, long Epoch, NodaTime.Instant Expires);

internal sealed record ExecutionRow(int Partition, ExecutionSnapshot Snapshot, long Version);

internal sealed record FlowRow(StoredFlow Flow, IReadOnlyList<Label> Labels);

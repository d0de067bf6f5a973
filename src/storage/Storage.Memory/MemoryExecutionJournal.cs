using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Storage.Memory;

internal sealed class MemoryExecutionJournal(MemoryDatabase database, TimeProvider time) : IExecutionJournal
{
    public Task<PartitionLease?> AcquireAsync(int partition, string owner, Duration timeToLive, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            var current = database.Leases.GetValueOrDefault(partition);
            if (current?.Owner is { } other && other != owner && current.Expires > Now)
            {
                return null;
            }

            var taken = new Lease(owner, (current?.Epoch ?? 0) + 1, Now + timeToLive);
            database.Leases[partition] = taken;
            return new PartitionLease(partition, owner, taken.Epoch);
        },
        cancellationToken);

    public int Partitions => database.Partitions;

    public Task<IReadOnlyList<PartitionLease>> RenewAsync(IReadOnlyList<PartitionLease> leases, Duration timeToLive, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<PartitionLease>>(
        () =>
        {
            var lost = new List<PartitionLease>();
            foreach (var lease in leases)
            {
                if (Held(lease) is { } held)
                {
                    database.Leases[lease.Partition] = held with { Expires = Now + timeToLive };
                }
                else
                {
                    lost.Add(lease);
                }
            }

            return lost;
        },
        cancellationToken);

    public Task ReleaseAsync(PartitionLease lease, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            if (Held(lease) is { } held)
            {
                database.Leases[lease.Partition] = held with { Owner = null };
            }
        },
        cancellationToken);

    public Task<int> JoinAsync(string circle, string owner, Duration timeToLive, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            database.Members[owner] = (circle, Now + timeToLive);
            foreach (var gone in database.Members.Where(member => member.Key != owner && member.Value.Expires < Now).Select(static member => member.Key).ToList())
            {
                database.Members.Remove(gone);
            }

            return database.Members.Values.Count(member => member.Circle == circle);
        },
        cancellationToken);

    public Task LeaveAsync(string owner, CancellationToken cancellationToken) => database.DoAsync(() => { database.Members.Remove(owner); }, cancellationToken);

    public Task<IReadOnlyList<string>> FindGoneAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    public Task<PartitionContents> LoadAsync(PartitionLease lease, CancellationToken cancellationToken) => database.DoAsync(
        () => new PartitionContents(
            [.. database.Executions.Where(pair => pair.Value.Partition == lease.Partition && !pair.Value.Snapshot.Ended).Select(pair => Stored(pair.Key, pair.Value))],
            [.. database.Timers.Values.Where(timer => timer.Partition == lease.Partition)],
            [.. database.Slots.Values.Where(slot => slot.Partition == lease.Partition).OrderBy(static slot => slot.QueuedAt)],
            [.. database.Jobs.Where(job => job.Partition == lease.Partition)]),
        cancellationToken);

    public Task<StoredExecution?> ReadAsync(string tenantId, string executionId, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            var id = new ExecutionId(tenantId, executionId);
            return database.Executions.TryGetValue(id, out var row) ? Stored(id, row) : null;
        },
        cancellationToken);

    public Task<IReadOnlyList<ReadOnlyMemory<byte>>?> ReadTailAsync(string tenantId, string executionId, long version, long afterPosition, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<ReadOnlyMemory<byte>>?>(
        () =>
        {
            var id = new ExecutionId(tenantId, executionId);
            return database.Executions.TryGetValue(id, out var row) && row.Version == version ? [.. Tail(id, afterPosition)] : null;
        },
        cancellationToken);

    public Task<ExecutionPlace?> FindPlaceAsync(string tenantId, string executionId, CancellationToken cancellationToken) => database.DoAsync<ExecutionPlace?>(
        () => database.Executions.TryGetValue(new ExecutionId(tenantId, executionId), out var row) ? new ExecutionPlace(tenantId, row.Snapshot.Namespace, row.Snapshot.FlowId) : null,
        cancellationToken);

    public Task<int?> FindTimerPartitionAsync(string tenantId, string executionId, CancellationToken cancellationToken) => database.DoAsync(
        () => database.Timers.Values.FirstOrDefault(timer => timer.TenantId == tenantId && timer.ExecutionId == executionId) is { Key: not null } timer ? timer.Partition : (int?)null,
        cancellationToken);

    public async Task CommitAsync(IReadOnlyList<PartitionLease> leases, ExecutionBatch batch, CancellationToken cancellationToken)
    {
        await database.DoAsync(
            () =>
            {
                if (leases.FirstOrDefault(lease => Held(lease) is null) is { } lost)
                {
                    throw new LeaseLostException(lost);
                }

                Check(batch);
                Write(leases, batch);
            },
            cancellationToken);
        database.Hints.Announce(Hints.Of(batch));
        database.JobHints.Announce(batch.NewsForWorkers);
    }

    public Task<IReadOnlyList<QueuedCommand>> ReadCommandsAsync(IReadOnlyCollection<int> partitions, int limit, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<QueuedCommand>>(
        () => [.. database.Commands.Where(command => partitions.Contains(command.Partition)).Take(limit)],
        cancellationToken);

    public Task<IReadOnlyList<CommandReply>> TakeRepliesAsync(string reader, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<CommandReply>>(
        () =>
        {
            var taken = database.Replies.Where(row => row.Reply.Reader == reader).Select(static row => row.Reply).ToList();
            var forgotten = Now - Duration.FromHours(1);
            database.Replies.RemoveAll(row => row.Reply.Reader == reader || row.Written < forgotten);
            return taken;
        },
        cancellationToken);

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private Lease? Held(PartitionLease lease) =>
        database.Leases.GetValueOrDefault(lease.Partition) is { } current && current.Owner == lease.Owner && current.Epoch == lease.Epoch ? current : null;

    private StoredExecution Stored(ExecutionId id, ExecutionRow row)
    {
        var snapshot = row.Snapshot;
        return new StoredExecution(id.Tenant, id.Id, row.Partition, snapshot.Ended, snapshot.Document, snapshot.Position, [.. Tail(id, snapshot.Position)])
        {
            Provisional = snapshot.Provisional,
            Version = row.Version,
        };
    }

    private IEnumerable<ReadOnlyMemory<byte>> Tail(ExecutionId id, long position) =>
        database.Journal.TryGetValue(id, out var entries) ? entries.Where(entry => entry.Key > position).Select(static entry => entry.Value) : [];

    private void Check(ExecutionBatch batch)
    {
        var seen = new HashSet<(ExecutionId, long)>();
        foreach (var entry in batch.Journal)
        {
            var id = new ExecutionId(entry.TenantId, entry.ExecutionId);
            if (!seen.Add((id, entry.Position)) || (database.Journal.TryGetValue(id, out var entries) && entries.ContainsKey(entry.Position)))
            {
                throw new InvalidOperationException($"The journal of execution '{entry.ExecutionId}' has a position {entry.Position} already.");
            }
        }
    }

    private void Write(IReadOnlyList<PartitionLease> leases, ExecutionBatch batch)
    {
        foreach (var entry in batch.Journal)
        {
            Entries(new ExecutionId(entry.TenantId, entry.ExecutionId)).Add(entry.Position, entry.Events.ToArray());
        }

        foreach (var snapshot in batch.Snapshots)
        {
            Write(snapshot);
        }

        foreach (var key in batch.TimersRemoved)
        {
            database.Timers.Remove(key);
        }

        foreach (var timer in batch.TimersSet)
        {
            database.Timers[timer.Key] = timer with { Payload = timer.Payload.ToArray() };
        }

        foreach (var slot in batch.Slots)
        {
            Write(slot);
        }

        database.Commands.RemoveAll(command => batch.CommandsDone.Contains(command.Id) && leases.Any(lease => lease.Partition == command.Partition));
        foreach (var command in batch.CommandsSent)
        {
            Enqueue(command.Partition, command.ExecutionId, command.Command);
        }

        MemoryWorkerJobStore.Write(database, batch, Now);
        foreach (var reply in batch.Replies)
        {
            database.Replies.Add((reply with { Outcome = reply.Outcome.ToArray() }, Now));
        }

        foreach (var trigger in batch.Triggers)
        {
            MemoryTriggerRepository.Save(database, trigger);
        }

        foreach (var change in batch.Windows)
        {
            MemoryConditionWindowRepository.Apply(database, change);
        }

        MemoryLogRepository.Append(database, batch.Logs);
        database.Metrics.AddRange(batch.Metrics);
        foreach (var (tenantId, executionId) in batch.Deleted)
        {
            Delete(new ExecutionId(tenantId, executionId));
        }
    }

    private void Write(ExecutionSnapshot snapshot)
    {
        var id = new ExecutionId(snapshot.TenantId, snapshot.Id);
        database.Executions[id] = new ExecutionRow(snapshot.Partition, snapshot with { Document = snapshot.Document.ToArray() }, ++database.LastSnapshot);
        if (snapshot.Ended)
        {
            database.Journal.Remove(id);
            RemoveTimers(id);
            MemoryWorkerJobStore.RemoveOf(database, id);
            return;
        }

        if (database.Journal.TryGetValue(id, out var entries))
        {
            foreach (var position in entries.Keys.Where(position => position <= snapshot.Position).ToList())
            {
                entries.Remove(position);
            }
        }
    }

    private void Write(SlotChange slot)
    {
        var id = new ExecutionId(slot.TenantId, slot.ExecutionId);
        if (slot.State == SlotState.Released)
        {
            database.Slots.Remove(id);
        }
        else
        {
            database.Slots[id] = slot;
        }
    }

    private void Delete(ExecutionId id)
    {
        database.Executions.Remove(id);
        database.Journal.Remove(id);
        database.Slots.Remove(id);
        RemoveTimers(id);
        MemoryWorkerJobStore.RemoveOf(database, id);
    }

    private void RemoveTimers(ExecutionId id)
    {
        foreach (var key in database.Timers.Where(pair => pair.Value.TenantId == id.Tenant && pair.Value.ExecutionId == id.Id).Select(static pair => pair.Key).ToList())
        {
            database.Timers.Remove(key);
        }
    }

    private void Enqueue(int partition, string executionId, ReadOnlyMemory<byte> command) =>
        database.Commands.Add(new QueuedCommand(++database.LastCommand, partition, executionId, command.ToArray()));

    private SortedList<long, ReadOnlyMemory<byte>> Entries(ExecutionId id)
    {
        if (!database.Journal.TryGetValue(id, out var entries))
        {
            database.Journal[id] = entries = [];
        }

        return entries;
    }
}

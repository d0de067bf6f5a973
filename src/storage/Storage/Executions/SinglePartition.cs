namespace Kestra.Storage.Executions;

/// <summary>Writing one thing at a time.</summary>
public static class SinglePartition
{
    /// <summary>Writes a batch of which every row belongs to the partition of the lease.</summary>
    public static Task CommitAsync(this IExecutionJournal journal, PartitionLease lease, ExecutionBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(batch);
        Put(batch.Snapshots, snapshot => snapshot with { Partition = lease.Partition });
        Put(batch.TimersSet, timer => timer with { Partition = lease.Partition });
        Put(batch.Slots, slot => slot with { Partition = lease.Partition });
        return journal.CommitAsync([lease], batch, cancellationToken);
    }

    /// <summary>Leaves a command for the owner of a partition, from any process. Durable when it returns.</summary>
    public static Task EnqueueCommandAsync(this IExecutionJournal journal, int partition, string executionId, ReadOnlyMemory<byte> command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(journal);
        var batch = new ExecutionBatch();
        batch.CommandsSent.Add(new OutgoingCommand(partition, executionId, command));
        return journal.CommitAsync([], batch, cancellationToken);
    }

    private static void Put<T>(List<T> rows, Func<T, T> place)
    {
        for (var index = 0; index < rows.Count; index++)
        {
            rows[index] = place(rows[index]);
        }
    }
}

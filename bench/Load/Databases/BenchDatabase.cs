namespace Kestra.Load.Databases;

/// <summary>The database of a run: where servers find it, what it can do by itself, and what it did.</summary>
internal abstract class BenchDatabase : IAsyncDisposable
{
    /// <summary>How the report names it, with its settings.</summary>
    public abstract string Description { get; }

    /// <summary>The command that starts a server on it.</summary>
    public abstract string ServerCommand { get; }

    /// <summary>Lines of the configuration, for a server that works in a folder.</summary>
    public abstract IReadOnlyDictionary<string, string> Configuration(string folder);

    /// <summary>What the database commits without the product, measured on a table of its own.</summary>
    public abstract Task<CommitFloor> MeasureFloorAsync(TimeSpan duration);

    /// <summary>What it has done since it started; null where the product's own process does it.</summary>
    public virtual Task<DatabaseWork?> ReadWorkAsync() => Task.FromResult<DatabaseWork?>(null);

    /// <summary>Bytes that its tables and indexes take.</summary>
    public abstract Task<long> ReadSizeAsync();

    /// <summary>Copies the rows of ended executions, under other ids and earlier dates, until there are so many. No server may run.</summary>
    /// <returns>Rows that there are then.</returns>
    public abstract Task<long> MultiplyExecutionsAsync(int wanted);

    public abstract ValueTask DisposeAsync();
}

/// <param name="Commits">Transactions of one row, a second, one after the other.</param>
/// <param name="BatchedRows">Rows a second in transactions of 500.</param>
/// <param name="MedianMilliseconds">Of a transaction of one row.</param>
internal sealed record CommitFloor(double Commits, double BatchedRows, double MedianMilliseconds);

/// <summary>Counters of a database server since it started.</summary>
/// <param name="RowWrites">Rows inserted, updated and deleted, by table.</param>
/// <param name="WalBytes">Bytes written to the log.</param>
/// <param name="Processor">Of all its processes.</param>
internal sealed record DatabaseWork(long Transactions, IReadOnlyDictionary<string, long> RowWrites, long WalBytes, TimeSpan Processor)
{
    public static DatabaseWork operator -(DatabaseWork left, DatabaseWork right) => new(
        left.Transactions - right.Transactions,
        left.RowWrites.ToDictionary(static table => table.Key, table => table.Value - right.RowWrites.GetValueOrDefault(table.Key), StringComparer.Ordinal),
        left.WalBytes - right.WalBytes,
        left.Processor - right.Processor);
}

using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Kestra.Load.Databases;

/// <summary>What SQLite itself commits on this disk: single rows, and rows in batches, with every commit on the disk.</summary>
internal static class SqliteFloor
{
    private const int DocumentBytes = 1_500;

    public static CommitFloor Measure(string folder, TimeSpan duration)
    {
        SQLitePCL.Batteries_V2.Init();
        Directory.CreateDirectory(folder);
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "floor.db")};Pooling=False");
        connection.Open();
        Run(connection, "PRAGMA journal_mode = WAL");
        Run(connection, "PRAGMA synchronous = FULL");
        Run(connection, "CREATE TABLE row (id TEXT PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID");
        var latencies = new Measuring.Latencies();
        var (commits, seconds) = Repeat(connection, 1, duration, latencies);
        var (batches, batchSeconds) = Repeat(connection, 500, duration, new Measuring.Latencies());
        return new CommitFloor(commits / seconds, batches * 500 / batchSeconds, latencies.Percentile(0.5));
    }

    private static (int Commits, double Seconds) Repeat(SqliteConnection connection, int rows, TimeSpan duration, Measuring.Latencies latencies)
    {
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO row VALUES ($id, $document)";
        var id = insert.Parameters.Add("$id", SqliteType.Text);
        insert.Parameters.AddWithValue("$document", new byte[DocumentBytes]);
        var commits = 0;
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < duration)
        {
            var started = Stopwatch.GetTimestamp();
            using var transaction = connection.BeginTransaction();
            insert.Transaction = transaction;
            for (var row = 0; row < rows; row++)
            {
                id.Value = $"{rows}-{commits}-{row}";
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
            commits++;
            latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return (commits, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts are those above.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}

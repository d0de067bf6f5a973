using System.Diagnostics;
using System.Globalization;
using Kestra.Load.Measuring;
using Npgsql;

namespace Kestra.Load.Databases;

/// <summary>What PostgreSQL itself commits on this machine: single rows, and rows in batches, with every commit on the disk.</summary>
internal static class PostgresFloor
{
    private const int DocumentBytes = 1_500;

    public static async Task<CommitFloor> MeasureAsync(NpgsqlDataSource source, TimeSpan duration)
    {
        await using var connection = await source.OpenConnectionAsync();
        await RunAsync(connection, "CREATE SCHEMA bench_floor; CREATE TABLE bench_floor.row (id text PRIMARY KEY, document bytea NOT NULL)");
        var latencies = new Latencies();
        var (commits, seconds) = await RepeatAsync(connection, 1, duration, latencies);
        var (batches, batchSeconds) = await RepeatAsync(connection, 500, duration, new Latencies());
        await RunAsync(connection, "DROP SCHEMA bench_floor CASCADE");
        return new CommitFloor(commits / seconds, batches * 500 / batchSeconds, latencies.Percentile(0.5));
    }

    private static async Task<(int Commits, double Seconds)> RepeatAsync(NpgsqlConnection connection, int rows, TimeSpan duration, Latencies latencies)
    {
        await using var insert = new NpgsqlCommand("INSERT INTO bench_floor.row SELECT * FROM unnest($1, $2)", connection);
        var ids = insert.Parameters.Add(new NpgsqlParameter<string[]>());
        insert.Parameters.Add(new NpgsqlParameter<byte[][]> { TypedValue = [.. Enumerable.Repeat(new byte[DocumentBytes], rows)] });
        ids.Value = Array.Empty<string>();
        await insert.PrepareAsync();
        var commits = 0;
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < duration)
        {
            var started = Stopwatch.GetTimestamp();
            ids.Value = Enumerable.Range(0, rows).Select(row => string.Create(CultureInfo.InvariantCulture, $"{rows}-{commits}-{row}")).ToArray();
            await insert.ExecuteNonQueryAsync();
            commits++;
            latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        return (commits, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // The texts are those above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}

using Npgsql;

namespace Kestra.Load.Databases;

/// <summary>Makes a large table of executions out of a small one. Indexes are built afterwards, which takes a fraction of the time.</summary>
internal static class PostgresCopies
{
    public static async Task<long> MultiplyAsync(NpgsqlDataSource source, int wanted)
    {
        await using var connection = await source.OpenConnectionAsync();
        var indexes = await IndexesAsync(connection);
        foreach (var index in indexes)
        {
            await RunAsync(connection, $"DROP INDEX {index.Name}");
        }

        for (var rows = await CountAsync(connection); rows < wanted; rows = await CountAsync(connection))
        {
            await RunAsync(
                connection,
                """
                INSERT INTO executions (key, value)
                SELECT copy.id, jsonb_set(jsonb_set(jsonb_set(value, '{id}', to_jsonb(copy.id)), '{state,startDate}', to_jsonb(to_char(start_date - copy.age, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))),
                  '{state,current}', CASE WHEN random() < 0.02 THEN '"FAILED"' ELSE value #> '{state,current}' END)
                FROM executions CROSS JOIN LATERAL (SELECT substr(key, 1, 10) || substr(md5(random()::text || key), 1, 12) AS id, random() * interval '30 days' AS age) AS copy
                WHERE end_date IS NOT NULL LIMIT $1
                """,
                Math.Min(rows, wanted - rows));
        }

        foreach (var index in indexes)
        {
            await RunAsync(connection, index.Definition);
        }

        await RunAsync(connection, "VACUUM ANALYZE executions");
        await RunAsync(connection, "CHECKPOINT");
        return await CountAsync(connection);
    }

    private static async Task<List<(string Name, string Definition)>> IndexesAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'executions' AND schemaname = current_schema() AND indexdef NOT LIKE '%UNIQUE%'", connection);
        await using var row = await command.ExecuteReaderAsync();
        var indexes = new List<(string, string)>();
        while (await row.ReadAsync())
        {
            indexes.Add((row.GetString(0), row.GetString(1)));
        }

        return indexes;
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT count(*) FROM executions", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, params long[] values)
    {
#pragma warning disable CA2100 // The texts are those above, and definitions that the database itself has given.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 1_800 };
#pragma warning restore CA2100
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        }

        await command.ExecuteNonQueryAsync();
    }
}

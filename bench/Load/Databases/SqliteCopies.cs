using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Kestra.Load.Databases;

/// <summary>Makes a large database out of a small one: the rows of ended executions again under other ids and earlier dates.</summary>
internal static class SqliteCopies
{
    private const long TicksPerDay = 864_000_000_000;

    /// <param name="databaseFile">Of a server that does not run.</param>
    /// <returns>Rows that there are now.</returns>
    public static long Multiply(string databaseFile, int wanted)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={databaseFile};Pooling=False");
        connection.Open();
        Run(connection, "PRAGMA synchronous = OFF");
        var columns = Columns(connection);
        for (var rows = Count(connection); rows < wanted; rows = Count(connection))
        {
            var copied = string.Join(", ", columns.Select(static column => column switch
            {
                "id" => "substr(id, 1, 10) || lower(hex(randomblob(6)))",
                "state" => "CASE WHEN abs(random()) % 50 = 0 THEN 'FAILED' ELSE state END",
                "start_date" => string.Create(CultureInfo.InvariantCulture, $"start_date - abs(random()) % {30 * TicksPerDay}"),
                _ => column,
            }));
            var limit = Math.Min(rows, wanted - rows).ToString(CultureInfo.InvariantCulture);
            var last = Last(connection).ToString(CultureInfo.InvariantCulture);
            Run(connection, $"INSERT INTO execution (key, {string.Join(", ", columns)}) SELECT key + {last}, {copied} FROM execution WHERE ended = 1 LIMIT {limit}");
            Run(connection, $"INSERT INTO execution_label SELECT json_extract(label.value, '$[0]'), json_extract(label.value, '$[1]'), execution.key FROM execution, json_each(execution.labels) AS label WHERE execution.key > {last} ON CONFLICT DO NOTHING");
            Run(connection, $"INSERT INTO execution_document SELECT copy.key, document FROM execution AS copy JOIN execution_document AS original ON original.key = copy.key - {last} WHERE copy.key > {last}");
        }

        Run(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        return Count(connection);
    }

    private static List<string> Columns(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM pragma_table_info('execution') WHERE pk = 0 AND name <> 'key'";
        using var reader = command.ExecuteReader();
        var columns = new List<string>();
        while (reader.Read())
        {
            columns.Add(reader.GetString(0));
        }

        return columns;
    }

    private static long Count(SqliteConnection connection) => Number(connection, "SELECT count(*) FROM execution");

    private static long Last(SqliteConnection connection) => Number(connection, "SELECT max(key) FROM execution");

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts are those of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandTimeout = 600;
#pragma warning disable CA2100 // The texts are those of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}

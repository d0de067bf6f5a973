using Microsoft.Data.Sqlite;

namespace Kestra.Crash.Databases;

internal sealed class SqliteFile : CrashDatabase
{
    public override IReadOnlyList<string> Configuration(string folder) =>
    [
        $"datasources.h2.url: 'jdbc:h2:file:{Path.Combine(folder, "data", "database")}'",
        "datasources.h2.username: sa",
        "datasources.h2.password: ''",
        "datasources.h2.driver-class-name: org.h2.Driver",
        "kestra.repository.type: h2",
        "kestra.queue.type: h2",
    ];

    public static string FileOf(string folder) => Path.Combine(folder, "data", "database.db");

    public override Task<IReadOnlyList<string>> WorkingRowsAsync(string folder)
    {
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={FileOf(folder)};Mode=ReadOnly;Pooling=False");
        connection.Open();
        var tables = Rows(connection, "SELECT name FROM sqlite_master WHERE type = 'table'").ToHashSet(StringComparer.Ordinal);
        return Task.FromResult<IReadOnlyList<string>>(
        [
            .. WorkingTables.Where(tables.Contains)
                .Select(table => (table, Rows: Rows(connection, table == "execution" ? "SELECT id FROM execution WHERE ended = 0" : $"SELECT * FROM {table}")))
                .Where(static one => one.Rows.Count > 0)
                .Select(static one => $"{one.Rows.Count} rows left in {one.table}, for example {one.Rows[0]}"),
        ]);
    }

    private static List<string> Rows(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The texts are those above.
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(reader.GetValue(0).ToString()!);
        }

        return rows;
    }
}

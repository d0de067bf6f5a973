using Microsoft.Data.Sqlite;

namespace Kestra.Storage.Sqlite;

/// <summary>One connection with its prepared statements, used by one thread at a time.</summary>
/// <param name="observe">Sees every statement before it runs.</param>
internal sealed class Session(SqliteConnection connection, Action<string>? observe = null) : IDisposable
{
    private const int StatementLimit = 200;

    // A statement keeps what was bound to it last, here and once more in the database's library.
    private const int LargestKept = 1024 * 1024;

    private readonly Dictionary<string, SqliteCommand> statements = new(StringComparer.Ordinal);

    /// <summary>Runs a statement with positional parameters <c>$0</c>, <c>$1</c>, ….</summary>
    /// <returns>Rows changed.</returns>
    public int Run(string sql, params ReadOnlySpan<object?> values)
    {
        foreach (var value in values)
        {
            if (value is byte[] { Length: > LargestKept })
            {
                using var once = Create(sql, values.Length);
                return Bind(once, sql, values).ExecuteNonQuery();
            }
        }

        return Prepared(sql, values).ExecuteNonQuery();
    }

    public T? Single<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Prepared(sql, values).ExecuteReader();
        return reader.Read() ? read(reader) : default;
    }

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Prepared(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>The connection is not to be used again.</summary>
    public bool IsBroken { get; set; }

    public void Rollback()
    {
        // A statement that broke the transaction may have rolled it back already.
        if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle!) != 0)
        {
            return;
        }

        try
        {
            Run("ROLLBACK");
        }
        catch (SqliteException)
        {
            // What led here is what the caller learns; closing the connection rolls back as well.
            IsBroken = true;
        }
    }

    public void Dispose()
    {
        foreach (var statement in statements.Values)
        {
            statement.Dispose();
        }

        connection.Dispose();
    }

    private SqliteCommand Prepared(string sql, ReadOnlySpan<object?> values)
    {
        if (!statements.TryGetValue(sql, out var command))
        {
            command = Prepare(sql, values.Length);
        }

        return Bind(command, sql, values);
    }

    private SqliteCommand Bind(SqliteCommand command, string sql, ReadOnlySpan<object?> values)
    {
        observe?.Invoke(sql);
        for (var index = 0; index < values.Length; index++)
        {
            command.Parameters[index].Value = values[index] ?? DBNull.Value;
        }

        return command;
    }

    private SqliteCommand Prepare(string sql, int parameters)
    {
        if (statements.Count >= StatementLimit)
        {
            foreach (var old in statements.Values)
            {
                old.Dispose();
            }

            statements.Clear();
        }

        return statements[sql] = Create(sql, parameters);
    }

    // The texts come from this assembly; values are always parameters.
#pragma warning disable CA2100
    private SqliteCommand Create(string sql, int parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var index = 0; index < parameters; index++)
        {
            command.Parameters.Add(new SqliteParameter($"${index.ToString(System.Globalization.CultureInfo.InvariantCulture)}", DBNull.Value));
        }

        return command;
    }
#pragma warning restore CA2100
}

using Npgsql;

namespace Kestra.Storage.Postgres;

/// <summary>The connections to one database. What passes by itself comes out as <see cref="StoreUnavailableException"/>.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly NpgsqlDataSource source;

    public PostgresDatabase(PostgresOptions options)
    {
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        var settings = builder.ConnectionStringBuilder;

        // Kestra's columns of dates are computed in the session's time zone, so it must be this one.
        settings.Timezone = "UTC";
        settings.ApplicationName ??= "kestra";

        // Nothing here leaves anything behind in a session, so a connection need not be cleaned, in a transaction of its own, before the next one uses it.
        settings.NoResetOnClose = true;
        if (!settings.ContainsKey("Maximum Pool Size"))
        {
            settings.MaxPoolSize = options.PoolSize;
        }

        if (!settings.ContainsKey("Timeout"))
        {
            settings.Timeout = (int)Math.Clamp(Math.Ceiling(options.ConnectionTimeout.TotalSeconds), 1, 1024);
        }

        if (!settings.ContainsKey("Max Auto Prepare"))
        {
            settings.MaxAutoPrepare = 100;
            settings.AutoPrepareMinUsages = 2;
        }

        source = builder.Build();
        Schema = options.EngineSchema;
    }

    /// <summary>The schema of the engine's tables; a plain name, so it needs no quotes.</summary>
    public string Schema { get; }

    /// <summary>Runs work on one connection.</summary>
    /// <exception cref="StoreUnavailableException">The database can't be reached or can't take the work now.</exception>
    public Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken) => Faults.TranslateAsync(async () =>
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await work(connection);
    });

    public Task<List<T>> QueryAsync<T>(string sql, Func<NpgsqlDataReader, T> read, object?[] values, CancellationToken cancellationToken) =>
        RunAsync(connection => QueryAsync(connection, sql, read, values, cancellationToken), cancellationToken);

    public async Task<T?> SingleAsync<T>(string sql, Func<NpgsqlDataReader, T> read, object?[] values, CancellationToken cancellationToken) =>
        await QueryAsync(sql, read, values, cancellationToken) is [var only, ..] ? only : default;

    /// <returns>Rows changed.</returns>
    public Task<int> ExecuteAsync(string sql, object?[] values, CancellationToken cancellationToken) =>
        RunAsync(connection => ExecuteAsync(connection, sql, values, cancellationToken), cancellationToken);

    public static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, object?[] values, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static async Task<List<T>> QueryAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, object?[] values, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>A connection of its own, for what lasts.</summary>
    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => source.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => source.DisposeAsync();

    // The texts come from this assembly; values are always parameters.
#pragma warning disable CA2100
    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object?[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }

        return command;
    }
#pragma warning restore CA2100
}

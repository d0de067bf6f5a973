using System.Text;
using Npgsql;

namespace Kestra.Storage.Postgres.Schema;

/// <summary>
/// Brings a database to what this program works on. Kestra's tables are created in an empty schema only, and otherwise
/// just recognised; the engine's tables are ours to migrate. The same lock as Kestra's own migrations take keeps all others out.
/// </summary>
internal sealed class SchemaMigration(PostgresDatabase database, PostgresOptions options, TimeProvider time)
{
    private const long FlywayKey = 77431708279161;

    /// <summary>Steps of the engine's schema, oldest first. One that was released is never changed.</summary>
    private static readonly string[] EngineSteps = ["engine-1.sql", "engine-2.sql", "engine-3.sql", "engine-4.sql", "engine-5.sql", "engine-6.sql"];

    public Task RunAsync(CancellationToken cancellationToken) => database.RunAsync(
        async connection =>
        {
            var schema = await TextAsync(connection, "SELECT current_schema()", cancellationToken)
                ?? throw new StoreIncompatibleException("The search path of the connection names no schema that exists. Create it, or set currentSchema in the address of the database.");
            if (await IsCurrentAsync(connection, schema, cancellationToken))
            {
                return true;
            }

            if (!options.Migrate)
            {
                throw new StoreIncompatibleException("The tables of the database are not complete, and flyway.datasources.postgres.enabled=false keeps a start from creating them. Run 'kestra sys database migrate'.");
            }

            var key = LockKey(schema);
            await LockAsync(connection, key, cancellationToken);
            try
            {
                await MigrateKestraAsync(connection, schema, cancellationToken);
                await MigrateEngineAsync(connection, schema, cancellationToken);
            }
            finally
            {
                await UnlockAsync(connection, key);
            }

            return true;
        },
        cancellationToken);

    /// <summary>The key under which Kestra's migrations lock a schema: a constant and the hash of the history table's quoted name.</summary>
    internal static long LockKey(string schema)
    {
        var hash = 0;
        foreach (var character in $"\"{schema}\".\"flyway_schema_history\"")
        {
            hash = unchecked((31 * hash) + character);
        }

        return FlywayKey + hash;
    }

    // The usual start: nothing to do, so nobody has to be kept out.
    private async Task<bool> IsCurrentAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(connection, schema, "flyway_schema_history", cancellationToken) || !await ExistsAsync(connection, database.Schema, "migration", cancellationToken))
        {
            return false;
        }

        await VerifyAsync(connection, schema, cancellationToken);
        return await EngineVersionAsync(connection, cancellationToken) == EngineSteps.Length;
    }

    private async Task LockAsync(NpgsqlConnection connection, long key, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (await ScalarAsync<bool>(connection, "SELECT pg_try_advisory_lock($1)", cancellationToken, key))
            {
                return;
            }

            if (attempt >= options.LockRetries)
            {
                throw new StoreIncompatibleException($"Another process has held the lock for migrations of this database for {options.LockRetries} seconds. Wait until its migration is through, or end that process.");
            }

            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
        }
    }

    // A connection that broke has lost the lock with it.
    private static async Task UnlockAsync(NpgsqlConnection connection, long key)
    {
        if (connection.FullState.HasFlag(System.Data.ConnectionState.Open))
        {
            await ScalarAsync<bool>(connection, "SELECT pg_advisory_unlock($1)", CancellationToken.None, key);
        }
    }

    private async Task MigrateKestraAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        if (await ExistsAsync(connection, schema, "flyway_schema_history", cancellationToken))
        {
            await VerifyAsync(connection, schema, cancellationToken);
        }
        else if (await ScalarAsync<bool>(connection, "SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident($1)) AND relkind IN ('r', 'p', 'v', 'm'))", cancellationToken, schema))
        {
            throw new StoreIncompatibleException($"The schema '{schema}' holds tables but no history of Kestra's migrations. Use an empty schema, or restore the table flyway_schema_history.");
        }
        else
        {
            await CreateAsync(connection, cancellationToken);
        }
    }

    private async Task CreateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, Script("kestra-1.0.sql"), cancellationToken);

        // The rows that Kestra's own migrations would have left, so that they find nothing to do.
        var all = KestraMigrations.All;
        await ExecuteAsync(
            connection,
            """
            INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
            SELECT place, version, description, 'SQL', script, checksum, current_user, $5, true
            FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS given (version, description, script, checksum, place) ORDER BY place
            """,
            cancellationToken,
            all.Select(static one => one.Version).ToArray(),
            all.Select(static one => one.Description).ToArray(),
            all.Select(static one => one.Script).ToArray(),
            all.Select(static one => one.Checksum).ToArray(),
            (int)time.GetElapsedTime(started).TotalMilliseconds / all.Count);
        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task VerifyAsync(NpgsqlConnection connection, string schema, CancellationToken cancellationToken)
    {
        if (await ExistsAsync(connection, schema, "kestra_migration_history", cancellationToken)
            && await ScalarAsync<bool>(connection, "SELECT EXISTS (SELECT FROM kestra_migration_history WHERE script_id LIKE '2.%')", cancellationToken))
        {
            throw new StoreIncompatibleException("The database belongs to Kestra 2.0 or newer, from which there is no way back. Restore the backup made before that upgrade, or use a newer version of this program.");
        }

        var applied = await PostgresDatabase.QueryAsync(
            connection,
            "SELECT version, checksum, success FROM flyway_schema_history WHERE version IS NOT NULL",
            static row => new AppliedMigration(row.GetString(0), row.IsDBNull(1) ? null : row.GetInt32(1), row.GetBoolean(2)),
            [],
            cancellationToken);
        if (Objection(applied) is { } objection)
        {
            throw new StoreIncompatibleException(objection);
        }
    }

    /// <summary>What keeps a database with this history from being taken over as it is; null when nothing does.</summary>
    internal static string? Objection(IReadOnlyList<AppliedMigration> applied)
    {
        if (applied.FirstOrDefault(static one => !one.Success) is { } failed)
        {
            return $"The migration {failed.Version} of the database failed half-way. Remove what it left, delete its row in flyway_schema_history, and run the migration again.";
        }

        if (applied.FirstOrDefault(static one => KestraMigrations.IsNewer(one.Version)) is { } newer)
        {
            return $"The database is of Kestra 1.1 or newer (migration {newer.Version}); this program works on that of 1.0. Restore the backup made before that upgrade, or use a newer version of this program.";
        }

        var byVersion = applied.ToLookup(static one => one.Version, StringComparer.Ordinal);
        var missing = KestraMigrations.All.Where(one => !byVersion.Contains(one.Version)).Select(static one => one.Version).ToList();
        if (missing.Count > 0)
        {
            return $"The database is older than Kestra 1.0: {missing.Count} migrations are missing ({string.Join(", ", missing)}). Back it up and run 'kestra sys database migrate'.";
        }

        var changed = KestraMigrations.All.FirstOrDefault(one => !KestraMigrations.Unconfirmed.Contains(one.Version) && byVersion[one.Version].Any(row => row.Checksum is { } sum && sum != one.Checksum));
        return changed is null
            ? null
            : $"The migration {changed.Version} of the database is not the released one (checksum {byVersion[changed.Version].First().Checksum}, expected {changed.Checksum}), so its tables may differ. It was made by a development build, or its history was edited.";
    }

    private async Task MigrateEngineAsync(NpgsqlConnection connection, string kestra, CancellationToken cancellationToken)
    {
        var schema = database.Schema;
        await ExecuteAsync(
            connection,
            $"""
            CREATE SCHEMA IF NOT EXISTS {schema};
            CREATE TABLE IF NOT EXISTS {schema}.migration (version integer PRIMARY KEY, script text NOT NULL, installed_by text NOT NULL DEFAULT current_user, installed_on timestamptz NOT NULL DEFAULT now());
            """,
            cancellationToken);
        var version = await EngineVersionAsync(connection, cancellationToken);
        if (version > EngineSteps.Length)
        {
            throw new StoreIncompatibleException($"The schema '{schema}' has version {version}, which is newer than this program's {EngineSteps.Length}. Use the newer program, or restore the backup made before the upgrade.");
        }

        for (var step = version; step < EngineSteps.Length; step++)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, $"SET LOCAL search_path = {schema}, {new NpgsqlCommandBuilder().QuoteIdentifier(kestra)}; " + Script(EngineSteps[step]).Replace("{schema}", schema, StringComparison.Ordinal), cancellationToken);
            await ExecuteAsync(connection, $"INSERT INTO {schema}.migration (version, script) VALUES ($1, $2)", cancellationToken, step + 1, EngineSteps[step]);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private Task<int> EngineVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        ScalarAsync<int>(connection, $"SELECT coalesce(max(version), 0) FROM {database.Schema}.migration", cancellationToken);

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string schema, string table, CancellationToken cancellationToken) =>
        await ScalarAsync<bool>(connection, "SELECT to_regclass(quote_ident($1) || '.' || quote_ident($2)) IS NOT NULL", cancellationToken, schema, table);

    private static string Script(string name)
    {
        using var reader = new StreamReader(typeof(SchemaMigration).Assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static async Task<string?> TextAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken) =>
        (await PostgresDatabase.QueryAsync(connection, sql, static row => row.IsDBNull(0) ? null : row.GetString(0), [], cancellationToken))[0];

    private static async Task<T> ScalarAsync<T>(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object?[] values) =>
        (await PostgresDatabase.QueryAsync(connection, sql, static row => row.GetFieldValue<T>(0), values, cancellationToken))[0];

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object?[] values) =>
        await PostgresDatabase.ExecuteAsync(connection, sql, values, cancellationToken);
}

internal sealed record AppliedMigration(string Version, int? Checksum, bool Success);

using System.Text.RegularExpressions;

namespace Kestra.Storage.Postgres;

/// <summary>Where the database is and how it is used.</summary>
public sealed partial record PostgresOptions
{
    private readonly string engineSchema = "kestra_engine";

    /// <summary>A connection string of Npgsql; <see cref="PostgresAddress"/> makes one from the addresses that Kestra's configuration holds.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The schema of the engine's own tables. Installations that share a database in schemas of their own need one each.</summary>
    /// <exception cref="ArgumentException">Not a plain lower-case name.</exception>
    public string EngineSchema
    {
        get => engineSchema;
        init => engineSchema = NamePattern().IsMatch(value) ? value : throw new ArgumentException($"'{value}' is not a plain name of a schema: lower-case letters, digits and underscores", nameof(value));
    }

    /// <summary>Connections at the same time, if the connection string does not say.</summary>
    public int PoolSize { get; init; } = 10;

    /// <summary>How long a connection is waited for, if the connection string does not say.</summary>
    public TimeSpan ConnectionTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether missing tables are created; otherwise a database that is not ready is refused.</summary>
    public bool Migrate { get; init; } = true;

    /// <summary>How often a migration that another process holds the lock of is tried, a second apart.</summary>
    public int LockRetries { get; init; } = 50;

    /// <summary>Wait before a lost connection for hints is opened again; doubles up to 30 seconds.</summary>
    public TimeSpan HintRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Told when the connection for hints was lost. Without hints everything goes on by polling.</summary>
    public Action<Exception>? HintsLost { get; init; }

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}

using Kestra.Hosting.Liveness;

namespace Kestra.Hosting.Configuration;

/// <summary>The settings that the life of a server process depends on, read and checked once.</summary>
public sealed record ServerSettings
{
    public required ServerType Type { get; init; }

    /// <summary>Port of UI and API; 0 lets the system choose.</summary>
    public required int Port { get; init; }

    /// <summary>Address that UI and API listen on; loopback unless configured.</summary>
    public required string Host { get; init; }

    /// <summary>Port of the health endpoints; 0 lets the system choose.</summary>
    public required int ManagementPort { get; init; }

    public required bool ManagementEnabled { get; init; }

    /// <summary>Prefix of the management paths; <c>/</c> by default.</summary>
    public required string ManagementPath { get; init; }

    /// <summary>Credentials of the management endpoints; null leaves them open.</summary>
    public required (string Username, string Password)? ManagementCredentials { get; init; }

    /// <summary>Prefix of UI and API; empty by default, otherwise it begins with a slash and ends without.</summary>
    public required string ContextPath { get; init; }

    /// <summary>Public address without <c>/ui</c> or <c>/api</c>; null when not configured.</summary>
    public required Uri? Url { get; init; }

    /// <summary>How long a stopping server waits for running tasks.</summary>
    public TimeSpan TerminationGracePeriod => Services.Config.TerminationGracePeriod.ToTimeSpan();

    /// <summary>How the services of this process take part in the cluster.</summary>
    public required ServiceSettings Services { get; init; }

    /// <summary>Jobs that a worker runs at the same time; 0 runs no worker.</summary>
    public required int WorkerThreads { get; init; }

    /// <summary>The group whose jobs the worker takes; null is the one of workers without a group.</summary>
    public string? WorkerGroup { get; init; }

    /// <summary>The worker groups that there are; null when they are not declared, so that any may be named.</summary>
    public IReadOnlyList<string>? DeclaredWorkerGroups { get; init; }

    /// <summary>Folder of internal storage on disk.</summary>
    public required string StorageFolder { get; init; }

    /// <summary>Where flows and executions are kept.</summary>
    public required DatabaseSettings Database { get; init; }

    /// <summary>Base folder of the working directories of tasks; null is the system's.</summary>
    public required string? TemporaryFolder { get; init; }
}

/// <summary>The database of the installation.</summary>
public abstract record DatabaseSettings
{
    private DatabaseSettings()
    {
    }

    /// <summary>How people and health answers name it; holds no credentials.</summary>
    public abstract string Name { get; }

    /// <param name="File">Path of the file.</param>
    public sealed record Embedded(string File) : DatabaseSettings
    {
        public override string Name => File;
    }

    /// <param name="Address">As configured: <c>jdbc:postgresql://host:5432/database?…</c>.</param>
    /// <param name="MaxConnections">Connections of this process at most.</param>
    /// <param name="Migrate">Whether a start may create what is missing (<c>flyway.datasources.postgres.enabled</c>).</param>
    public sealed record Postgres(string Address, string? Username, string? Password, int MaxConnections, bool Migrate = true) : DatabaseSettings
    {
        // Parameters may hold a password, and so may what stands before the host.
        public override string Name => Address.Split('?')[0] is var place && place.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at
            ? place[..(place.IndexOf("//", StringComparison.Ordinal) + 2)] + place[(at + 1)..]
            : place;

        // A record would print the password.
        public override string ToString() => Name;
    }
}

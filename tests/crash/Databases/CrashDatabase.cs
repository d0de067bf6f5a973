namespace Kestra.Crash.Databases;

/// <summary>The database under a server that is killed, and how the rig looks into it.</summary>
internal abstract class CrashDatabase : IAsyncDisposable
{
    // Those that a version does not have (yet) are not looked for. The lease, the schema's history and the registers of services stay.
    protected static readonly string[] WorkingTables = ["execution", "journal", "timer", "slot", "command", "worker_job", "job", "job_result", "queue"];

    /// <summary>Lines of the configuration, for servers whose files lie in a folder.</summary>
    public abstract IReadOnlyList<string> Configuration(string folder);

    /// <summary>Rows left in working tables, each as a sentence.</summary>
    public abstract Task<IReadOnlyList<string>> WorkingRowsAsync(string folder);

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <param name="name"><c>sqlite</c> or <c>postgres</c>.</param>
    public static async Task<CrashDatabase> OpenAsync(string name) => name switch
    {
        "sqlite" => new SqliteFile(),
        "postgres" => await PostgresDatabase.StartAsync(),
        _ => throw new ArgumentException($"'{name}' is neither sqlite nor postgres.", nameof(name)),
    };
}

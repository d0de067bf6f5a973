namespace Kestra.Cli.Composition;

/// <summary>Which parts of the server one process runs.</summary>
[Flags]
public enum ServerParts
{
    None = 0,
    Executor = 1,
    Worker = 2,
    Scheduler = 4,
    Webserver = 8,

    /// <summary>The port of health and metrics.</summary>
    Management = 16,

    /// <summary>Has nothing to do, because logs are written where they arise; known to the cluster all the same.</summary>
    Indexer = 32,

    /// <summary>What runs flows, without any port.</summary>
    Embedded = Executor | Worker | Scheduler,

    All = Embedded | Indexer | Webserver | Management,
}

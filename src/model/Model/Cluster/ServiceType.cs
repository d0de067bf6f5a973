namespace Kestra.Model.Cluster;

/// <summary>The parts of a server, of which a process runs one or several. The names are those of the database.</summary>
public enum ServiceType
{
    EXECUTOR,
    INDEXER,
    SCHEDULER,
    WEBSERVER,
    WORKER,
}

/// <summary>Whether a process runs all parts or one role.</summary>
public enum ServerKind
{
    STANDALONE,
    SERVER,
}

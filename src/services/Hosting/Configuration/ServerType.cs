namespace Kestra.Hosting.Configuration;

/// <summary>What a process runs; the names are values of <c>kestra.server-type</c>.</summary>
public enum ServerType
{
    Standalone,
    Webserver,
    Executor,
    Worker,
    Scheduler,
    Indexer,
}

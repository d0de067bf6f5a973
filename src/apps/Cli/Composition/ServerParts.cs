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

    /// <summary>What runs flows, without any port.</summary>
    Embedded = Executor | Worker | Scheduler,

    All = Embedded | Webserver | Management,
}

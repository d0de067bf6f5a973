namespace Kestra.Webserver;

/// <summary>Settings of the web server.</summary>
public sealed record WebserverOptions
{
    /// <summary>Public address for links, without trailing slash; empty gives links without host.</summary>
    public string Url { get; init; } = "";

    /// <summary>Credentials of the configuration (<c>kestra.server.basic-auth.username</c>, <c>.password</c>); they win over stored ones. Null: those of the set-up call.</summary>
    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>Whether the API asks for credentials. Switch off only where the port can't be reached by others.</summary>
    public bool Authentication { get; init; } = true;

    public string Realm { get; init; } = "Kestra";

    /// <summary>Largest body of a request, in bytes. Files are streamed, so the limit protects the disk, not the memory.</summary>
    public long MaxRequestBytes { get; init; } = 10L * 1024 * 1024 * 1024;

    /// <summary>Largest body that is not a file (a flow, JSON, the body of a webhook), in bytes.</summary>
    public long MaxTextBytes { get; init; } = 50L * 1024 * 1024;

    /// <summary>Executions that one call by ids or by query may change.</summary>
    public int MaxBulkSize { get; init; } = 100_000;

    /// <summary>Rows of a file preview when the caller names no number.</summary>
    public int PreviewInitialRows { get; init; } = 100;

    /// <summary>Rows of a file preview at most.</summary>
    public int PreviewMaxRows { get; init; } = 5000;

    public string SystemNamespace { get; init; } = "system";
}

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

    /// <summary>Largest body of a request, in bytes. Files are streamed, so the limit protects the disk, not the memory.</summary>
    public long MaxRequestBytes { get; init; } = 10L * 1024 * 1024 * 1024;

    /// <summary>Largest body that is not a file (a flow, JSON, the body of a webhook), in bytes.</summary>
    public long MaxTextBytes { get; init; } = 50L * 1024 * 1024;

    /// <summary>Largest value of one input in a multipart body that is no file, in bytes.</summary>
    public int MaxValueBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Parts of one multipart body.</summary>
    public int MaxParts { get; init; } = 10_000;

    /// <summary>Requests in work at the same time, streams and waiting calls included; further ones are told to come back.</summary>
    public int MaxConcurrentRequests { get; init; } = 10_000;

    /// <summary>Files of one archive that is unpacked.</summary>
    public int MaxArchiveEntries { get; init; } = 100_000;

    /// <summary>Bytes that one archive may have unpacked.</summary>
    public long MaxArchiveBytes { get; init; } = 10L * 1024 * 1024 * 1024;

    /// <summary>Executions that one call by ids or by query may change.</summary>
    public int MaxBulkSize { get; init; } = 100_000;

    /// <summary>How long a stream of logs stays open after the execution has ended.</summary>
    public TimeSpan StreamPatience { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>How long a stream waits for an execution that does not exist yet.</summary>
    public TimeSpan FollowPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Rows of a file preview when the caller names no number.</summary>
    public int PreviewInitialRows { get; init; } = 100;

    /// <summary>Rows of a file preview at most.</summary>
    public int PreviewMaxRows { get; init; } = 5000;

    /// <summary>Bytes of a text preview; the rest is cut off.</summary>
    public int PreviewTextBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>Largest picture or PDF that is shown as a preview, in bytes.</summary>
    public int PreviewBinaryBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Names of the secrets that the environment brings (<c>SECRET_NAME</c> without its prefix); their values never pass here.</summary>
    public IReadOnlyList<string> SecretNames { get; init; } = [];

    /// <summary>Whether answers tell other origins to keep out when the server is addressed as this machine. Off only where a proxy checks it.</summary>
    public bool CheckOrigin { get; init; } = true;

    /// <summary>Name and colour that the UI shows for this installation; null shows none.</summary>
    public string? EnvironmentName { get; init; }

    public string? EnvironmentColor { get; init; }

    public string SystemNamespace { get; init; } = "system";
}

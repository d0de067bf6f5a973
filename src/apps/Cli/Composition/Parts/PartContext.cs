using Kestra.Hosting.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Cli.Composition.Parts;

/// <summary>What the parts of a server are put together from.</summary>
internal sealed record PartContext(IServiceCollection Services, KestraConfiguration Configuration, ServerSettings Settings, ServerParts Parts)
{
    /// <summary>
    /// Whether this process is a member of the cluster. A command that runs a flow in the embedded database for itself is not:
    /// nobody could meet it there.
    /// </summary>
    public bool IsMember => (Parts & ~ServerParts.Management) != ServerParts.None
        && (Has(ServerParts.Management) || Settings.Database is DatabaseSettings.Postgres);

    /// <summary>Service id of the worker of this process.</summary>
    public string WorkerId { get; } = Guid.NewGuid().ToString();

    /// <summary>Whether other processes may share the database.</summary>
    public bool IsShared => Settings.Database is DatabaseSettings.Postgres;

    public bool HasWorker => Has(ServerParts.Worker) && Settings.WorkerThreads > 0;

    public bool Has(ServerParts part) => Parts.HasFlag(part);
}

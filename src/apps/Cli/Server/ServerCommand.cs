using System.CommandLine;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;

namespace Kestra.Cli.Server;

/// <summary><c>server standalone</c> and <c>server local</c>: all parts in this process.</summary>
/// <param name="isLocal">Keeps everything in one folder below the current one, whatever is configured.</param>
internal sealed class ServerCommand(string name, string description, bool isLocal) : KestraCommand(name, description)
{
    private readonly ServerOptions options = new();

    public ServerCommand WithOptions()
    {
        foreach (var option in options.All)
        {
            Add(option);
        }

        return this;
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        options.RefuseUnsupported(invocation);
        var builder = invocation.Common.Configuration(invocation.Parsed, invocation.Host).Force("kestra.server-type", "STANDALONE");
        if (isLocal)
        {
            builder.ForceLocal(invocation.Host.CurrentFolder);
        }

        options.Force(builder, invocation);
        var configuration = builder.Build();
        var flows = invocation.Get(options.FlowPath) is { } path ? invocation.Host.FullPath(path) : null;
        if (flows is not null && !File.Exists(flows) && !Directory.Exists(flows))
        {
            throw new UsageException("Invalid flow path");
        }

        return await new ServerRun(invocation, configuration, ServerType.Standalone, invocation.Get(options.NoIndexer) ? ServerParts.All & ~ServerParts.Indexer : ServerParts.All).RunAsync(flows);
    }
}

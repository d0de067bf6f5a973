using System.CommandLine;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;

namespace Kestra.Cli.Server.Roles;

/// <summary><c>server webserver</c>: UI and API.</summary>
internal sealed class WebserverCommand() : ServerRoleCommand("webserver", "Start the Kestra webserver", ServerType.Webserver)
{
    private readonly Setting<bool> noTutorials = ServerOptions.Tutorials();
    private readonly Setting<bool> noIndexer = ServerOptions.Indexer();

    protected override IReadOnlyList<Option> Own => [noTutorials, noIndexer, ServerOptions.IndexerRecords()];

    protected override ServerParts Parts(Invocation invocation) => invocation.Get(noIndexer) ? ServerParts.Webserver : ServerParts.Webserver | ServerParts.Indexer;

    protected override void Force(ConfigurationBuilder builder, Invocation invocation)
    {
        if (invocation.Get(noTutorials))
        {
            builder.Force("kestra.tutorial-flows.enabled", "false");
        }
    }
}

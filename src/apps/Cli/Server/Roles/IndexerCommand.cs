using System.CommandLine;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;

namespace Kestra.Cli.Server.Roles;

/// <summary><c>server indexer</c>: kept for installations that start one; there is nothing to index.</summary>
internal sealed class IndexerCommand() : ServerRoleCommand("indexer", "Start the Kestra indexer", ServerType.Indexer)
{
    protected override IReadOnlyList<Option> Own => [ServerOptions.IndexerRecords()];

    protected override ServerParts Parts(Invocation invocation) => ServerParts.Indexer;
}

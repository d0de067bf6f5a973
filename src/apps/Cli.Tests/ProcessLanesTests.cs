using Kestra.Cli.Composition;

namespace Kestra.Cli.Tests;

public sealed class ProcessLanesTests
{
    [Fact]
    public void A_server_with_all_parts_and_an_indexer_lack_nothing()
    {
        ProcessLanes.Missing(ServerParts.All).ShouldBeEmpty();
        ProcessLanes.Missing(ServerParts.Embedded).ShouldBeEmpty();
        ProcessLanes.Missing(ServerParts.Indexer | ServerParts.Management).ShouldBeEmpty();
    }
}

using Kestra.Hosting.Configuration;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Hosting.Liveness;
using Kestra.Hosting.Tests.Liveness;
using Kestra.Model.Cluster;

namespace Kestra.Hosting.Tests;

/// <summary>Servers that count the shards of triggers differently never run beside each other.</summary>
public sealed class ShardAgreementTests : IDisposable
{
    private readonly Cluster cluster = new();

    public void Dispose() => cluster.Dispose();

    [Fact]
    public async Task Servers_that_count_alike_join()
    {
        await JoinAsync(4);
        await cluster.Start("a").AddAsync(ServiceType.SCHEDULER, "a");
        await JoinAsync(4);
    }

    [Fact]
    public async Task A_server_that_counts_differently_is_refused_while_another_lives()
    {
        await JoinAsync(4);
        await cluster.Start("a").AddAsync(ServiceType.WEBSERVER, "a");

        var refused = await Should.ThrowAsync<ConfigurationException>(() => JoinAsync(8));
        refused.Message.ShouldBe("The configuration property 'kestra.scheduler.shards' is 8, and the servers that run on this database share their triggers in 4 parts (one of them is WEBSERVER a on host-a). Set it to 4, or stop all servers before the first one starts with 8.");
        await JoinAsync(4);
    }

    [Fact]
    public async Task When_none_lives_the_first_decides()
    {
        await JoinAsync(4);
        await cluster.Start("a").AddAsync(ServiceType.SCHEDULER, "a");
        cluster.Time.Advance(46);

        await JoinAsync(8);

        cluster.Lines.ShouldContain("The triggers of this database were shared in 4 parts, and are from now on in 8: no other server runs");
        await cluster.Start("b").AddAsync(ServiceType.SCHEDULER, "b");
        await Should.ThrowAsync<ConfigurationException>(() => JoinAsync(4));
    }

    private Task JoinAsync(int count) =>
        new ShardAgreement(cluster.Settings, new ClusterMembers(cluster.Repository, cluster.Time), new SchedulerShards(count), cluster.Logger<ShardAgreement>()).JoinAsync(CancellationToken.None);
}

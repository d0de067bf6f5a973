using System.Globalization;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Liveness;
using Kestra.Storage.Cluster;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Lanes.Remote;

/// <summary>
/// All processes on a database count the shards of triggers alike, or a trigger would be fired by two of them, or by none. The
/// number is stored; another one is taken over by the first server that starts when none is alive.
/// </summary>
public sealed partial class ShardAgreement(ISettingRepository settings, ClusterMembers members, SchedulerShards shards, ILogger<ShardAgreement> logger)
{
    private const string Key = "kestra.scheduler.shards";

    /// <summary>Called before this process is a member of the cluster.</summary>
    /// <exception cref="ConfigurationException">The servers that run count them differently.</exception>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        var ours = shards.Count.ToString(CultureInfo.InvariantCulture);
        var stored = await settings.SaveIfAbsentAsync(Key, ours, cancellationToken);
        if (stored == ours)
        {
            return;
        }

        var living = await members.LivingAsync(cancellationToken);
        if (living.Count > 0)
        {
            throw new ConfigurationException(
                $"The configuration property '{Key}' is {ours}, and the servers that run on this database share their triggers in {stored} parts (one of them is {living[0].Type} {living[0].Id} on {living[0].Server.Hostname}). Set it to {stored}, or stop all servers before the first one starts with {ours}.");
        }

        await settings.SaveAsync(Key, ours, cancellationToken);
        LogChanged(stored, ours);
    }

    [LoggerMessage(LogLevel.Warning, "The triggers of this database were shared in {Former} parts, and are from now on in {Count}: no other server runs")]
    private partial void LogChanged(string former, string count);
}

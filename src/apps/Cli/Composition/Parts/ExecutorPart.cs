using Kestra.Executor;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Liveness;
using Kestra.Model.Cluster;
using Kestra.Scheduler;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kestra.Cli.Composition.Parts;

/// <summary>What decides executions, and looks after the services of the cluster.</summary>
internal static class ExecutorPart
{
    // How long the executions of a server that died wait for one that stands by.
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(10);

    // An execution that ends sooner is written to Kestra's table once instead of twice.
    private static readonly TimeSpan ListDelay = TimeSpan.FromMilliseconds(200);

    public static void Add(PartContext context)
    {
        if (!context.Has(ServerParts.Executor))
        {
            return;
        }

        var id = Guid.NewGuid().ToString();
        MembershipPart.AddMember(context, ServiceType.EXECUTOR, id, ready: static provider => provider.GetRequiredService<ExecutorService>().Ready);

        // Only one process at a time can have the embedded database, so a restart may take its own lease back at once.
        var owner = context.Settings.Database is DatabaseSettings.Embedded ? "embedded" : id;
        var listDelay = context.Settings.Database is DatabaseSettings.Postgres ? ListDelay : TimeSpan.Zero;
        context.Services.AddKestraExecutor(new ExecutorIdentity(owner), options =>
        {
            options.LeaseTimeToLive = LeaseTime;
            options.ListDelay = listDelay;
        });
        context.Services.AddSingleton<IHostedService, OwnershipGate>();
        context.Services.AddKestraFlowTriggers();
        if (context.IsMember)
        {
            context.Services.AddKestraCoordinator();
        }
    }
}

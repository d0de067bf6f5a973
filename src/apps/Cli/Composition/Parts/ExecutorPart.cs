using Kestra.Executor;
using Kestra.Executor.Jobs;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Liveness;
using Kestra.Model.Cluster;
using Kestra.Scheduler;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Cli.Composition.Parts;

/// <summary>What decides executions, and looks after the services of the cluster.</summary>
internal static class ExecutorPart
{
    // How long the executions of a server that died wait for one that stands by.
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(10);

    // An execution that ends sooner is written to Kestra's table once instead of twice.
    private static readonly TimeSpan ListDelay = TimeSpan.FromMilliseconds(200);

    // There a transaction is the dearest part of a short execution.
    private static readonly TimeSpan GatherDelay = TimeSpan.FromMilliseconds(2);

    public static void Add(PartContext context)
    {
        var id = Guid.NewGuid().ToString();
        if (!context.Has(ServerParts.Executor))
        {
            if ((context.Parts & (ServerParts.Worker | ServerParts.Scheduler | ServerParts.Webserver)) != ServerParts.None)
            {
                context.Services.AddKestraExecutionAccess(new ExecutorIdentity(id));
            }

            return;
        }

        MembershipPart.AddMember(context, ServiceType.EXECUTOR, id, ready: static provider => provider.GetRequiredService<ExecutorService>().Ready);

        // Only one process at a time can have the embedded database, so a restart may take its own lease back at once.
        var owner = context.Settings.Database is DatabaseSettings.Embedded ? "embedded" : id;
        var (listDelay, gatherDelay) = context.Settings.Database is DatabaseSettings.Postgres ? (ListDelay, GatherDelay) : default;
        if (context is { IsShared: true, IsMember: true })
        {
            AddPresence(context);
        }

        var skipped = SkipSettings.Read(context.Configuration);
        context.Services.AddKestraExecutor(new ExecutorIdentity(owner), options =>
        {
            options.LeaseTimeToLive = LeaseTime;
            options.ListDelay = listDelay;
            options.GatherDelay = gatherDelay;
            options.Skipped = skipped;
            options.LocalWorkerId = context.HasWorker ? context.WorkerId : null;
            options.LocalWorkerGroup = context.Settings.WorkerGroup;
            options.IsAlone = !context.IsShared;
            options.LocalWorkerThreads = context.Settings.WorkerThreads;
            options.DeclaredWorkerGroups = context.Settings.DeclaredWorkerGroups;
        });
        context.Services.AddSingleton<IHostedService, OwnershipGate>();
        context.Services.AddKestraFlowTriggers();
        if (context.IsMember)
        {
            context.Services.AddKestraCoordinator();
        }
    }

    // It stands before the executor: which workers there are is known before the first decision.
    private static void AddPresence(PartContext context)
    {
        var worker = context.HasWorker ? context.WorkerId : null;
        context.Services.AddSingleton(provider => new WorkerPresence(
            provider.GetRequiredService<ClusterMembers>(), worker, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<WorkerPresence>>()));
        context.Services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<WorkerPresence>());
        context.Services.AddOptions<ExecutorOptions>().Configure<WorkerPresence>(static (options, presence) =>
        {
            options.HasOtherWorkers = () => presence.HasOthers;
            options.HasOtherWorkersIn = presence.HasOthersIn;
        });
    }
}

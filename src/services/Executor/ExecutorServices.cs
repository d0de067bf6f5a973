using Kestra.Engine;
using Kestra.Executor.Following;
using Kestra.Executor.Jobs;
using Kestra.Executor.Loop;
using Kestra.Executor.Reading;
using Kestra.Executor.Subflows;
using Kestra.Hosting.Flows;
using Kestra.Executor.Partitions;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Hosting.Maintenance;
using Kestra.Hosting.Liveness;
using Kestra.Hosting.Programs;
using Kestra.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Kestra.Executor;

/// <summary>Puts the executor together.</summary>
public static class ExecutorServices
{
    /// <summary>
    /// Adds the executor with its lanes. The store, <see cref="EngineEnvironment"/>,
    /// <see cref="StoredFlows"/>, the inputs of flows, clock and ids must be there.
    /// </summary>
    public static IServiceCollection AddKestraExecutor(this IServiceCollection services, ExecutorIdentity identity, Action<ExecutorOptions>? configure = null)
    {
        var options = services.AddOptions<ExecutorOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.Configure<IServiceProvider>(static (settings, provider) => settings.SchedulerElsewhere = key =>
            provider.GetService<ILocalTriggers>()?.Owns(key) == true ? null : provider.GetRequiredService<SchedulerShards>().LaneOf(key));
        options.Configure<IServiceProvider>(static (settings, provider) =>
        {
            if (provider.GetService<MaintenanceMode>() is { } maintenance)
            {
                settings.IsInMaintenance = () => maintenance.IsOn;
            }
        });
        services.AddKestraExecutionAccess(identity);
        services.AddSingleton<ExecutionDecider>();
        services.AddSingleton<WorkerJobQueue>();
        services.AddSingleton<IWorkerJobs>(static provider => provider.GetRequiredService<WorkerJobQueue>());
        services.AddSingleton<IWorkerJobSource>(static provider => provider.GetRequiredService<WorkerJobQueue>());
        services.AddSingleton(static provider => new StateChanges(
            provider.GetRequiredService<ExecutorInbox>(),
            provider.GetRequiredService<OwnedPartitions>(),
            provider.GetRequiredService<IServiceProviderIsService>().IsService(typeof(IExecutionChangeHandler))));
        services.AddSingleton<IExecutionChanges>(static provider => provider.GetRequiredService<StateChanges>());
        services.AddSingleton(static provider => new OwnedPartitions(provider.GetRequiredService<IStore>().Journal.Partitions));
        services.AddSingleton(static provider => new ExecutorInbox(
            Options(provider), provider.GetRequiredService<WorkerJobQueue>(), provider.GetRequiredService<OwnedPartitions>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ILocalExecutions>(static provider => provider.GetRequiredService<ExecutorInbox>());
        services.AddSingleton<ISubflowInputs, SubflowInputs>();
        services.AddSingleton<ILostWorkers>(static provider => new LostWorkers(
            provider.GetRequiredService<IStore>().Jobs,
            provider.GetRequiredService<IExecutionCommands>(),
            provider.GetRequiredService<ITriggerResults>(),
            provider.GetRequiredService<ILogSink>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LostWorkers>>()));
        services.AddSingleton<WorkerGroups>();
        services.AddSingleton<ExecutorService>();
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<ExecutorService>());
        return services;
    }

    /// <summary>Adds what reads executions, follows them and gives them commands, whichever process decides them. Every process has it.</summary>
    public static IServiceCollection AddKestraExecutionAccess(this IServiceCollection services, ExecutorIdentity identity)
    {
        services.AddOptions<ExecutorOptions>().ValidateDataAnnotations();
        services.AddSingleton(identity);
        services.AddSingleton(static provider => new LogBuffer(Options(provider).LogCapacity));
        services.AddSingleton<ILogSink>(static provider => provider.GetRequiredService<LogBuffer>());
        services.AddSingleton<ChangeSignals>();
        services.AddSingleton<IExecutionEnds>(static provider => provider.GetRequiredService<ChangeSignals>());
        services.AddKestraCommands(static provider => provider.GetRequiredService<ExecutorIdentity>().Owner);
        services.AddSingleton(static provider => new FlowPrograms(
            provider.GetRequiredService<IStore>().Flows,
            provider.GetRequiredService<StoredFlows>().Read,
            Compiler(provider),
            Options(provider).ProgramCacheSize));
        services.AddSingleton<StoredExecutionReader>();
        services.AddSingleton<IExecutionReader>(static provider => provider.GetRequiredService<StoredExecutionReader>());
        services.AddSingleton<ExecutionFollow>();
        services.AddSingleton<IExecutionFollow>(static provider => provider.GetRequiredService<ExecutionFollow>());
        services.AddSingleton<ILogFollow>(static provider => provider.GetRequiredService<ExecutionFollow>());
        services.AddSingleton(Compiler);
        return services;
    }

    private static ExecutorOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<ExecutorOptions>>().Value;

    private static Func<Model.Flows.Flow, FlowProgram> Compiler(IServiceProvider provider)
    {
        var environment = provider.GetRequiredService<EngineEnvironment>();
        return flow => FlowProgram.Compile(flow, environment);
    }
}

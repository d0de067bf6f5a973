using Kestra.Hosting.Maintenance;
using Kestra.Hosting.Flows;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Hosting.Management;
using Kestra.Hosting.Triggers;
using Kestra.Model.Identifiers;
using Kestra.Scheduler.FlowTriggers;
using Kestra.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>Puts the scheduler together.</summary>
public static class SchedulerServices
{
    /// <summary>Adds the scheduler. The store, the lanes of executions, <see cref="StoredFlows"/>, inputs and clock must be there.</summary>
    /// <param name="owner">Names this process among those on the same database; unique.</param>
    public static IServiceCollection AddKestraScheduler(this IServiceCollection services, string owner, Action<SchedulerOptions>? configure = null)
    {
        AddOptions(services, configure);
        services.TryAddSingleton<TriggerExecutions>();
        services.TryAddSingleton<ITriggerJobs>(static _ => new TriggerJobQueue());
        services.AddSingleton(provider => new SchedulerService(
            provider.GetRequiredService<IStore>().Flows,
            provider.GetRequiredService<IStore>().Triggers,
            provider.GetRequiredService<StoredFlows>().Read,
            provider.GetRequiredService<TriggerExecutions>(),
            provider.GetRequiredService<IExecutionCommands>(),
            provider.GetRequiredService<IExecutionReader>(),
            provider.GetRequiredService<IExecutionEnds>(),
            provider.GetRequiredService<ILogSink>(),
            provider.GetRequiredService<ITriggerJobs>(),
            provider.GetRequiredService<IIdSource>(),
            provider.GetRequiredService<IOptions<SchedulerOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<SchedulerService>>(),
            provider.GetService<FlowTriggerService>() is { } flowTriggers ? flowTriggers.FlowChangedAsync : null,
            provider.GetRequiredService<IStore>() is { Journal.Partitions: > 1 } store
                ? new SharedScheduler(store.Journal, store.Jobs, store.Hints, provider.GetRequiredService<SchedulerShards>(), owner)
                : null));
        services.AddSingleton(static provider => new ManagementReport("/scheduler", provider.GetRequiredService<SchedulerService>().WriteReportAsync));
        services.AddSingleton<ILocalTriggers>(static provider => provider.GetRequiredService<SchedulerService>());
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<SchedulerService>());
        return services;
    }

    /// <summary>Adds what creates executions when executions of other flows reach states. It belongs to each process that decides executions.</summary>
    public static IServiceCollection AddKestraFlowTriggers(this IServiceCollection services)
    {
        AddOptions(services, null);
        services.TryAddSingleton<TriggerExecutions>();
        services.AddSingleton(FlowTriggersOf);
        services.AddSingleton<IExecutionChangeHandler>(static provider => provider.GetRequiredService<FlowTriggerService>());
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<FlowTriggerService>());
        return services;
    }

    private static void AddOptions(IServiceCollection services, Action<SchedulerOptions>? configure)
    {
        var options = services.AddOptions<SchedulerOptions>();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        options.Configure<IServiceProvider>(static (settings, provider) =>
        {
            if (provider.GetService<MaintenanceMode>() is { } maintenance)
            {
                settings.IsInMaintenance = () => maintenance.IsOn;
            }
        });
        options.ValidateDataAnnotations();
    }

    private static FlowTriggerService FlowTriggersOf(IServiceProvider provider)
    {
        var store = provider.GetRequiredService<IStore>();
        var time = provider.GetRequiredService<TimeProvider>();
        var executions = provider.GetRequiredService<TriggerExecutions>();
        var log = new TriggerLog(provider.GetRequiredService<ILogSink>(), time);
        var zone = DateTimeZoneProviders.Tzdb.GetSystemDefault();
        return new FlowTriggerService(
            store.Flows,
            store.ConditionWindows,
            provider.GetRequiredService<StoredFlows>().Read,
            executions.Environment.Catalog,
            provider.GetRequiredService<IExecutionChanges>(),
            store.Journal.Partitions > 1 ? store.Hints : null,
            new FlowTriggerPlanner(store.ConditionWindows, new UpstreamScopes(executions.Environment), log, zone),
            new FlowTriggerFiring(executions, provider.GetRequiredService<IExecutionCommands>(), log, time),
            provider.GetRequiredService<IOptions<SchedulerOptions>>().Value,
            time,
            provider.GetRequiredService<ILogger<FlowTriggerService>>());
    }
}

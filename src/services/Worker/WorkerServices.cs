using Kestra.Engine;
using Kestra.Expressions;
using Kestra.Hosting.Encryption;
using Kestra.Hosting.Expressions;
using Kestra.Hosting.Flows;
using Kestra.Hosting.KeyValues;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Liveness;
using Kestra.Hosting.Management;
using Kestra.Hosting.Programs;
using Kestra.Model.Identifiers;
using Kestra.Plugins.Services;
using Kestra.Storage;
using Kestra.Storage.Objects;
using Kestra.Worker.Claiming;
using Kestra.Worker.Jobs;
using Kestra.Worker.Logs;
using Kestra.Worker.PluginServices;
using Kestra.Worker.Running;
using Kestra.Worker.Triggers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Worker;

/// <summary>Puts the worker together.</summary>
public static class WorkerServices
{
    /// <summary>
    /// Adds a worker. The lanes, internal storage, <see cref="ExpressionEngine"/>, <see cref="ExpressionOutside"/>, clock and ids
    /// must be there.
    /// </summary>
    /// <param name="id">UUID of this worker process.</param>
    public static IServiceCollection AddKestraWorker(this IServiceCollection services, string id, WorkerOptions options)
    {
        services.AddKestraTaskRunning(id, options);
        services.AddSingleton<WorkingDirectoryRunner>();
        services.AddSingleton(static provider => new WorkerMetrics(
            provider.GetRequiredService<WorkerOptions>(), () => (provider.GetService<IWorkerJobs>()?.Waiting ?? 0) + (provider.GetService<ClaimedJobs>()?.Waiting ?? 0)));
        services.AddSingleton<WorkerSlots>();
        services.AddSingleton(static provider => new JobSources(provider.GetServices<IWorkerJobSource>()));
        services.AddSingleton<JobRunner>();
        services.AddSingleton<WorkerReport>();
        services.AddSingleton(static provider => new ManagementReport("/worker", (writer, _) => provider.GetRequiredService<WorkerReport>().WriteAsync(writer)));
        services.AddSingleton<WorkerService>();
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<WorkerService>());
        return services;
    }

    /// <summary>Adds what the code of plugins finds around it, for tasks and for triggers.</summary>
    /// <param name="id">UUID of this process, as attempts and triggers name it.</param>
    public static IServiceCollection AddKestraTaskRunning(this IServiceCollection services, string id, WorkerOptions options)
    {
        services.AddSingleton(new WorkerIdentity(id));
        services.AddSingleton(options);
        services.TryAddSingleton<WorkerStanding>();
        services.AddSingleton<RunMasks>();
        services.AddSingleton(RunServicesOf);
        services.AddSingleton<ResultLimit>();
        services.AddSingleton<AttemptRunner>();
        services.AddSingleton<IExecutionHistory, ExecutionHistory>();
        services.AddSingleton<IExecutionControl, ExecutionControl>();
        services.AddSingleton<IExecutionLogs, ExecutionLogs>();
        services.AddSingleton<ITriggerSwitch, TriggerSwitch>();
        services.AddSingleton<INamespaces, StoredNamespaces>();
        services.AddSingleton<ITaskReader, TaskReader>();
        return services;
    }

    /// <summary>
    /// Lets the worker take jobs of executors in other processes too. It belongs before the worker, because it must see how the
    /// worker's last runs end. The store must be there.
    /// </summary>
    public static IServiceCollection AddKestraWorkerClaims(this IServiceCollection services, ClaimOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(static provider => new FlowPrograms(
            provider.GetRequiredService<IStore>().Flows,
            provider.GetRequiredService<StoredFlows>().Read,
            ProgramCompiler(provider),
            provider.GetRequiredService<ClaimOptions>().CachedPrograms));
        services.AddSingleton(static provider => new JobFromStore(
            provider.GetRequiredService<IStore>().Journal, provider.GetRequiredService<FlowPrograms>(), provider.GetRequiredService<ClaimOptions>()));
        services.AddSingleton<ClaimAnswers>();
        services.AddSingleton(static provider => new ClaimedJobs(
            provider.GetRequiredService<IStore>().Jobs,
            provider.GetRequiredService<JobFromStore>(),
            provider.GetRequiredService<ClaimAnswers>(),
            provider.GetRequiredService<WorkerIdentity>(),
            provider.GetRequiredService<WorkerSlots>(),
            provider.GetRequiredService<ClaimOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ClaimedJobs>>(),
            provider.GetService<IWorkerJobs>()));
        services.AddSingleton<IWorkerJobSource>(static provider => provider.GetRequiredService<ClaimedJobs>());
        services.AddSingleton(static provider => new TriggerFromStore(
            provider.GetRequiredService<IStore>().Flows, provider.GetRequiredService<StoredFlows>().Read, provider.GetRequiredService<EngineEnvironment>()));
        services.AddSingleton(static provider => new ClaimedTriggers(
            provider.GetRequiredService<IStore>().Jobs,
            provider.GetRequiredService<TriggerFromStore>(),
            provider.GetRequiredService<ITriggerResults>(),
            provider.GetRequiredService<WorkerIdentity>(),
            provider.GetRequiredService<TriggerSlots>(),
            provider.GetRequiredService<ClaimOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ClaimedTriggers>>()));
        services.AddSingleton<ITriggerJobSource>(static provider => provider.GetRequiredService<ClaimedTriggers>());
        services.AddSingleton<IHostedService>(static provider => new ClaimWatch(
            [provider.GetRequiredService<ClaimedJobs>(), provider.GetRequiredService<ClaimedTriggers>()],
            provider.GetRequiredService<IStore>().JobHints,
            provider.GetRequiredService<ClaimOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ClaimWatch>>()));
        return services;
    }

    private static Func<Model.Flows.Flow, FlowProgram> ProgramCompiler(IServiceProvider provider)
    {
        var environment = provider.GetRequiredService<EngineEnvironment>();
        return flow => FlowProgram.Compile(flow, environment);
    }

    /// <summary>
    /// Adds the part of the worker that evaluates triggers: those that it claims where claims were added, else those of the scheduler
    /// beside it. It belongs behind worker and scheduler: services stop in reverse order, and what a trigger has found must still be heard.
    /// </summary>
    public static IServiceCollection AddKestraTriggerWorker(this IServiceCollection services)
    {
        services.TryAddSingleton<ITriggerJobs>(static _ => new TriggerJobQueue());
        services.TryAddSingleton<ITriggerJobSource>(static provider => provider.GetRequiredService<ITriggerJobs>());
        services.AddSingleton<TriggerSlots>();
        services.AddSingleton<TriggerMetrics>();
        services.AddSingleton<TriggerRunner>();
        services.AddSingleton<TriggerWorkerService>();
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<TriggerWorkerService>());
        return services;
    }

    private static RunServices RunServicesOf(IServiceProvider provider)
    {
        var outside = provider.GetRequiredService<ExpressionOutside>();
        var objects = provider.GetRequiredService<IObjectStorage>();
        var time = provider.GetRequiredService<TimeProvider>();
        return new RunServices
        {
            Expressions = provider.GetRequiredService<ExpressionEngine>(),
            ExpressionHost = (@namespace, tenantId, flowId, executionId, secretSeen) =>
                new StoredExpressionHost(outside, new ExpressionPlace(tenantId, @namespace, flowId, executionId), secretSeen),
            Objects = objects,
            KeyValues = (tenantId, @namespace) => new NamespaceKeyValues(objects, tenantId, @namespace, time),
            PluginServices = provider,
            Time = time,
            Ids = provider.GetRequiredService<IIdSource>(),
            AllowedPaths = outside.AllowedPaths ?? [],
            Encryption = provider.GetService<ValueEncryption>(),
            PluginConfigurations = provider.GetRequiredService<WorkerOptions>().PluginConfigurations,
        };
    }
}

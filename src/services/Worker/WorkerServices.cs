using Kestra.Expressions;
using Kestra.Hosting.Encryption;
using Kestra.Hosting.Expressions;
using Kestra.Hosting.KeyValues;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Liveness;
using Kestra.Hosting.Management;
using Kestra.Model.Identifiers;
using Kestra.Plugins.Services;
using Kestra.Storage.Objects;
using Kestra.Worker.Jobs;
using Kestra.Worker.Logs;
using Kestra.Worker.PluginServices;
using Kestra.Worker.Running;
using Kestra.Worker.Triggers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

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
        services.AddSingleton(new WorkerIdentity(id));
        services.AddSingleton(options);
        services.TryAddSingleton<WorkerStanding>();
        services.AddSingleton<RunMasks>();
        services.AddSingleton(RunServicesOf);
        services.AddSingleton<AttemptRunner>();
        services.AddSingleton<IExecutionHistory, ExecutionHistory>();
        services.AddSingleton<IExecutionControl, ExecutionControl>();
        services.AddSingleton<IExecutionLogs, ExecutionLogs>();
        services.AddSingleton<ITriggerSwitch, TriggerSwitch>();
        services.AddSingleton<INamespaces, StoredNamespaces>();
        services.AddSingleton<ITaskReader, TaskReader>();
        services.AddSingleton<WorkingDirectoryRunner>();
        services.AddSingleton<WorkerMetrics>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<WorkerReport>();
        services.AddSingleton(static provider => new ManagementReport("/worker", (writer, _) => provider.GetRequiredService<WorkerReport>().WriteAsync(writer)));
        services.AddSingleton<WorkerService>();
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<WorkerService>());
        return services;
    }

    /// <summary>
    /// Adds the part of the worker that evaluates triggers. It belongs behind worker and scheduler: services stop in reverse
    /// order, and what a trigger has found must still be heard.
    /// </summary>
    public static IServiceCollection AddKestraTriggerWorker(this IServiceCollection services)
    {
        services.TryAddSingleton<ITriggerJobs>(static _ => new TriggerJobQueue());
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

using Kestra.Hosting.Maintenance;
using Kestra.Model.Cluster;
using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Liveness;

/// <summary>Puts together how this process takes part in the cluster.</summary>
public static class LivenessServices
{
    /// <summary>Adds the signs of life. They belong before all services, so that they end last. The repository and the clock must be there.</summary>
    public static IServiceCollection AddKestraLiveness(this IServiceCollection services, MemberServer server)
    {
        services.AddSingleton(server);
        services.AddSingleton<WorkerStanding>();
        services.AddSingleton<ServerExit>();
        services.AddSingleton<ServiceReporter>();
        services.AddSingleton<ClusterMembers>();
        services.AddSingleton<IHostedService, HeartbeatService>();
        return services;
    }

    /// <summary>Adds a service as a member of the cluster. It belongs before what the service consists of.</summary>
    /// <param name="ready">Completes when the service works; null when it does as soon as everything has started.</param>
    public static IServiceCollection AddKestraMember(this IServiceCollection services, ServiceType type, string id, MemberFacts? facts = null, Func<IServiceProvider, Task>? ready = null)
    {
        services.AddSingleton(provider => new LocalService(type, id, facts?.Props, facts?.Metrics is { } metrics ? () => metrics(provider) : null));
        services.AddSingleton<IHostedService>(provider => new ServiceLife(
            provider.GetServices<LocalService>().Single(service => service.Id == id),
            provider.GetRequiredService<ServiceReporter>(),
            provider.GetRequiredService<WorkerStanding>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ServiceLife>>(),
            ready is null ? null : () => ready(provider),
            provider.GetService<MaintenanceMode>()));
        return services;
    }

    /// <summary>Adds what looks after the services of all processes; every executor has it.</summary>
    public static IServiceCollection AddKestraCoordinator(this IServiceCollection services)
    {
        services.AddSingleton(static provider => new LivenessCoordinator(
            provider.GetRequiredService<IServiceInstanceRepository>(),
            provider.GetRequiredService<MemberServer>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LivenessCoordinator>>(),
            provider.GetService<ILostWorkers>(),
            provider.GetService<IExecutionJournal>() is { } journal ? journal.FindGoneAsync : null));
        services.AddSingleton<IHostedService>(static provider => new LivenessCoordinatorService(
            provider.GetRequiredService<LivenessCoordinator>(),
            provider.GetRequiredService<MemberServer>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<LivenessCoordinatorService>>()));
        services.AddSingleton<IHostedService, ServicePurge>();
        return services;
    }

    /// <summary>Completes when all services of this process run, as far as the cluster could be told.</summary>
    public static Task RunningAsync(IServiceProvider provider) => Task.WhenAll(provider.GetServices<IHostedService>().OfType<ServiceLife>().Select(static life => life.Running));

    /// <summary>What is wrong with the services of this process by their own view; null when nothing is. A word for the health endpoint.</summary>
    public static string? Problem(IServiceProvider provider) => provider.GetServices<LocalService>()
        .Where(static service => service.State is not (null or ServiceState.RUNNING or ServiceState.MAINTENANCE))
        .Select(static service => $"The service {service.Type} is {service.State}.")
        .FirstOrDefault();
}

/// <param name="Props">Facts about the service; null is none.</param>
/// <param name="Metrics">Figures that go with each sign of life; null is none.</param>
public sealed record MemberFacts(IReadOnlyDictionary<string, object?>? Props = null, Func<IServiceProvider, IReadOnlyList<ServiceMetric>>? Metrics = null);

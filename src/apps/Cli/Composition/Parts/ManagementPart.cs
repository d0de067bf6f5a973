using Kestra.Executor;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Liveness;
using Kestra.Hosting.Management;
using Kestra.Hosting.Telemetry;
using Kestra.Scheduler;
using Kestra.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Kestra.Cli.Composition.Parts;

/// <summary>The port of health and metrics.</summary>
internal static class ManagementPart
{
    public static void Add(PartContext context)
    {
        if (!context.Has(ServerParts.Management))
        {
            return;
        }

        var (services, settings) = (context.Services, context.Settings);
        services.TryAddSingleton<MetricCollector>();
        services.AddSingleton<ProcessMetrics>();
        services.AddSingleton<IHealthIndicator>(static provider => new ServiceIndicator(() => Problem(provider)));
        services.AddSingleton<IHealthIndicator>(provider => new DatabaseIndicator(
            provider.GetRequiredService<IStore>(), settings.Database.Name, settings.Database is DatabaseSettings.Postgres ? "PostgreSQL" : "SQLite"));
        services.AddSingleton<IHealthIndicator>(_ => new DiskSpaceIndicator(settings.StorageFolder));
        services.AddSingleton<ManagementEndpoints>();
        services.AddSingleton<ManagementServer>();
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<ManagementServer>());
    }

    private static string? Problem(IServiceProvider provider) =>
        provider.GetService<ExecutorService>()?.Unhealthy ?? provider.GetService<SchedulerService>()?.Unhealthy ?? LivenessServices.Problem(provider);
}

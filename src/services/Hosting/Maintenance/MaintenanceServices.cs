using Kestra.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Maintenance;

/// <summary>Puts the maintenance mode together.</summary>
public static class MaintenanceServices
{
    /// <summary>Adds the mode. It belongs before the services that begin something. The store and the clock must be there.</summary>
    public static IServiceCollection AddKestraMaintenance(this IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new MaintenanceMode(
            provider.GetRequiredService<IStore>().Settings,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<MaintenanceMode>>()));
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<MaintenanceMode>());
        return services;
    }
}

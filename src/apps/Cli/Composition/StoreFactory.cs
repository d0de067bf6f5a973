using Kestra.Hosting.Configuration;
using Kestra.Storage;
using Kestra.Storage.Files;
using Kestra.Storage.Objects;
using Kestra.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Cli.Composition;

/// <summary>Opens the stores that the configuration names.</summary>
internal static class StoreFactory
{
    public static void AddStores(IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton<IStore>(provider => new SqliteStore(new SqliteOptions { Path = settings.DatabaseFile }, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IObjectStorage>(_ => new LocalObjectStorage(settings.StorageFolder));
        AddPorts(services);
    }

    private static void AddPorts(IServiceCollection services)
    {
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Journal);
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Executions);
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Flows);
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Logs);
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Metrics);
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Triggers);
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Settings);
    }
}

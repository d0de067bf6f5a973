using System.Globalization;
using Kestra.Hosting.Configuration;
using Kestra.Storage;
using Kestra.Storage.Files;
using Kestra.Storage.Objects;
using Kestra.Storage.Postgres;
using Kestra.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kestra.Cli.Composition;

/// <summary>Opens the stores that the configuration names.</summary>
internal static partial class StoreFactory
{
    public static void AddStores(IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton(provider => Open(settings.Database, provider));
        services.AddSingleton<IObjectStorage>(_ => new LocalObjectStorage(settings.StorageFolder));
        AddPorts(services);
    }

    private static IStore Open(DatabaseSettings database, IServiceProvider provider)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        return database switch
        {
            DatabaseSettings.Embedded embedded => new SqliteStore(new SqliteOptions { Path = embedded.File }, time),
            DatabaseSettings.Postgres postgres => new PostgresStore(Options(postgres, provider.GetRequiredService<ILogger<PostgresStore>>()), time),
            _ => throw new InvalidOperationException($"There is no store for {database.GetType().Name}."),
        };
    }

    private static PostgresOptions Options(DatabaseSettings.Postgres settings, ILogger logger)
    {
        try
        {
            return new PostgresOptions
            {
                ConnectionString = PostgresAddress.ToConnectionString(settings.Address, settings.Username, settings.Password)
                    + $";Maximum Pool Size={settings.MaxConnections.ToString(CultureInfo.InvariantCulture)}",
                Migrate = settings.Migrate,
                HintsLost = error => LogHintsLost(logger, error.Message),
            };
        }
        catch (ArgumentException error)
        {
            throw new ConfigurationException($"The configuration property 'datasources.postgres.url' cannot be used: {error.Message}", error);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The connection for hints of the database was lost; until it is back the server polls: {Reason}")]
    private static partial void LogHintsLost(ILogger logger, string reason);

    private static void AddPorts(IServiceCollection services)
    {
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Journal);
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Hints);
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Executions);
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Flows);
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Logs);
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Metrics);
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Triggers);
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Settings);
        services.AddSingleton(static provider => provider.GetRequiredService<IStore>().Services);
    }
}

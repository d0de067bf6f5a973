using Kestra.Executor;
using Kestra.Hosting;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Logging;
using Kestra.Hosting.Management;
using Kestra.Hosting.Telemetry;
using Kestra.Model.Identifiers;
using Kestra.Scheduler;
using Kestra.Storage;
using Kestra.Webserver;
using Kestra.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Cli.Composition;

/// <summary>
/// A server, or the parts of one, put together in this process. Starting it migrates the database, takes up what was open and
/// then opens the ports; stopping it drains.
/// </summary>
public sealed class KestraServer : IAsyncDisposable
{
    // How long the executions of a server that died wait for one that stands by.
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(10);

    // PostgreSQL computes a dozen columns and indexes for each row of an execution, so most executions are written there once.
    private static readonly TimeSpan ListDelay = TimeSpan.FromMilliseconds(200);

    private readonly IHost host;
    private readonly ServerParts parts;
    private DatabaseLock? databaseLock;

    private KestraServer(IHost host, ServerSettings settings, ServerParts parts)
    {
        this.host = host;
        this.parts = parts;
        Settings = settings;
    }

    public IServiceProvider Services => host.Services;

    public ServerSettings Settings { get; }

    /// <summary>The port of UI and API, once started; null without a webserver.</summary>
    public int? Port => Services.GetService<WebserverHost>()?.Port;

    /// <summary>The port of health and metrics, once started; null when it is switched off.</summary>
    public int? ManagementPort => Services.GetService<ManagementServer>()?.Port;

    /// <summary>Puts a server together. Nothing is opened yet.</summary>
    /// <param name="replace">Replaces services before the server is built: tests bring their own store, clock or ids.</param>
    /// <exception cref="ConfigurationException">A setting is missing or cannot work.</exception>
    public static KestraServer Create(KestraConfiguration configuration, ServerType type, ServerParts parts, LogLevels levels, Action<IServiceCollection>? replace = null)
    {
        var settings = ServerSettingsReader.Read(configuration, type, Environment.ProcessorCount);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var services = builder.Services;
        AddBasics(services, configuration, settings, levels);
        StoreFactory.AddStores(services, settings);
        EngineServices.AddEngine(services, configuration);
        AddParts(services, configuration, settings, parts);
        replace?.Invoke(services);
        return new KestraServer(builder.Build(), settings, parts);
    }

    /// <exception cref="DatabaseInUseException">Another server has the embedded database.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var store = Services.GetRequiredService<IStore>();
        if (store is Storage.Sqlite.SqliteStore && Settings.Database is DatabaseSettings.Embedded embedded)
        {
            databaseLock = DatabaseLock.Take(embedded.File);
        }

        await store.MigrateAsync(cancellationToken);
        await host.StartAsync(cancellationToken);
        await ReadyAsync(cancellationToken);
    }

    /// <summary>Takes nothing new and waits for what runs, within the grace period.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => host.StopAsync(cancellationToken);

    /// <summary>Runs until the process is asked to stop.</summary>
    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => host.WaitForShutdownAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (host is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }

        databaseLock?.Dispose();
    }

    private static void AddBasics(IServiceCollection services, KestraConfiguration configuration, ServerSettings settings, LogLevels levels)
    {
        services.AddSingleton(configuration);
        services.AddSingleton(settings);
        services.AddSingleton(levels);
        services.AddSingleton(ProductVersion.Current);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IIdSource, RandomIdSource>();
        services.AddLogging(static logging => logging.SetMinimumLevel(LogLevel.Trace));
        services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.TerminationGracePeriod + TimeSpan.FromSeconds(30));
    }

    private static void AddParts(IServiceCollection services, KestraConfiguration configuration, ServerSettings settings, ServerParts parts)
    {
        if (parts.HasFlag(ServerParts.Executor))
        {
            // Only one process at a time can have the embedded database, so a restart may take its own lease back at once.
            var owner = settings.Database is DatabaseSettings.Embedded ? "embedded" : Guid.NewGuid().ToString();
            services.AddKestraExecutor(new ExecutorIdentity(0, owner), options =>
            {
                options.LeaseTimeToLive = LeaseTime;
                options.ListDelay = settings.Database is DatabaseSettings.Postgres ? ListDelay : TimeSpan.Zero;
            });
            services.AddSingleton<IHostedService, OwnershipGate>();
        }

        if (parts.HasFlag(ServerParts.Worker) && settings.WorkerThreads > 0)
        {
            services.AddKestraWorker(Guid.NewGuid().ToString(), new WorkerOptions
            {
                Threads = settings.WorkerThreads,
                TerminationGracePeriod = settings.TerminationGracePeriod,
                WorkingFolder = settings.TemporaryFolder,
                PluginConfigurations = PluginConfigurations(configuration),
            });
        }

        if (parts.HasFlag(ServerParts.Scheduler))
        {
            services.AddKestraScheduler();
        }

        if (parts.HasFlag(ServerParts.Worker | ServerParts.Scheduler) && settings.WorkerThreads > 0)
        {
            services.AddKestraTriggerWorker();
        }

        if (parts.HasFlag(ServerParts.Webserver))
        {
            services.AddKestraWebserver(WebserverSettings.Read(configuration));
            services.AddSingleton<WebserverHost>();
            services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<WebserverHost>());
            services.AddSingleton(static provider => new ManagementReport("/routes", provider.GetRequiredService<WebserverHost>().WriteRoutesAsync));
        }

        if (parts.HasFlag(ServerParts.Management))
        {
            AddManagement(services, settings);
        }
    }

    private static List<(string Type, IReadOnlyDictionary<string, object?> Values)> PluginConfigurations(KestraConfiguration configuration) =>
    [
        .. from item in configuration.Items("kestra.plugins.configurations")
           where item.GetValueOrDefault("type") is string && item.GetValueOrDefault("values") is IReadOnlyDictionary<string, object?>
           select ((string)item["type"]!, (IReadOnlyDictionary<string, object?>)item["values"]!),
    ];

    private static void AddManagement(IServiceCollection services, ServerSettings settings)
    {
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
        provider.GetService<ExecutorService>()?.Unhealthy ?? provider.GetService<SchedulerService>()?.Unhealthy;

    private async Task ReadyAsync(CancellationToken cancellationToken)
    {
        if (parts.HasFlag(ServerParts.Executor))
        {
            await Services.GetRequiredService<ExecutorService>().Ready.WaitAsync(cancellationToken);
        }

        if (parts.HasFlag(ServerParts.Scheduler))
        {
            await Services.GetRequiredService<SchedulerService>().Ready.WaitAsync(cancellationToken);
        }
    }
}

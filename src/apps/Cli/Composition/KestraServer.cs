using Kestra.Cli.Composition.Parts;
using Kestra.Executor;
using Kestra.Hosting;
using Kestra.Hosting.Clock;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Hosting.Liveness;
using Kestra.Hosting.Logging;
using Kestra.Hosting.Maintenance;
using Kestra.Hosting.Management;
using Kestra.Model.Identifiers;
using Kestra.Scheduler;
using Kestra.Storage;
using Kestra.Webserver;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Cli.Composition;

/// <summary>
/// A server, or the parts of one, put together in this process. Starting it migrates the database, takes up what was open and
/// then opens the ports; stopping it drains.
/// </summary>
public sealed partial class KestraServer : IAsyncDisposable
{
    private static readonly TimeSpan HalfStartedTime = TimeSpan.FromSeconds(10);

    // A database that is started together with the server comes up within it.
    private static readonly TimeSpan DatabasePatience = TimeSpan.FromSeconds(30);

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
        AddParts(new PartContext(services, configuration, settings, parts));
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

        await DatabaseStart.MigrateAsync(
            store, Settings.Database is DatabaseSettings.Embedded ? TimeSpan.Zero : DatabasePatience, Services.GetRequiredService<TimeProvider>(), Services.GetRequiredService<ILogger<KestraServer>>(), cancellationToken);
        try
        {
            if (Services.GetService<ShardAgreement>() is { } agreement)
            {
                await agreement.JoinAsync(cancellationToken);
            }

            await host.StartAsync(cancellationToken);
            await ReadyAsync(cancellationToken);
        }
        catch
        {
            await StopHalfStartedAsync();
            throw;
        }
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
        services.AddSingleton<TimeProvider>(new MicrosecondTime());
        services.AddSingleton<IIdSource, RandomIdSource>();
        services.AddLogging(static logging => logging.SetMinimumLevel(LogLevel.Trace));
        services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.TerminationGracePeriod + TimeSpan.FromSeconds(30));
    }

    // The host starts parts in this order and stops them in the reverse one: what others need starts before them and ends after them.
    private static void AddParts(PartContext context)
    {
        if (context.IsShared && SchedulerSettings.Shards(context.Configuration) is { } shards)
        {
            context.Services.AddSingleton(shards);
        }

        if (context is { IsShared: true, IsMember: true })
        {
            context.Services.AddSingleton(static provider => new ShardAgreement(
                provider.GetRequiredService<IStore>().Settings, provider.GetRequiredService<ClusterMembers>(), provider.GetRequiredService<SchedulerShards>(), provider.GetRequiredService<ILogger<ShardAgreement>>()));
        }

        context.Services.AddKestraMaintenance();
        MembershipPart.Add(context);
        ExecutorPart.Add(context);
        WorkerPart.Add(context);
        SchedulerPart.Add(context);
        WorkerPart.AddTriggers(context);
        IndexerPart.Add(context);
        WebserverPart.Add(context);
        ManagementPart.Add(context);
    }

    // What has started ends in order, or it would run into what is taken away from under it.
    private async Task StopHalfStartedAsync()
    {
        using var limit = new CancellationTokenSource(HalfStartedTime, Services.GetRequiredService<TimeProvider>());
        try
        {
            await host.StopAsync(limit.Token);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogHalfStarted(Services.GetRequiredService<ILogger<KestraServer>>(), error.Message);
        }
    }

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

        await LivenessServices.RunningAsync(Services).WaitAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Debug, "The start failed, and what had begun did not stop well: {Reason}")]
    private static partial void LogHalfStarted(ILogger logger, string reason);
}

using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Cli.Server;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Logging;
using Kestra.Model.Flows;
using Kestra.Storage.Objects;
using Kestra.Webserver;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kestra.Cli.Running;

/// <summary>A server inside this process, for one command. It runs flows and has an API for this process, but fires no triggers.</summary>
internal sealed class EmbeddedServer : IAsyncDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);

    private readonly CliHost host;
    private readonly KestraServer server;
    private PrivateApi? api;

    private EmbeddedServer(CliHost host, KestraServer server)
    {
        this.host = host;
        this.server = server;
    }

    public IServiceProvider Services => server.Services;

    /// <param name="level">Of the server's own log, which goes to the error output; flows' logs are shown by the command.</param>
    /// <exception cref="CommandFailureException">Another server has the data folder.</exception>
    /// <exception cref="ConfigurationException">A setting cannot work.</exception>
    public static async Task<EmbeddedServer> StartAsync(CliHost host, KestraConfiguration configuration, LogLevel? level, CancellationToken cancellationToken)
    {
        var levels = LogLevels.Read(configuration, level ?? LogLevel.Warning);
        foreach (var logger in (ReadOnlySpan<string>)["flow", "task", "execution", "trigger"])
        {
            levels.Set(logger, LogLevel.None);
        }

        // What keeps a server from starting is told by this program, without a trace.
        levels.Set("Microsoft.Extensions.Hosting", LogLevel.None);
        var created = KestraServer.Create(configuration, ServerType.Standalone, ServerParts.Executor | ServerParts.Worker, levels, services =>
        {
            services.AddSingleton<ILoggerProvider>(_ => new ConsoleLines(levels, host.Terminal.Error, host.Terminal.Error, host.Time, host.Terminal.ErrorColours));
            ProgramLifetime.Use(services);
            services.AddKestraWebserver(WebserverSettings.Read(configuration));
        });
        var embedded = new EmbeddedServer(host, created);
        try
        {
            await created.StartAsync(cancellationToken);
            embedded.api = await PrivateApi.StartAsync(created.Services, cancellationToken);
            return embedded;
        }
        catch (Exception error)
        {
            await embedded.DisposeAsync();
            throw error is DatabaseInUseException ? new CommandFailureException(error.Message, error) : error;
        }
    }

    /// <summary>A client of this server.</summary>
    public ApiClient CreateClient() => api!.CreateClient(host);

    /// <summary>The file on disk behind an address of internal storage.</summary>
    public string FileOf(string uri) =>
        Path.GetRelativePath(host.CurrentFolder, Path.Combine(server.Settings.StorageFolder, Tenants.Default, StorageUri.PathOf(uri).TrimStart('/')));

    public async ValueTask DisposeAsync()
    {
        if (api is not null)
        {
            await api.DisposeAsync();
        }

        using var limit = new CancellationTokenSource(StopTime, host.Time);
        await server.StopAsync(limit.Token);
        await server.DisposeAsync();
    }
}

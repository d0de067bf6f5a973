using System.Diagnostics;
using System.Net.Sockets;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Cli.Plugins;
using Kestra.Cli.Running;
using Kestra.Hosting;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Liveness;
using Kestra.Hosting.Logging;
using Kestra.Plugins.Description;
using Kestra.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kestra.Cli.Server;

/// <summary>The life of a server process: from its first line to its last.</summary>
internal sealed partial class ServerRun(Invocation invocation, KestraConfiguration configuration, ServerType type, ServerParts parts)
{
    private readonly CliHost host = invocation.Host;

    /// <param name="flowPath">File or folder of flows to load; null loads none.</param>
    /// <returns>128 plus the number of the signal that ended the server; 1 when it ended itself, so that whoever watches it starts it again.</returns>
    public async Task<int> RunAsync(string? flowPath)
    {
        var started = host.Time.GetTimestamp();
        var levels = LogLevels.Read(configuration, invocation.Common.ChosenLevel(invocation.Parsed));
        // What keeps a server from starting is told by this program, without a trace.
        levels.Set("Microsoft.Extensions.Hosting", LogLevel.None);
        await using var server = KestraServer.Create(configuration, type, parts, levels, services =>
        {
            ProgramLifetime.Use(services);
            services.AddSingleton<ILoggerProvider>(_ => new ConsoleLines(levels, host.Terminal.Output, host.Terminal.Error, host.Time, host.Terminal.OutputColours));
        });
        var logger = server.Services.GetRequiredService<ILoggerFactory>().CreateLogger("io.kestra.cli.Server");
        RegisterPlugins(server, logger);
        LogMachine(logger, Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20, Environment.Version.ToString());
        LogStarting(logger, ProductVersion.Current.Number);
        foreach (var warning in ConfigurationAliases.Warnings(configuration))
        {
            LogWarning(logger, warning);
        }

        await StartAsync(server);
        await RecordVersionAsync(server, logger);
        if (flowPath is not null)
        {
            await LoadFlowsAsync(server, flowPath, logger);
        }

        new ServerAnnouncement(server, parts, logger).Write(host.Time.GetElapsedTime(started));
        await StopOnRequestAsync(server, logger);
        return host.Interruption.ExitCode is 0 ? ExitCode.Failure : host.Interruption.ExitCode;
    }

    private async Task StartAsync(KestraServer server)
    {
        try
        {
            await server.StartAsync(invocation.CancellationToken);
        }
        catch (DatabaseInUseException error)
        {
            throw new CommandFailureException(error.Message, error);
        }
        catch (StoreUnavailableException error)
        {
            throw new CommandFailureException($"{error.Message} Check that the database {server.Settings.Database.Name} runs and that the address and the credentials in the configuration are right.", error);
        }
        catch (IOException error) when (error.InnerException is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } or Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            throw new CommandFailureException($"A port is in use by another program: {error.Message} Choose another one with --port (or `micronaut.server.port`; for health and metrics `endpoints.all.port`).", error);
        }
    }

    private void RegisterPlugins(KestraServer server, ILogger logger)
    {
        var began = host.Time.GetTimestamp();
        var builtIn = server.Services.GetRequiredService<IPluginCatalog>().All.ToLookup(InstalledPlugin.IsBuiltIn);
        var duration = host.Time.GetElapsedTime(began).TotalMilliseconds;
        LogCorePlugins(logger, builtIn[true].Count(), $"{duration:0}");
        if (builtIn[false].Any())
        {
            LogPlugins(logger, builtIn[false].Count(), builtIn[false].Select(static plugin => plugin.ClrType.Assembly).Distinct().Count(), $"{duration:0}");
        }
    }

    // Who works on the database next knows from it which version wrote last.
    private async Task RecordVersionAsync(KestraServer server, ILogger logger)
    {
        var settings = server.Services.GetRequiredService<IStore>().Settings;
        await settings.SaveIfAbsentAsync("instance.uuid", Guid.NewGuid().ToString(), invocation.CancellationToken);
        var before = await settings.FindAsync("instance.version", invocation.CancellationToken);
        var now = ProductVersion.Current.Number;
        if (before == now)
        {
            return;
        }

        await settings.SaveAsync("instance.version", now, invocation.CancellationToken);
        if (before is not null)
        {
            LogVersionChanged(logger, before, now);
        }
    }

    private async Task StopOnRequestAsync(KestraServer server, ILogger logger)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = invocation.CancellationToken.Register(asked.SetResult);
        var own = server.Services.GetService<ServerExit>()?.Requested;
        if (await Task.WhenAny(asked.Task, own ?? asked.Task) == own)
        {
            LogOwnShutdown(logger, await own);
        }

        LogShutdown(logger);
        LogInitiated(logger);
        var began = Stopwatch.GetTimestamp();
        try
        {
            await server.StopAsync(CancellationToken.None);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogShutdownFailed(logger, error);
            return;
        }

        LogCompleted(logger, $"{Stopwatch.GetElapsedTime(began).TotalSeconds:0.00}");
    }

    private async Task LoadFlowsAsync(KestraServer server, string path, ILogger logger)
    {
        await using var api = await PrivateApi.StartAsync(server.Services, invocation.CancellationToken);
        using var client = api.CreateClient(host);
        await new FlowLoader(client, logger).LoadAsync(path, invocation.CancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Machine information: {Processors} available cpu(s), {Memory}MB max memory, .NET version {Runtime}")]
    private static partial void LogMachine(ILogger logger, int processors, long memory, string runtime);

    [LoggerMessage(LogLevel.Information, "Starting Kestra {Version} with environments [cli]")]
    private static partial void LogStarting(ILogger logger, string version);

    [LoggerMessage(LogLevel.Information, "Registered {Count} core plugins (scan done in {Milliseconds}ms)")]
    private static partial void LogCorePlugins(ILogger logger, int count, string milliseconds);

    [LoggerMessage(LogLevel.Information, "Registered {Count} plugins from {Groups} groups (scan done in {Milliseconds}ms)")]
    private static partial void LogPlugins(ILogger logger, int count, int groups, string milliseconds);

    [LoggerMessage(LogLevel.Information, "This installation was served by version {Before} before; it is now {Now}")]
    private static partial void LogVersionChanged(ILogger logger, string before, string now);

    [LoggerMessage(LogLevel.Warning, "{Message}")]
    private static partial void LogWarning(ILogger logger, string message);

    [LoggerMessage(LogLevel.Warning, "Receiving shutdown ! Try to graceful exit")]
    private static partial void LogShutdown(ILogger logger);

    [LoggerMessage(LogLevel.Error, "The server ends itself, because {Reason}")]
    private static partial void LogOwnShutdown(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Information, "Kestra server - Shutdown initiated")]
    private static partial void LogInitiated(ILogger logger);

    [LoggerMessage(LogLevel.Information, "Kestra server - Shutdown completed after {Seconds} s")]
    private static partial void LogCompleted(ILogger logger, string seconds);

    [LoggerMessage(LogLevel.Error, "Failed to close gracefully!")]
    private static partial void LogShutdownFailed(ILogger logger, Exception error);
}

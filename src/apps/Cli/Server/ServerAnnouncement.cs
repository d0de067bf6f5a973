using System.Net;
using Kestra.Cli.Composition;
using Microsoft.Extensions.Logging;

namespace Kestra.Cli.Server;

/// <summary>The lines that tell what a server that has just started is, and where.</summary>
internal sealed partial class ServerAnnouncement(KestraServer server, ServerParts parts, ILogger logger)
{
    private readonly string name = server.Settings.Host is "0.0.0.0" or "::" or "127.0.0.1" ? "localhost" : server.Settings.Host;

    /// <param name="duration">Time that the start took.</param>
    public void Write(TimeSpan duration)
    {
        WriteParts();
        WritePorts();
        var seconds = duration.TotalSeconds.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);
        if (server.Port is { } port)
        {
            LogReady(seconds, $"http://{name}:{port}{server.Settings.ContextPath}/ui/", server.Settings.Database.Name, server.Settings.StorageFolder);
        }
        else
        {
            LogReadyWithoutPort(seconds, server.Settings.Database.Name, server.Settings.StorageFolder);
        }

        if (server.Port is not null && IPAddress.TryParse(server.Settings.Host, out var address) && IPAddress.IsLoopback(address))
        {
            LogLoopback();
        }
    }

    private void WriteParts()
    {
        if ((parts & ServerParts.Embedded) == ServerParts.Embedded)
        {
            LogAll(server.Settings.WorkerThreads);
            return;
        }

        if (parts.HasFlag(ServerParts.Executor))
        {
            LogExecutor(Environment.ProcessorCount);
        }

        if (parts.HasFlag(ServerParts.Worker))
        {
            WriteWorker();
        }

        if (parts.HasFlag(ServerParts.Scheduler))
        {
            LogScheduler();
        }

        WriteIndexer();
        if (parts.HasFlag(ServerParts.Webserver))
        {
            LogWebserver();
        }
    }

    private void WriteWorker()
    {
        if (server.Settings.WorkerGroup is { } group)
        {
            LogWorkerOfGroup(server.Settings.WorkerThreads, group);
        }
        else
        {
            LogWorker(server.Settings.WorkerThreads);
        }
    }

    private void WriteIndexer()
    {
        if (!parts.HasFlag(ServerParts.Indexer))
        {
            return;
        }

        if (parts.HasFlag(ServerParts.Webserver))
        {
            LogEmbeddedIndexer();
            return;
        }

        LogIndexerStarts();
        LogIndexer();
        LogIndexerIdle();
    }

    private void WritePorts()
    {
        var path = server.Settings.ManagementPath.TrimEnd('/');
        switch (server.Port, server.ManagementPort)
        {
            case ({ } port, { } management):
                LogRunningManaged(name, port, management, path);
                break;
            case ({ } port, null):
                LogRunning(name, port);
                break;
            case (null, { } management):
                LogManaged(name, management, path);
                break;
            case (null, null):
                break;
        }
    }

    [LoggerMessage(LogLevel.Information, "Executor, scheduler and webserver started; worker started with {Threads} thread(s)")]
    private partial void LogAll(int threads);

    [LoggerMessage(LogLevel.Information, "Executor started with {Threads} thread(s)")]
    private partial void LogExecutor(int threads);

    [LoggerMessage(LogLevel.Information, "Worker started with {Threads} thread(s)")]
    private partial void LogWorker(int threads);

    [LoggerMessage(LogLevel.Information, "Worker started with {Threads} thread(s) in group '{Group}'")]
    private partial void LogWorkerOfGroup(int threads, string group);

    [LoggerMessage(LogLevel.Information, "Scheduler started")]
    private partial void LogScheduler();

    [LoggerMessage(LogLevel.Information, "Starting an embedded indexer, this can be disabled by using `--no-indexer`.")]
    private partial void LogEmbeddedIndexer();

    [LoggerMessage(LogLevel.Information, "Webserver started")]
    private partial void LogWebserver();

    [LoggerMessage(LogLevel.Information, "Starting the indexer")]
    private partial void LogIndexerStarts();

    [LoggerMessage(LogLevel.Information, "Indexer started")]
    private partial void LogIndexer();

    [LoggerMessage(LogLevel.Information, "Logs and metrics are stored by the servers that make them, so this indexer has nothing to do and may be left out.")]
    private partial void LogIndexerIdle();

    [LoggerMessage(LogLevel.Information, "Server Running: http://{Name}:{Port}, Management server on port http://{Name}:{Management}{Path}/health")]
    private partial void LogRunningManaged(string name, int port, int management, string path);

    [LoggerMessage(LogLevel.Information, "Server Running: http://{Name}:{Port}")]
    private partial void LogRunning(string name, int port);

    [LoggerMessage(LogLevel.Information, "Management server on port http://{Name}:{Management}{Path}/health")]
    private partial void LogManaged(string name, int management, string path);

    [LoggerMessage(LogLevel.Information, "Ready in {Seconds} s. UI: {Url}; database: {Database}; files: {Files}. Press Ctrl+C to stop.")]
    private partial void LogReady(string seconds, string url, string database, string files);

    [LoggerMessage(LogLevel.Information, "Ready in {Seconds} s. Database: {Database}; files: {Files}. Press Ctrl+C to stop.")]
    private partial void LogReadyWithoutPort(string seconds, string database, string files);

    [LoggerMessage(LogLevel.Information, "Only this machine can reach the server; set 'micronaut.server.host: 0.0.0.0' to let others in.")]
    private partial void LogLoopback();
}

using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Logging;

namespace Kestra.Cli.Tests;

/// <summary>Servers for commands to talk to.</summary>
internal static class TestServers
{
    public const string User = "admin@kestra.io:Kestra12:34";

    /// <param name="parts">Beside executor, worker and webserver.</param>
    public static async Task<KestraServer> StartAsync(string folder, ServerParts parts = ServerParts.None)
    {
        var configuration = new ConfigurationBuilder(new Dictionary<string, string>()).ForceLocal(folder)
            .Force("micronaut.server.port", "0")
            .Force("kestra.server.basic-auth.username", "admin@kestra.io")
            .Force("kestra.server.basic-auth.password", "Kestra12:34")
            .Build();
        var server = KestraServer.Create(configuration, ServerType.Standalone, ServerParts.Executor | ServerParts.Worker | ServerParts.Webserver | parts, LogLevels.Read(configuration, null));
        await server.StartAsync(CancellationToken.None);
        return server;
    }
}

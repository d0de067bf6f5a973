using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Logging;

namespace Kestra.Cli.Tests;

/// <summary>Servers for commands to talk to.</summary>
internal static class TestServers
{
    public const string User = "admin@kestra.io:Kestra12:34";

    /// <param name="parts">Beside executor, worker and webserver.</param>
    /// <param name="port">Of the API; 0 takes a free one.</param>
    public static async Task<KestraServer> StartAsync(string folder, ServerParts parts = ServerParts.None, int port = 0)
    {
        var configuration = new ConfigurationBuilder(new Dictionary<string, string>()).ForceLocal(folder)
            .Force("micronaut.server.port", port.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Force("kestra.server.basic-auth.username", "admin@kestra.io")
            .Force("kestra.server.basic-auth.password", "Kestra12:34")
            .Build();
        var server = KestraServer.Create(configuration, ServerType.Standalone, ServerParts.Executor | ServerParts.Worker | ServerParts.Webserver | parts, LogLevels.Read(configuration, null));
        await server.StartAsync(CancellationToken.None);
        return server;
    }
}

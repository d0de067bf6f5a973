using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Flows;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Logging;
using Kestra.Plugins.Description;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kestra.Cli.Flows;

/// <summary>The flow language and the plugins of this program, without a server.</summary>
internal sealed record LocalLanguage(FlowReader Reader, IPluginCatalog Catalog)
{
    public static LocalLanguage Create(Invocation invocation) =>
        Create(invocation.Common.Configuration(invocation.Parsed, invocation.Host).Build(), invocation.Host);

    private static LocalLanguage Create(KestraConfiguration configuration, CliHost host)
    {
        var services = new ServiceCollection();

        // What keeps a plugin from being loaded is told beside the answer, never in it: the answer may go into a pipe.
        var levels = LogLevels.Read(configuration, LogLevel.Warning);
        services.AddLogging(logging => logging.AddProvider(new ConsoleLines(levels, host.Terminal.Error, host.Terminal.Error, host.Time, host.Terminal.ErrorColours)));
        EngineServices.AddEngine(services, configuration);
        var provider = services.BuildServiceProvider();
        return new LocalLanguage(provider.GetRequiredService<FlowReader>(), provider.GetRequiredService<IPluginCatalog>());
    }
}

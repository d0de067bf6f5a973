using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Flows;
using Kestra.Hosting.Configuration;
using Kestra.Plugins.Description;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Cli.Flows;

/// <summary>The flow language and the plugins of this program, without a server.</summary>
internal sealed record LocalLanguage(FlowReader Reader, IPluginCatalog Catalog)
{
    public static LocalLanguage Create(Invocation invocation) => Create(invocation.Common.Configuration(invocation.Parsed, invocation.Host).Build());

    private static LocalLanguage Create(KestraConfiguration configuration)
    {
        var services = new ServiceCollection();
        // The catalogue logs what it can't load of the plugin folder.
        services.AddLogging();
        EngineServices.AddEngine(services, configuration);
        var provider = services.BuildServiceProvider();
        return new LocalLanguage(provider.GetRequiredService<FlowReader>(), provider.GetRequiredService<IPluginCatalog>());
    }
}

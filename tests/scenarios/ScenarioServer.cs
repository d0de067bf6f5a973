using Kestra.Cli.Composition;
using Kestra.Flows;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Logging;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Json;
using Kestra.Storage;
using Kestra.Storage.Flows;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios;

/// <summary>A whole server without ports, in a folder of its own.</summary>
internal sealed class ScenarioServer : IAsyncDisposable
{
    private readonly KestraServer server;
    private readonly string folder;

    private ScenarioServer(KestraServer server, string folder)
    {
        this.server = server;
        this.folder = folder;
    }

    public IServiceProvider Services => server.Services;

    /// <param name="replace">Brings another store than the embedded database.</param>
    /// <param name="encryptionKey">Base64; null leaves encryption unconfigured.</param>
    public static async Task<ScenarioServer> StartAsync(Action<IServiceCollection>? replace, CancellationToken cancellationToken, string? encryptionKey = null)
    {
        var created = Directory.CreateTempSubdirectory("kestra-scenarios-").FullName;
        var configuration = new ConfigurationBuilder(new Dictionary<string, string>(StringComparer.Ordinal))
            .ForceLocal(created)
            .Force("kestra.worker.max-num-threads", "200")
            .Force("kestra.tasks.tmp-dir.path", Path.Combine(created, "runs"))
            .Force("kestra.server.termination-grace-period", "PT1S")
            .Force("kestra.encryption.secret-key", encryptionKey)
            .Build();
        var started = KestraServer.Create(configuration, ServerType.Standalone, ServerParts.Embedded, LogLevels.Read(configuration, null), replace);
        await started.StartAsync(cancellationToken);
        return new ScenarioServer(started, created);
    }

    /// <summary>Stores a flow as the API does.</summary>
    /// <returns>The flow as it runs.</returns>
    public async Task<Flow> SaveAsync(string source, CancellationToken cancellationToken)
    {
        var reading = Services.GetRequiredService<FlowReader>().Read(source, Tenants.Default);
        if (!reading.IsValid)
        {
            throw new InvalidOperationException($"The flow is refused: {reading.Constraints}");
        }

        var flow = DefinitionReader.ReadFlow(reading.Raw!, Tenants.Default, []) with { Source = source };
        var saved = await Services.GetRequiredService<IStore>().Flows.SaveAsync(
            new NewFlowRevision(flow.TenantId, flow.Namespace, flow.Id, Deleted: false, flow.Disabled, flow.Labels ?? [], source, revision => FlowJson.Document(flow with { Revision = revision }, reading.Raw!)),
            expectedLast: null,
            cancellationToken);
        await Services.GetRequiredService<ITriggerControl>().FlowChangedAsync(flow.TenantId, flow.Namespace, flow.Id, cancellationToken);
        return reading.Flow! with { Revision = saved.Revision };
    }

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync(CancellationToken.None);
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

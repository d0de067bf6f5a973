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
    private readonly string? ownFolder;

    private ScenarioServer(KestraServer server, string folder, bool isOwn)
    {
        this.server = server;
        Folder = folder;
        ownFolder = isOwn ? folder : null;
    }

    /// <summary>Where its files are.</summary>
    public string Folder { get; }

    public IServiceProvider Services => server.Services;

    /// <param name="replace">Brings another store than the embedded database.</param>
    /// <param name="folder">Of another server with which it shares its files; null is one of its own.</param>
    /// <param name="encryptionKey">Base64; null leaves encryption unconfigured.</param>
    /// <param name="configure">Further settings; null is none.</param>
    public static async Task<ScenarioServer> StartAsync(Action<IServiceCollection>? replace, CancellationToken cancellationToken, string? encryptionKey = null, string? folder = null, Func<ConfigurationBuilder, ConfigurationBuilder>? configure = null)
    {
        var created = folder ?? Directory.CreateTempSubdirectory("kestra-scenarios-").FullName;
        var builder = new ConfigurationBuilder(new Dictionary<string, string>(StringComparer.Ordinal))
            .ForceLocal(created)
            .Force("kestra.worker.max-num-threads", "200")
            .Force("kestra.tasks.tmp-dir.path", Path.Combine(created, "runs"))
            .Force("kestra.server.termination-grace-period", "PT1S")
            .Force("kestra.encryption.secret-key", encryptionKey);
        var configuration = (configure?.Invoke(builder) ?? builder).Build();
        var started = KestraServer.Create(configuration, ServerType.Standalone, ServerParts.Embedded, LogLevels.Read(configuration, null), replace);
        await started.StartAsync(cancellationToken);
        return new ScenarioServer(started, created, folder is null);
    }

    /// <summary>Stores a flow as the API does.</summary>
    /// <param name="last">The revision that this one follows; null is none.</param>
    /// <returns>The flow as it runs.</returns>
    public async Task<Flow> SaveAsync(string source, CancellationToken cancellationToken, int? last = null)
    {
        var flow = await StoreAsync(Services, source, last, deleted: false, cancellationToken);
        await Services.GetRequiredService<ITriggerControl>().FlowChangedAsync(flow.TenantId, flow.Namespace, flow.Id, cancellationToken);
        return flow;
    }

    /// <summary>Stores a revision of a flow; nobody is told.</summary>
    public static async Task<Flow> StoreAsync(IServiceProvider services, string source, int? last, bool deleted, CancellationToken cancellationToken)
    {
        var reading = services.GetRequiredService<FlowReader>().Read(source, Tenants.Default);
        if (!reading.IsValid)
        {
            throw new InvalidOperationException($"The flow is refused: {reading.Constraints}");
        }

        var flow = DefinitionReader.ReadFlow(reading.Raw!, Tenants.Default, []) with { Source = source };
        var saved = await services.GetRequiredService<IStore>().Flows.SaveAsync(
            new NewFlowRevision(flow.TenantId, flow.Namespace, flow.Id, deleted, flow.Disabled, flow.Labels ?? [], source, revision => FlowJson.Document(flow with { Revision = revision }, reading.Raw!)),
            expectedLast: last,
            cancellationToken);
        return reading.Flow! with { Revision = saved.Revision };
    }

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync(CancellationToken.None);
        await server.DisposeAsync();
        if (ownFolder is not null)
        {
            Directory.Delete(ownFolder, recursive: true);
        }
    }
}

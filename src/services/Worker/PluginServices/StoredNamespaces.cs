using Kestra.Plugins.Services;
using Kestra.Storage;

namespace Kestra.Worker.PluginServices;

/// <summary>The namespaces that hold flows.</summary>
internal sealed class StoredNamespaces(IStore store) : INamespaces
{
    public Task<IReadOnlyList<string>> ListAsync(string tenantId, CancellationToken cancellationToken) => store.Flows.FindNamespacesAsync(tenantId, text: null, cancellationToken);
}

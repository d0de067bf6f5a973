using System.Collections.Concurrent;
using Kestra.Model.Flows;
using Kestra.Storage.Flows;

namespace Kestra.Webserver.Flows;

/// <summary>Flows that were read from their source a while ago, by revision.</summary>
internal sealed class FlowCache
{
    private const int Capacity = 500;

    private readonly ConcurrentDictionary<(string Tenant, string Namespace, string Id), (StoredFlow Stored, Flow Flow)> known = new();

    public Flow Find(StoredFlow stored, Func<StoredFlow, Flow> read)
    {
        var key = (stored.TenantId, stored.Namespace, stored.Id);
        if (known.TryGetValue(key, out var entry) && IsSame(entry.Stored, stored))
        {
            return entry.Flow;
        }

        var flow = read(stored);
        if (known.Count >= Capacity)
        {
            known.Clear();
        }

        known[key] = (stored, flow);
        return flow;
    }

    // The source is compared too: a flow that was removed with all its revisions and stored anew begins at the first again.
    private static bool IsSame(StoredFlow known, StoredFlow stored) =>
        known.Revision == stored.Revision && known.Deleted == stored.Deleted && known.Disabled == stored.Disabled && string.Equals(known.Source, stored.Source, StringComparison.Ordinal);
}

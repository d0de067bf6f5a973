using Kestra.Flows;
using Kestra.Model.Flows;
using Kestra.Storage.Flows;

namespace Kestra.Hosting.Flows;

/// <summary>Turns stored revisions into flows as they run: with their plugin defaults, and with their faults as <see cref="Flow.Exception"/>.</summary>
public sealed class StoredFlows(FlowReader reader)
{
    public Flow Read(StoredFlow stored) =>
        reader.ReadStored(stored.Source, stored.TenantId, stored.Namespace, stored.Id) with { Revision = stored.Revision, Deleted = stored.Deleted, Disabled = stored.Disabled };
}

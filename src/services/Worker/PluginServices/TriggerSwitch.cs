using Kestra.Hosting.Lanes;
using Kestra.Plugins.Services;
using Kestra.Storage;

namespace Kestra.Worker.PluginServices;

/// <summary>Switches triggers for tasks, through the scheduler that owns them.</summary>
internal sealed class TriggerSwitch(IStore store, ITriggerControl control) : ITriggerSwitch
{
    public async Task<bool> FlowExistsAsync(string tenantId, string @namespace, string flowId, CancellationToken cancellationToken) =>
        await store.Flows.FindAsync(tenantId, @namespace, flowId, revision: null, allowDeleted: false, cancellationToken) is not null;

    public async Task<bool> SetDisabledAsync(string tenantId, string @namespace, string flowId, string triggerId, bool disabled, CancellationToken cancellationToken) =>
        await control.SetDisabledAsync(new TriggerKey(tenantId, @namespace, flowId, triggerId), disabled, cancellationToken) is not null;
}

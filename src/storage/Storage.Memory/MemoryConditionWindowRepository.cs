using Kestra.Model.Triggers;
using Kestra.Storage.Triggers;
using NodaTime;

namespace Kestra.Storage.Memory;

internal sealed class MemoryConditionWindowRepository(MemoryDatabase database) : IConditionWindowRepository
{
    public Task<MultipleConditionWindow?> FindAsync(string tenantId, string @namespace, string flowId, string conditionId, CancellationToken cancellationToken) => database.DoAsync(
        () => database.Windows.GetValueOrDefault(new TriggerId(tenantId, @namespace, flowId, conditionId)),
        cancellationToken);

    public Task<int> DeleteEndedAsync(Instant before, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            var ended = database.Windows.Where(row => row.Value.End < before).Select(static row => row.Key).ToList();
            ended.ForEach(key => database.Windows.Remove(key));
            return ended.Count;
        },
        cancellationToken);

    internal static void Apply(MemoryDatabase database, ConditionWindowChange change)
    {
        var window = change.Window;
        var key = new TriggerId(window.TenantId, window.Namespace, window.FlowId, window.ConditionId);
        if (change.IsGone)
        {
            database.Windows.Remove(key);
        }
        else
        {
            database.Windows[key] = window;
        }
    }
}

using Kestra.Model.Triggers;
using Kestra.Storage.Flows;
using Kestra.Storage.Queries;
using Kestra.Storage.Triggers;
using NodaTime;

namespace Kestra.Storage.Memory;

internal sealed class MemoryTriggerRepository(MemoryDatabase database) : ITriggerRepository
{
    private static readonly Dictionary<string, Func<Trigger, IComparable?>> Fields = new(StringComparer.Ordinal)
    {
        ["flowId"] = static row => row.FlowId,
        ["namespace"] = static row => row.Namespace,
        ["triggerId"] = static row => row.TriggerId,
        ["executionId"] = static row => row.ExecutionId,
        ["nextExecutionDate"] = static row => row.NextExecutionDate?.ToInstant(),
    };

    public Task<Trigger?> FindAsync(string tenantId, string @namespace, string flowId, string triggerId, CancellationToken cancellationToken) => database.DoAsync(
        () => database.Triggers.TryGetValue(new TriggerId(tenantId, @namespace, flowId, triggerId), out var trigger) ? trigger : null,
        cancellationToken);

    public Task<IReadOnlyList<Trigger>> FindAllAsync(string? tenantId, string? @namespace, string? flowId, CancellationToken cancellationToken) => database.DoAsync<IReadOnlyList<Trigger>>(
        () => [.. database.Triggers.Values
            .Where(row => (tenantId is null || row.TenantId == tenantId) && (@namespace is null || row.Namespace == @namespace) && (flowId is null || row.FlowId == flowId))
            .Order(Comparer<Trigger>.Create(Natural))],
        cancellationToken);

    public async Task<IReadOnlyList<Trigger>> FindShareAsync(FlowShare share, CancellationToken cancellationToken) =>
        [.. (await FindAllAsync(null, null, null, cancellationToken)).Where(row => share.Contains(row.TenantId, row.Namespace, row.FlowId))];

    public Task<Page<Trigger>> SearchAsync(string tenantId, IReadOnlyList<QueryFilter> filters, PageRequest page, CancellationToken cancellationToken) => database.DoAsync(
        () => Ordering.Page(database.Triggers.Values.Where(row => row.TenantId == tenantId && filters.All(filter => Matches(row, filter))).ToList(), page, Fields, Natural),
        cancellationToken);

    public Task SaveAsync(IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            foreach (var trigger in triggers)
            {
                Save(database, trigger);
            }
        },
        cancellationToken);

    public Task DeleteAsync(IReadOnlyList<Trigger> triggers, CancellationToken cancellationToken) => database.DoAsync(
        () =>
        {
            foreach (var trigger in triggers)
            {
                database.Triggers.Remove(Id(trigger));
            }
        },
        cancellationToken);

    internal static void Save(MemoryDatabase database, Trigger trigger) => database.Triggers[Id(trigger)] = trigger;

    private static TriggerId Id(Trigger trigger) => new(trigger.TenantId, trigger.Namespace, trigger.FlowId, trigger.TriggerId);

    private static int Natural(Trigger left, Trigger right)
    {
        foreach (var (one, other) in new[] { (left.TenantId, right.TenantId), (left.Namespace, right.Namespace), (left.FlowId, right.FlowId) })
        {
            if (string.CompareOrdinal(one, other) is not 0 and var order)
            {
                return order;
            }
        }

        return string.CompareOrdinal(left.TriggerId, right.TriggerId);
    }

    private static bool Matches(Trigger row, QueryFilter filter) => filter.Field switch
    {
        FilterField.QUERY => Filters.Query(filter, row.Namespace, row.FlowId, row.TriggerId, row.ExecutionId),
        FilterField.SCOPE => Filters.Scope(filter, row.Namespace),
        FilterField.NAMESPACE => Filters.Text(filter, row.Namespace),
        FilterField.FLOW_ID => Filters.Text(filter, row.FlowId),
        FilterField.TRIGGER_ID => Filters.Text(filter, row.TriggerId),
        FilterField.WORKER_ID => Filters.Text(filter, row.WorkerId),
        FilterField.START_DATE or FilterField.END_DATE => Filters.Date(filter, row.NextExecutionDate?.ToInstant()),
        _ => throw FilterValues.UnknownField(filter, "Triggers"),
    };
}

using Kestra.Model.Json;
using Kestra.Model.Triggers;
using Kestra.Storage.Triggers;
using NodaTime;

namespace Kestra.Storage.Sqlite;

internal sealed class SqliteConditionWindowRepository(SqliteDatabase database) : IConditionWindowRepository
{
    public async Task<MultipleConditionWindow?> FindAsync(string tenantId, string @namespace, string flowId, string conditionId, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Single(
            "SELECT document FROM condition_window WHERE tenant = $0 AND namespace = $1 AND flow = $2 AND id = $3",
            row => ModelJson.ReadWindow(row.GetFieldValue<byte[]>(0)),
            tenantId, @namespace, flowId, conditionId),
        cancellationToken);

    public async Task<int> DeleteEndedAsync(Instant before, CancellationToken cancellationToken) => await database.WriteAsync(
        session => session.Run("DELETE FROM condition_window WHERE end_date < $0", before.ToUnixTimeTicks()),
        cancellationToken);

    internal static void Apply(Session session, IReadOnlyList<ConditionWindowChange> changes)
    {
        foreach (var (window, isGone) in changes)
        {
            if (isGone)
            {
                session.Run("DELETE FROM condition_window WHERE tenant = $0 AND namespace = $1 AND flow = $2 AND id = $3", window.TenantId, window.Namespace, window.FlowId, window.ConditionId);
                continue;
            }

            session.Run(
                """
                INSERT INTO condition_window (tenant, namespace, flow, id, end_date, document) VALUES ($0, $1, $2, $3, $4, $5)
                ON CONFLICT (tenant, namespace, flow, id) DO UPDATE SET end_date = $4, document = $5
                """,
                window.TenantId, window.Namespace, window.FlowId, window.ConditionId, window.End.ToUnixTimeTicks(), ModelJson.Serialize(window));
        }
    }
}

using Kestra.Model.Json;
using Kestra.Model.Triggers;
using Kestra.Storage.Triggers;
using NodaTime;

namespace Kestra.Storage.Postgres;

internal sealed class PostgresConditionWindowRepository(PostgresDatabase database) : IConditionWindowRepository
{
    public Task<MultipleConditionWindow?> FindAsync(string tenantId, string @namespace, string flowId, string conditionId, CancellationToken cancellationToken) => database.SingleAsync(
        "SELECT value FROM multipleconditions WHERE key = $1 AND tenant_id = $2",
        static row => ModelJson.ReadWindow(Documents.Read(row, 0)),
        [RowKeys.Trigger(tenantId, @namespace, flowId, conditionId), tenantId],
        cancellationToken);

    public Task<int> DeleteEndedAsync(Instant before, CancellationToken cancellationToken) =>
        database.ExecuteAsync("DELETE FROM multipleconditions WHERE end_date < $1", [before.ToDateTimeUtc()], cancellationToken);
}

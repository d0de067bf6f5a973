using Kestra.Storage.Executions;
using Kestra.Storage.Relational;
using NodaTime;
using Npgsql;

namespace Kestra.Storage.Postgres;

internal sealed class PostgresWorkerJobStore(PostgresDatabase database) : IWorkerJobStore
{
    private static readonly string Columns = string.Join(", ", WorkerJobRows.Columns.Select(static column => $"job.{column}"));

    private readonly string schema = database.Schema;

    public Task<IReadOnlyList<WorkerJobRow>> ClaimAsync(string workerId, string? group, int credits, CancellationToken cancellationToken) =>
        ClaimAsync("worker_group = $3 AND kind = $4 AND NOT killed", [workerId, credits, group ?? "", WorkerJobRows.Task], cancellationToken);

    public Task<IReadOnlyList<WorkerJobRow>> ClaimTriggersAsync(string workerId, string? group, bool realtime, int credits, CancellationToken cancellationToken) =>
        ClaimAsync(
            $"worker_group = $3 AND kind = $4 AND NOT killed AND {WorkerJobRows.IsFree($"{schema}.worker_job", "waiting")}",
            [workerId, credits, group ?? "", WorkerJobRows.Trigger(realtime)],
            cancellationToken);

    public Task<IReadOnlyList<WorkerJobRow>> ClaimKilledAsync(string workerId, int limit, CancellationToken cancellationToken) =>
        ClaimAsync("killed AND kind = 0", [workerId, limit], cancellationToken);

    public Task ReleaseAsync(string workerId, IReadOnlyList<long> ids, CancellationToken cancellationToken) => database.ExecuteAsync(
        $"""
        WITH given_back AS (UPDATE {schema}.worker_job SET claimed_by = NULL, claimed_at = NULL WHERE id = ANY ($2) AND claimed_by = $1 RETURNING id)
        SELECT pg_notify('{schema}', '{PostgresHints.JobsWaiting}') WHERE EXISTS (SELECT FROM given_back)
        """,
        [workerId, ids.ToArray()],
        cancellationToken);

    public Task RemoveAsync(string workerId, IReadOnlyList<long> ids, CancellationToken cancellationToken) =>
        database.ExecuteAsync($"DELETE FROM {schema}.worker_job WHERE id = ANY ($2) AND claimed_by = $1", [workerId, ids.ToArray()], cancellationToken);

    public async Task<IReadOnlyList<WorkerJobRow>> ListClaimedAsync(string workerId, CancellationToken cancellationToken) =>
        await database.QueryAsync($"SELECT {Columns} FROM {schema}.worker_job AS job WHERE claimed_by = $1 ORDER BY id", static row => Read(row), [workerId], cancellationToken);

    public async Task<IReadOnlyList<WorkerJobRow>> ListAsync(int partition, CancellationToken cancellationToken) =>
        await database.QueryAsync(OfPartition(schema), static row => Read(row), [partition], cancellationToken);

    /// <summary>All jobs of the partition <c>$1</c>; read by <see cref="Read"/>.</summary>
    public static string OfPartition(string schema) => $"SELECT {Columns} FROM {schema}.worker_job AS job WHERE partition = $1 ORDER BY id";

    public static WorkerJobRow Read(NpgsqlDataReader row) => WorkerJobRows.Read(row, static (reader, column) => Instant.FromDateTimeUtc(reader.GetDateTime(column)));

    // What is looked for is found once and locked, and others pass over it; so nobody waits, and nobody takes it twice.
    private async Task<IReadOnlyList<WorkerJobRow>> ClaimAsync(string condition, object?[] values, CancellationToken cancellationToken)
    {
        var rows = await database.QueryAsync(
            $"""
            WITH waiting AS MATERIALIZED (SELECT id FROM {schema}.worker_job AS waiting WHERE claimed_by IS NULL AND {condition} ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED)
            UPDATE {schema}.worker_job AS job SET claimed_by = $1, claimed_at = clock_timestamp() FROM waiting WHERE job.id = waiting.id RETURNING {Columns}
            """,
            static row => Read(row),
            values,
            cancellationToken);
        rows.Sort(static (one, other) => one.Id.CompareTo(other.Id));
        return rows;
    }
}

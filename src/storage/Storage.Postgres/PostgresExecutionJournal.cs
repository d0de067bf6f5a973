using System.Data;
using Kestra.Model.Executions;
using Kestra.Storage.Executions;
using NodaTime;
using Npgsql;

namespace Kestra.Storage.Postgres;

internal sealed class PostgresExecutionJournal(PostgresDatabase database, PostgresPresence presence) : IExecutionJournal
{
    // Whatever its members write names the epoch, so that one who is wrongly taken for dead is kept from writing. Others also give
    // commands while their lease has time left, and count on that.
    private const string FencedCircle = "executions";

    private readonly string schema = database.Schema;

    public async Task<PartitionLease?> AcquireAsync(int partition, string owner, Duration timeToLive, CancellationToken cancellationToken) =>
        await database.SingleAsync(
            $"SELECT {schema}.acquire($1, $2, $3)",
            static row => row.IsDBNull(0) ? (long?)null : row.GetInt64(0),
            [partition, owner, timeToLive.ToTimeSpan()],
            cancellationToken) is { } epoch
            ? new PartitionLease(partition, owner, epoch)
            : null;

    public int Partitions => 16;

    public async Task<IReadOnlyList<PartitionLease>> RenewAsync(IReadOnlyList<PartitionLease> leases, Duration timeToLive, CancellationToken cancellationToken)
    {
        var renewed = await database.QueryAsync(
            $"UPDATE {schema}.lease SET expires = clock_timestamp() + $4 FROM unnest($1, $2, $3) AS given (partition, epoch, owner) WHERE lease.partition = given.partition AND lease.epoch = given.epoch AND lease.owner = given.owner RETURNING lease.partition",
            static row => row.GetInt32(0),
            [leases.Select(static lease => lease.Partition).ToArray(), leases.Select(static lease => lease.Epoch).ToArray(), leases.Select(static lease => lease.Owner).ToArray(), timeToLive.ToTimeSpan()],
            cancellationToken);
        return [.. leases.Where(lease => !renewed.Contains(lease.Partition))];
    }

    public Task ReleaseAsync(PartitionLease lease, CancellationToken cancellationToken) =>
        database.ExecuteAsync($"UPDATE {schema}.lease SET owner = NULL WHERE partition = $1 AND epoch = $2 AND owner = $3", [lease.Partition, lease.Epoch, lease.Owner], cancellationToken);

    // Rows that are gone by now are still seen by the count, because a statement sees one moment; so they are told apart by their time.
    public async Task<int> JoinAsync(string circle, string owner, Duration timeToLive, CancellationToken cancellationToken)
    {
        var present = circle == FencedCircle && await presence.HoldAsync(owner, cancellationToken);
        return await database.SingleAsync(
            $"""
            WITH joined AS (
              INSERT INTO {schema}.member (owner, expires, circle, present) VALUES ($1, clock_timestamp() + $2, $3, $4)
              ON CONFLICT (owner) DO UPDATE SET expires = EXCLUDED.expires, circle = EXCLUDED.circle, present = EXCLUDED.present),
            gone AS (DELETE FROM {schema}.member WHERE expires < clock_timestamp() - interval '1 minute' AND owner <> $1)
            SELECT count(*)::integer + 1 FROM {schema}.member WHERE owner <> $1 AND circle = $3 AND expires >= clock_timestamp() AND NOT {schema}.is_gone(owner)
            """,
            static row => row.GetInt32(0),
            [owner, timeToLive.ToTimeSpan(), circle, present],
            cancellationToken);
    }

    // The row goes first: a lock that is gone while the row says that it is held would tell of a death.
    public async Task LeaveAsync(string owner, CancellationToken cancellationToken)
    {
        await database.ExecuteAsync($"DELETE FROM {schema}.member WHERE owner = $1", [owner], cancellationToken);
        await presence.DropAsync(owner);
    }

    public async Task<IReadOnlyList<string>> FindGoneAsync(CancellationToken cancellationToken) => await database.QueryAsync(
        $"SELECT owner FROM {schema}.member WHERE circle = $1 AND present AND {schema}.is_gone(owner)", static row => row.GetString(0), [FencedCircle], cancellationToken);

    public Task<PartitionContents> LoadAsync(PartitionLease lease, CancellationToken cancellationToken) => database.RunAsync(
        async connection =>
        {
            await using var moment = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            object?[] partition = [lease.Partition];
            var executions = await PostgresDatabase.QueryAsync(
                connection, $"{Stored($"{schema}.execution AS held LEFT JOIN executions ON executions.key = held.id")} WHERE held.partition = $1 AND (executions.key IS NOT NULL OR held.document IS NOT NULL) ORDER BY executions.start_date, held.id", static row => Read(row), partition, cancellationToken);
            var timers = await PostgresDatabase.QueryAsync(
                connection,
                $"SELECT key, tenant, execution, due, payload, partition FROM {schema}.timer WHERE partition = $1",
                static row => new ExecutionTimer(row.GetString(0), row.GetString(1), row.GetString(2), Instant.FromUnixTimeTicks(row.GetInt64(3)), row.GetFieldValue<byte[]>(4)) { Partition = row.GetInt32(5) },
                partition,
                cancellationToken);
            var slots = await PostgresDatabase.QueryAsync(
                connection,
                $"SELECT tenant, namespace, flow, execution, state, queued, partition FROM {schema}.slot WHERE partition = $1 ORDER BY queued",
                static row => new SlotChange(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), Enum.Parse<SlotState>(row.GetString(4)), Instant.FromUnixTimeTicks(row.GetInt64(5))) { Partition = row.GetInt32(6) },
                partition,
                cancellationToken);
            var jobs = await PostgresDatabase.QueryAsync(connection, PostgresWorkerJobStore.OfPartition(schema), static row => PostgresWorkerJobStore.Read(row), partition, cancellationToken);
            return new PartitionContents(executions, timers, slots, jobs);
        },
        cancellationToken);

    public Task<StoredExecution?> ReadAsync(string tenantId, string executionId, CancellationToken cancellationToken) => database.SingleAsync(
        $"""
        {Stored($"(SELECT $1::text AS id) AS wanted LEFT JOIN {schema}.execution AS held ON held.id = wanted.id AND held.tenant = $2 LEFT JOIN executions ON executions.key = wanted.id AND executions.tenant_id = $2 AND NOT executions.deleted")}
        WHERE executions.key IS NOT NULL OR held.document IS NOT NULL
        """,
        static row => Read(row),
        [executionId, tenantId],
        cancellationToken);

    // Positions start anew after an end. Each snapshot writes the row, so the transaction that did tells it from all others.
    public Task<IReadOnlyList<ReadOnlyMemory<byte>>?> ReadTailAsync(string tenantId, string executionId, long version, long afterPosition, CancellationToken cancellationToken) => database.SingleAsync(
        $"""
        SELECT (SELECT array_agg(entry.events ORDER BY entry.position) FROM {schema}.journal AS entry WHERE entry.execution = held.id AND entry.position > $4)
        FROM {schema}.execution AS held WHERE held.id = $1 AND held.tenant = $2 AND held.xmin::text::bigint = $3
        """,
        static row => Events(row, 0),
        [executionId, tenantId, version, afterPosition],
        cancellationToken);

    public Task<ExecutionPlace?> FindPlaceAsync(string tenantId, string executionId, CancellationToken cancellationToken) => database.SingleAsync(
        $"""
        SELECT namespace, flow_id FROM executions WHERE key = $1 AND tenant_id = $2
        UNION ALL
        SELECT value ->> 'namespace', value ->> 'flowId' FROM (SELECT convert_from(document, 'UTF8')::jsonb AS value FROM {schema}.execution WHERE id = $1 AND tenant = $2 AND document IS NOT NULL) AS aside
        """,
        row => (ExecutionPlace?)new ExecutionPlace(tenantId, row.GetString(0), row.GetString(1)),
        [executionId, tenantId],
        cancellationToken);

    public Task<int?> FindTimerPartitionAsync(string tenantId, string executionId, CancellationToken cancellationToken) => database.SingleAsync(
        $"SELECT partition FROM {schema}.timer WHERE execution = $1 AND tenant = $2 LIMIT 1",
        static row => (int?)row.GetInt32(0),
        [executionId, tenantId],
        cancellationToken);

    public async Task CommitAsync(IReadOnlyList<PartitionLease> leases, ExecutionBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            await database.RunAsync(
                async connection =>
                {
                    // Without a transaction of its own, a batch is one: nothing of it stays when one statement fails.
                    await using var statements = connection.CreateBatch();
                    new CommitBatch(statements, schema).Add(leases, batch);
                    return statements.BatchCommands.Count == 0 ? 0 : await statements.ExecuteNonQueryAsync(cancellationToken);
                },
                cancellationToken);
        }
        catch (PostgresException fault) when (fault.SqlState == Faults.LeaseLost)
        {
            throw new LeaseLostException(leases.FirstOrDefault(lease => fault.MessageText.Contains($"Partition {lease.Partition} ", StringComparison.Ordinal)) ?? leases[0]);
        }
    }

    public async Task<IReadOnlyList<QueuedCommand>> ReadCommandsAsync(IReadOnlyCollection<int> partitions, int limit, CancellationToken cancellationToken) => await database.QueryAsync(
        $"SELECT id, partition, execution, command FROM {schema}.command WHERE partition = ANY ($1) ORDER BY id LIMIT $2",
        static row => new QueuedCommand(row.GetInt64(0), row.GetInt32(1), row.GetString(2), row.GetFieldValue<byte[]>(3)),
        [partitions.ToArray(), limit],
        cancellationToken);

    public async Task<IReadOnlyList<CommandReply>> TakeRepliesAsync(string reader, CancellationToken cancellationToken) => await database.QueryAsync(
        $"""
        WITH forgotten AS (DELETE FROM {schema}.reply WHERE written < clock_timestamp() - interval '1 hour' AND reader <> $1)
        DELETE FROM {schema}.reply WHERE reader = $1 RETURNING token, outcome
        """,
        row => new CommandReply(reader, row.GetString(0), row.GetFieldValue<byte[]>(1)),
        [reader],
        cancellationToken);

    // One statement sees one moment, so the tail belongs to the snapshot. Of one that is kept aside, an older row of Kestra's does not count.
    private string Stored(string tables) =>
        $"""
        SELECT coalesce(held.tenant, executions.tenant_id), coalesce(held.id, executions.key), CASE WHEN held.document IS NULL THEN executions.value END, executions.state_current::text, held.partition, held.position,
          (SELECT array_agg(entry.events ORDER BY entry.position) FROM {schema}.journal AS entry WHERE entry.execution = held.id AND entry.position > held.position), held.document,
          held.xmin::text::bigint
        FROM {tables}
        """;

    // An execution that nobody holds is ended, unless another program left it open.
    private static StoredExecution Read(NpgsqlDataReader row)
    {
        var (held, aside) = (!row.IsDBNull(4), !row.IsDBNull(7));
        var ended = !held && Enum.Parse<StateType>(row.GetString(3)).IsTerminated;
        return new StoredExecution(
            row.GetString(0),
            row.GetString(1),
            held ? row.GetInt32(4) : 0,
            ended,
            aside ? row.GetFieldValue<byte[]>(7) : Documents.Read(row, 2),
            held ? row.GetInt64(5) : 0,
            Events(row, 6))
        {
            Provisional = aside,
            Version = held ? row.GetInt64(8) : 0,
        };
    }

    private static IReadOnlyList<ReadOnlyMemory<byte>> Events(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? [] : [.. row.GetFieldValue<byte[][]>(column).Select(static events => (ReadOnlyMemory<byte>)events)];
}

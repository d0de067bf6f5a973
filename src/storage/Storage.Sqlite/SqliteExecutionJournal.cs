using Kestra.Model.Executions;
using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Microsoft.Data.Sqlite;
using NodaTime;

namespace Kestra.Storage.Sqlite;

internal sealed class SqliteExecutionJournal(SqliteDatabase database, Hints hints, WorkerJobHints jobHints, TimeProvider time) : IExecutionJournal
{
    private const string InsertInto =
        """
        INSERT INTO execution (tenant, id, partition, namespace, flow, state, start_date, end_date, duration, labels, kind, parent_id, trigger_execution, trigger_id, position, ended)
        VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        """;

    private const string InsertExecution = $"{InsertInto} ON CONFLICT (tenant, id) DO NOTHING RETURNING key";

    private const string UpdateExecution =
        $"""
        {InsertInto}
        ON CONFLICT (tenant, id) DO UPDATE SET partition = $2, namespace = $3, flow = $4, state = $5, start_date = $6, end_date = $7, duration = $8, labels = $9, kind = $10,
          parent_id = $11, trigger_execution = $12, trigger_id = $13, position = $14, ended = $15
        RETURNING key
        """;

    public async Task<PartitionLease?> AcquireAsync(int partition, string owner, Duration timeToLive, CancellationToken cancellationToken) => await database.WriteAsync(
        session =>
        {
            var now = Now;
            var current = session.Single("SELECT owner, epoch, expires FROM lease WHERE partition = $0", row => (Owner: row.GetString(0), Epoch: row.GetInt64(1), Expires: row.GetInt64(2)), partition);
            if (!string.IsNullOrEmpty(current.Owner) && current.Owner != owner && current.Expires > now)
            {
                return null;
            }

            var epoch = current.Epoch + 1;
            session.Run(
                "INSERT INTO lease (partition, owner, epoch, expires) VALUES ($0, $1, $2, $3) ON CONFLICT (partition) DO UPDATE SET owner = $1, epoch = $2, expires = $3",
                partition, owner, epoch, now + timeToLive.BclCompatibleTicks);
            return new PartitionLease(partition, owner, epoch);
        },
        cancellationToken);

    // One process has the file, so there is nobody to share with.
    public int Partitions => 1;

    public async Task<IReadOnlyList<PartitionLease>> RenewAsync(IReadOnlyList<PartitionLease> leases, Duration timeToLive, CancellationToken cancellationToken) => await database.WriteAsync(
        session => leases.Where(lease => session.Run(
            "UPDATE lease SET expires = $3 WHERE partition = $0 AND epoch = $1 AND owner = $2", lease.Partition, lease.Epoch, lease.Owner, Now + timeToLive.BclCompatibleTicks) == 0).ToList(),
        cancellationToken);

    // The row stays with nobody as its owner, so that epochs never come twice.
    public Task ReleaseAsync(PartitionLease lease, CancellationToken cancellationToken) => database.WriteAsync(
        session => { session.Run("UPDATE lease SET owner = '' WHERE partition = $0 AND epoch = $1 AND owner = $2", lease.Partition, lease.Epoch, lease.Owner); },
        cancellationToken);

    public async Task<int> JoinAsync(string circle, string owner, Duration timeToLive, CancellationToken cancellationToken) => await database.WriteAsync(
        session =>
        {
            session.Run("INSERT INTO member (owner, expires, circle) VALUES ($0, $1, $2) ON CONFLICT (owner) DO UPDATE SET expires = $1, circle = $2", owner, Now + timeToLive.BclCompatibleTicks, circle);
            session.Run("DELETE FROM member WHERE expires < $0 AND owner <> $1", Now, owner);
            return session.Single("SELECT count(*) FROM member WHERE circle = $0", row => row.GetInt32(0), circle);
        },
        cancellationToken);

    public Task LeaveAsync(string owner, CancellationToken cancellationToken) => database.WriteAsync(session => { session.Run("DELETE FROM member WHERE owner = $0", owner); }, cancellationToken);

    public Task<IReadOnlyList<string>> FindGoneAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    public async Task<PartitionContents> LoadAsync(PartitionLease lease, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var executions = session.Query(
                "SELECT tenant, id, position, document FROM execution JOIN execution_document USING (key) WHERE partition = $0 AND ended = 0 ORDER BY key",
                row => (Tenant: row.GetString(0), Id: row.GetString(1), Position: row.GetInt64(2), Document: Bytes(row, 3)),
                lease.Partition);
            var stored = executions.ConvertAll(row => new StoredExecution(row.Tenant, row.Id, lease.Partition, false, row.Document, row.Position, Tail(session, row.Tenant, row.Id, row.Position)) { Version = row.Position });
            var timers = session.Query(
                "SELECT key, tenant, execution, due, payload FROM timer WHERE partition = $0",
                row => new ExecutionTimer(row.GetString(0), row.GetString(1), row.GetString(2), Instant.FromUnixTimeTicks(row.GetInt64(3)), Bytes(row, 4)) { Partition = lease.Partition },
                lease.Partition);
            var slots = session.Query(
                "SELECT tenant, namespace, flow, execution, state, queued FROM slot WHERE partition = $0 ORDER BY queued",
                row => new SlotChange(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), Enum.Parse<SlotState>(row.GetString(4)), Instant.FromUnixTimeTicks(row.GetInt64(5))) { Partition = lease.Partition },
                lease.Partition);
            return new PartitionContents(stored, timers, slots, SqliteWorkerJobStore.Of(session, lease.Partition));
        },
        cancellationToken);

    public async Task<StoredExecution?> ReadAsync(string tenantId, string executionId, CancellationToken cancellationToken) => await database.ReadAsync(
        session =>
        {
            var found = session.Single(
                "SELECT partition, ended, position, document FROM execution JOIN execution_document USING (key) WHERE tenant = $0 AND id = $1",
                row => new StoredExecution(tenantId, executionId, row.GetInt32(0), row.GetBoolean(1), Bytes(row, 3), row.GetInt64(2), []) { Version = row.GetInt64(2) },
                tenantId, executionId);
            return found is null ? null : found with { Tail = Tail(session, tenantId, executionId, found.Position) };
        },
        cancellationToken);

    // Positions go on after an end, so that of the snapshot tells it from all others.
    public async Task<IReadOnlyList<ReadOnlyMemory<byte>>?> ReadTailAsync(string tenantId, string executionId, long version, long afterPosition, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            session => session.Single("SELECT position FROM execution WHERE tenant = $0 AND id = $1", row => (long?)row.GetInt64(0), tenantId, executionId) == version
                ? Tail(session, tenantId, executionId, afterPosition)
                : null,
            cancellationToken);

    public async Task<ExecutionPlace?> FindPlaceAsync(string tenantId, string executionId, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Single("SELECT namespace, flow FROM execution WHERE tenant = $0 AND id = $1", row => (ExecutionPlace?)new ExecutionPlace(tenantId, row.GetString(0), row.GetString(1)), tenantId, executionId),
        cancellationToken);

    public async Task<int?> FindTimerPartitionAsync(string tenantId, string executionId, CancellationToken cancellationToken) => await database.ReadAsync(
        session => session.Single("SELECT partition FROM timer WHERE tenant = $0 AND execution = $1 LIMIT 1", row => (int?)row.GetInt32(0), tenantId, executionId),
        cancellationToken);

    public async Task CommitAsync(IReadOnlyList<PartitionLease> leases, ExecutionBatch batch, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            session =>
            {
                foreach (var lease in leases)
                {
                    if (session.Single("SELECT 1 FROM lease WHERE partition = $0 AND epoch = $1 AND owner = $2", row => row.GetInt64(0), lease.Partition, lease.Epoch, lease.Owner) != 1)
                    {
                        throw new LeaseLostException(lease);
                    }
                }

                Write(session, leases, batch);
            },
            cancellationToken);
        hints.Announce(Hints.Of(batch));
        jobHints.Announce(batch.NewsForWorkers);
    }

    public async Task<IReadOnlyList<QueuedCommand>> ReadCommandsAsync(IReadOnlyCollection<int> partitions, int limit, CancellationToken cancellationToken) => await database.ReadAsync(
        session => partitions
            .SelectMany(partition => session.Query(
                "SELECT id, execution, command FROM command WHERE partition = $0 ORDER BY id LIMIT $1",
                row => new QueuedCommand(row.GetInt64(0), partition, row.GetString(1), Bytes(row, 2)),
                partition, limit))
            .OrderBy(static command => command.Id)
            .Take(limit)
            .ToList(),
        cancellationToken);

    public async Task<IReadOnlyList<CommandReply>> TakeRepliesAsync(string reader, CancellationToken cancellationToken) => await database.WriteAsync(
        session =>
        {
            var taken = session.Query("DELETE FROM reply WHERE reader = $0 RETURNING token, outcome", row => new CommandReply(reader, row.GetString(0), Bytes(row, 1)), reader);
            session.Run("DELETE FROM reply WHERE written < $0", Now - Duration.FromHours(1).BclCompatibleTicks);
            return taken;
        },
        cancellationToken);

    private long Now => Instant.FromDateTimeOffset(time.GetUtcNow()).ToUnixTimeTicks();

    private static byte[] Bytes(SqliteDataReader row, int column) => row.GetFieldValue<byte[]>(column);

    private static List<ReadOnlyMemory<byte>> Tail(Session session, string tenantId, string executionId, long position) => session.Query(
        "SELECT events FROM journal WHERE tenant = $0 AND execution = $1 AND position > $2 ORDER BY position",
        row => (ReadOnlyMemory<byte>)Bytes(row, 0),
        tenantId, executionId, position);

    private void Write(Session session, IReadOnlyList<PartitionLease> leases, ExecutionBatch batch)
    {
        foreach (var entry in batch.Journal)
        {
            session.Run("INSERT INTO journal (tenant, execution, position, events) VALUES ($0, $1, $2, $3)", entry.TenantId, entry.ExecutionId, entry.Position, entry.Events.ToArray());
        }

        foreach (var snapshot in batch.Snapshots)
        {
            Write(session, snapshot);
        }

        foreach (var key in batch.TimersRemoved)
        {
            session.Run("DELETE FROM timer WHERE key = $0", key);
        }

        foreach (var timer in batch.TimersSet)
        {
            session.Run(
                "INSERT INTO timer (key, partition, tenant, execution, due, payload) VALUES ($0, $1, $2, $3, $4, $5) ON CONFLICT (key) DO UPDATE SET partition = $1, tenant = $2, execution = $3, due = $4, payload = $5",
                timer.Key, timer.Partition, timer.TenantId, timer.ExecutionId, timer.DueAt.ToUnixTimeTicks(), timer.Payload.ToArray());
        }

        foreach (var slot in batch.Slots)
        {
            Write(session, slot);
        }

        foreach (var id in batch.CommandsDone)
        {
            foreach (var lease in leases)
            {
                session.Run("DELETE FROM command WHERE id = $0 AND partition = $1", id, lease.Partition);
            }
        }

        foreach (var command in batch.CommandsSent)
        {
            session.Run("INSERT INTO command (partition, execution, command) VALUES ($0, $1, $2)", command.Partition, command.ExecutionId, command.Command.ToArray());
        }

        SqliteWorkerJobStore.Write(session, batch, Now);
        foreach (var reply in batch.Replies)
        {
            session.Run("INSERT INTO reply (reader, token, outcome, written) VALUES ($0, $1, $2, $3) ON CONFLICT (reader, token) DO UPDATE SET outcome = $2", reply.Reader, reply.Token, reply.Outcome.ToArray(), Now);
        }

        SqliteTriggerRepository.Save(session, batch.Triggers);
        SqliteConditionWindowRepository.Apply(session, batch.Windows);
        SqliteLogRepository.Append(session, batch.Logs);
        SqliteMetricRepository.Append(session, batch.Metrics);
        foreach (var (tenantId, executionId) in batch.Deleted)
        {
            Delete(session, tenantId, executionId);
        }
    }

    // The document has a table of its own, so that lists which filter and count read narrow rows.
    private static void Write(Session session, ExecutionSnapshot snapshot)
    {
        var labels = SqliteLabels.Text(snapshot.Labels);
        object?[] columns =
        [
            snapshot.TenantId, snapshot.Id, snapshot.Partition, snapshot.Namespace, snapshot.FlowId, snapshot.State.ToString(), snapshot.StartDate.ToUnixTimeTicks(),
            snapshot.EndDate?.ToUnixTimeTicks(), snapshot.Duration?.BclCompatibleTicks, labels, KindText(snapshot.Kind), snapshot.ParentId,
            snapshot.TriggerExecutionId, snapshot.TriggerId, snapshot.Position, snapshot.Ended,
        ];
        if (snapshot.Position == 1 && session.Single(InsertExecution, static row => (long?)row.GetInt64(0), columns) is { } created)
        {
            session.Run("INSERT INTO execution_document (key, document) VALUES ($0, $1)", created, snapshot.Document.ToArray());
            SqliteLabels.Replace(session, created, null, labels);
        }
        else
        {
            Update(session, snapshot, columns, labels);
        }

        if (snapshot.Ended)
        {
            session.Run("DELETE FROM journal WHERE tenant = $0 AND execution = $1", snapshot.TenantId, snapshot.Id);
            session.Run("DELETE FROM timer WHERE tenant = $0 AND execution = $1", snapshot.TenantId, snapshot.Id);
            session.Run("DELETE FROM worker_job WHERE tenant = $0 AND execution = $1", snapshot.TenantId, snapshot.Id);
        }
        else if (snapshot.Position > 1)
        {
            session.Run("DELETE FROM journal WHERE tenant = $0 AND execution = $1 AND position <= $2", snapshot.TenantId, snapshot.Id, snapshot.Position);
        }
    }

    private static void Update(Session session, ExecutionSnapshot snapshot, object?[] columns, string? labels)
    {
        var before = session.Single("SELECT labels FROM execution WHERE tenant = $0 AND id = $1", LabelsOf, snapshot.TenantId, snapshot.Id);
        var key = session.Single(UpdateExecution, static row => row.GetInt64(0), columns);
        session.Run("INSERT INTO execution_document (key, document) VALUES ($0, $1) ON CONFLICT (key) DO UPDATE SET document = $1", key, snapshot.Document.ToArray());
        SqliteLabels.Replace(session, key, before, labels);
    }

    private static string? LabelsOf(SqliteDataReader row) => row.IsDBNull(0) ? null : row.GetString(0);

    // Lists show normal executions; null makes them the partial indexes' own.
    private static string? KindText(ExecutionKind? kind) => kind is null or ExecutionKind.NORMAL ? null : kind.ToString();

    private static void Write(Session session, in SlotChange slot)
    {
        if (slot.State == SlotState.Released)
        {
            session.Run("DELETE FROM slot WHERE tenant = $0 AND execution = $1", slot.TenantId, slot.ExecutionId);
            return;
        }

        session.Run(
            "INSERT INTO slot (tenant, execution, partition, namespace, flow, state, queued) VALUES ($0, $1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, execution) DO UPDATE SET partition = $2, namespace = $3, flow = $4, state = $5, queued = $6",
            slot.TenantId, slot.ExecutionId, slot.Partition, slot.Namespace, slot.FlowId, slot.State.ToString(), slot.QueuedAt.ToUnixTimeTicks());
    }

    private static void Delete(Session session, string tenantId, string executionId)
    {
        session.Run("DELETE FROM journal WHERE tenant = $0 AND execution = $1", tenantId, executionId);
        session.Run("DELETE FROM timer WHERE tenant = $0 AND execution = $1", tenantId, executionId);
        session.Run("DELETE FROM slot WHERE tenant = $0 AND execution = $1", tenantId, executionId);
        session.Run("DELETE FROM worker_job WHERE tenant = $0 AND execution = $1", tenantId, executionId);
        var execution = session.Single(
            "SELECT key, labels FROM execution WHERE tenant = $0 AND id = $1", row => ((long Key, string? Labels)?)(row.GetInt64(0), row.IsDBNull(1) ? null : row.GetString(1)), tenantId, executionId);
        if (execution is { } found)
        {
            SqliteLabels.Replace(session, found.Key, found.Labels, null);
            session.Run("DELETE FROM execution_document WHERE key = $0", found.Key);
            session.Run("DELETE FROM execution WHERE key = $0", found.Key);
        }
    }
}

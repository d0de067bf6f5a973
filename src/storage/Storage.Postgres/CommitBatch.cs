using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Npgsql;
using NpgsqlTypes;

namespace Kestra.Storage.Postgres;

/// <summary>
/// One batch of the executor as statements over whole sets, sent together: one round trip, one transaction. The guard comes
/// first, so that nothing of a stale owner is written.
/// </summary>
internal sealed partial class CommitBatch(NpgsqlBatch batch, string schema)
{
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;
    private const NpgsqlDbType Numbers = NpgsqlDbType.Array | NpgsqlDbType.Bigint;
    private const NpgsqlDbType Integers = NpgsqlDbType.Array | NpgsqlDbType.Integer;
    private const NpgsqlDbType Blobs = NpgsqlDbType.Array | NpgsqlDbType.Bytea;
    private const NpgsqlDbType Jsons = NpgsqlDbType.Array | NpgsqlDbType.Jsonb;

    public void Add(IReadOnlyList<PartitionLease> leases, ExecutionBatch rows)
    {
        Guard(leases);
        AddJournal(rows.Journal);
        AddSnapshots(LastOf(rows.Snapshots, static snapshot => snapshot.Id));
        AddTimers(rows);
        AddSlots(LastOf(rows.Slots, static slot => slot.ExecutionId));
        AddCommands(leases, rows);
        AddJobs(rows);
        AddTriggers(rows.Triggers);
        AddWindows(LastOf(rows.Windows, static change => RowKeys.Window(change.Window)));
        AddLogs(rows.Logs);
        AddMetrics(rows.Metrics);
        AddDeletions(rows.Deleted);
        AddHints(rows);
    }

    public void AddTriggers(IReadOnlyList<Model.Triggers.Trigger> triggers)
    {
        var last = LastOf(triggers, RowKeys.Trigger);
        if (last.Count > 0)
        {
            Statement(
                "INSERT INTO triggers (key, value) SELECT * FROM unnest($1, $2) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
                (Texts, Column(last, RowKeys.Trigger)),
                (Jsons, Column(last, static trigger => Documents.Text(ModelJson.Serialize(trigger, JsonProfile.Database)))));
        }
    }

    private void AddWindows(IReadOnlyList<Storage.Triggers.ConditionWindowChange> changes)
    {
        var gone = changes.Where(static change => change.IsGone).Select(static change => RowKeys.Window(change.Window)).ToArray();
        if (gone.Length > 0)
        {
            Statement("DELETE FROM multipleconditions WHERE key = ANY ($1)", (Texts, gone));
        }

        var kept = changes.Where(static change => !change.IsGone).ToList();
        if (kept.Count > 0)
        {
            Statement(
                "INSERT INTO multipleconditions (key, value) SELECT * FROM unnest($1, $2) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
                (Texts, Column(kept, static change => RowKeys.Window(change.Window))),
                (Jsons, Column(kept, static change => Documents.Text(ModelJson.Serialize(change.Window)))));
        }
    }

    public void AddLogs(IReadOnlyList<Model.Logs.LogEntry> logs) =>
        AddInOrder("logs", logs, static entry => Documents.Text(ModelJson.Serialize(entry, JsonProfile.Database)));

    public void AddMetrics(IReadOnlyList<Model.Logs.MetricEntry> metrics) => AddInOrder("metrics", metrics, static entry => Documents.Text(ModelJson.Serialize(entry, JsonProfile.Database)));

    private void Guard(IReadOnlyList<PartitionLease> leases)
    {
        if (leases.Count > 0)
        {
            // In the order of partitions, so that two who take several locks never wait for each other.
            var ordered = leases.OrderBy(static lease => lease.Partition).ToList();
            Statement(
                $"SELECT {schema}.guard(partition, epoch, owner) FROM unnest($1, $2, $3) AS given (partition, epoch, owner)",
                (Integers, Column(ordered, static lease => lease.Partition)),
                (Numbers, Column(ordered, static lease => lease.Epoch)),
                (Texts, Column(ordered, static lease => lease.Owner)));
        }
    }

    private void AddJournal(List<JournalEntry> entries)
    {
        if (entries.Count > 0)
        {
            Statement(
                $"INSERT INTO {schema}.journal (execution, position, events) SELECT * FROM unnest($1, $2, $3)",
                (Texts, Column(entries, static entry => entry.ExecutionId)),
                (Numbers, Column(entries, static entry => entry.Position)),
                (Blobs, Column(entries, static entry => entry.Events.ToArray())));
        }
    }

    private void AddSnapshots(IReadOnlyList<ExecutionSnapshot> snapshots)
    {
        if (snapshots.Count == 0)
        {
            return;
        }

        AddRows([.. snapshots.Where(static snapshot => !snapshot.Provisional)]);
        var open = snapshots.Where(static snapshot => !snapshot.Ended).ToList();
        AddOpen(open);
        AddEnded([.. snapshots.Where(static snapshot => snapshot.Ended).Select(static snapshot => snapshot.Id)]);
        Trim([.. open.Where(static snapshot => snapshot.Position > 1)]);
    }

    private void AddRows(List<ExecutionSnapshot> snapshots)
    {
        if (snapshots.Count > 0)
        {
            Statement(
                "INSERT INTO executions (key, value) SELECT * FROM unnest($1, $2) ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
                (Texts, Column(snapshots, static snapshot => snapshot.Id)),
                (Jsons, Column(snapshots, static snapshot => Documents.Text(snapshot.Document.Span))));
        }
    }

    private void AddOpen(List<ExecutionSnapshot> open)
    {
        if (open.Count > 0)
        {
            Statement(
                $"""
                INSERT INTO {schema}.execution (id, tenant, partition, position, document) SELECT id, tenant, partition, position, document FROM unnest($1, $2, $3, $4, $5) AS given (id, tenant, position, document, partition)
                ON CONFLICT (id) DO UPDATE SET tenant = EXCLUDED.tenant, partition = EXCLUDED.partition, position = EXCLUDED.position, document = EXCLUDED.document
                """,
                (Texts, Column(open, static snapshot => snapshot.Id)),
                (Texts, Column(open, static snapshot => snapshot.TenantId)),
                (Numbers, Column(open, static snapshot => snapshot.Position)),
                (Blobs, Column(open, static snapshot => snapshot.Provisional ? snapshot.Document.ToArray() : null)),
                (Integers, Column(open, static snapshot => snapshot.Partition)));
        }
    }

    private void AddEnded(string[] ended)
    {
        if (ended.Length > 0)
        {
            Statement($"DELETE FROM {schema}.execution WHERE id = ANY ($1)", (Texts, ended));
            Statement($"DELETE FROM {schema}.journal WHERE execution = ANY ($1)", (Texts, ended));
            Statement($"DELETE FROM {schema}.timer WHERE execution = ANY ($1)", (Texts, ended));
            Statement($"DELETE FROM {schema}.worker_job WHERE execution = ANY ($1)", (Texts, ended));
        }
    }

    // What a snapshot includes is not needed as events any more.
    private void Trim(List<ExecutionSnapshot> snapshots)
    {
        if (snapshots.Count > 0)
        {
            Statement(
                $"DELETE FROM {schema}.journal AS old USING unnest($1, $2) AS given (execution, position) WHERE old.execution = given.execution AND old.position <= given.position",
                (Texts, Column(snapshots, static snapshot => snapshot.Id)),
                (Numbers, Column(snapshots, static snapshot => snapshot.Position)));
        }
    }

    private void AddTimers(ExecutionBatch rows)
    {
        if (rows.TimersRemoved.Count > 0)
        {
            Statement($"DELETE FROM {schema}.timer WHERE key = ANY ($1)", (Texts, rows.TimersRemoved.ToArray()));
        }

        var set = LastOf(rows.TimersSet, static timer => timer.Key);
        if (set.Count > 0)
        {
            Statement(
                $"""
                INSERT INTO {schema}.timer (key, partition, tenant, execution, due, payload)
                SELECT key, partition, tenant, execution, due, payload FROM unnest($1, $2, $3, $4, $5, $6) AS given (key, tenant, execution, due, payload, partition)
                ON CONFLICT (key) DO UPDATE SET partition = EXCLUDED.partition, tenant = EXCLUDED.tenant, execution = EXCLUDED.execution, due = EXCLUDED.due, payload = EXCLUDED.payload
                """,
                (Texts, Column(set, static timer => timer.Key)),
                (Texts, Column(set, static timer => timer.TenantId)),
                (Texts, Column(set, static timer => timer.ExecutionId)),
                (Numbers, Column(set, static timer => timer.DueAt.ToUnixTimeTicks())),
                (Blobs, Column(set, static timer => timer.Payload.ToArray())),
                (Integers, Column(set, static timer => timer.Partition)));
        }
    }

    private void AddSlots(IReadOnlyList<SlotChange> slots)
    {
        var released = slots.Where(static slot => slot.State == SlotState.Released).Select(static slot => slot.ExecutionId).ToArray();
        if (released.Length > 0)
        {
            Statement($"DELETE FROM {schema}.slot WHERE execution = ANY ($1)", (Texts, released));
        }

        var kept = slots.Where(static slot => slot.State != SlotState.Released).ToList();
        if (kept.Count > 0)
        {
            Statement(
                $"""
                INSERT INTO {schema}.slot (execution, tenant, partition, namespace, flow, state, queued)
                SELECT execution, tenant, partition, namespace, flow, state, queued FROM unnest($1, $2, $3, $4, $5, $6, $7) AS given (execution, tenant, namespace, flow, state, queued, partition)
                ON CONFLICT (execution) DO UPDATE SET tenant = EXCLUDED.tenant, partition = EXCLUDED.partition, namespace = EXCLUDED.namespace, flow = EXCLUDED.flow, state = EXCLUDED.state, queued = EXCLUDED.queued
                """,
                (Texts, Column(kept, static slot => slot.ExecutionId)),
                (Texts, Column(kept, static slot => slot.TenantId)),
                (Texts, Column(kept, static slot => slot.Namespace)),
                (Texts, Column(kept, static slot => slot.FlowId)),
                (Texts, Column(kept, static slot => slot.State.ToString())),
                (Numbers, Column(kept, static slot => slot.QueuedAt.ToUnixTimeTicks())),
                (Integers, Column(kept, static slot => slot.Partition)));
        }
    }

    private void AddCommands(IReadOnlyList<PartitionLease> leases, ExecutionBatch rows)
    {
        if (rows.CommandsDone.Count > 0)
        {
            Statement(
                $"DELETE FROM {schema}.command WHERE partition = ANY ($1) AND id = ANY ($2)",
                (Integers, Column(leases, static lease => lease.Partition)), (Numbers, rows.CommandsDone.ToArray()));
        }

        if (rows.CommandsSent.Count > 0)
        {
            Statement(
                $"""
                INSERT INTO {schema}.command (partition, execution, command)
                SELECT partition, execution, command FROM unnest($1, $2, $3) WITH ORDINALITY AS given (partition, execution, command, place) ORDER BY place
                """,
                (Integers, Column(rows.CommandsSent, static command => command.Partition)),
                (Texts, Column(rows.CommandsSent, static command => command.ExecutionId)),
                (Blobs, Column(rows.CommandsSent, static command => command.Command.ToArray())));
        }

        if (rows.Replies.Count > 0)
        {
            Statement(
                $"INSERT INTO {schema}.reply (reader, token, outcome) SELECT * FROM unnest($1, $2, $3) ON CONFLICT (reader, token) DO UPDATE SET outcome = EXCLUDED.outcome",
                (Texts, Column(rows.Replies, static reply => reply.Reader)),
                (Texts, Column(rows.Replies, static reply => reply.Token)),
                (Blobs, Column(rows.Replies, static reply => reply.Outcome.ToArray())));
        }
    }

    // However much there is to tell, whoever listens is told once.
    private void AddHints(ExecutionBatch rows)
    {
        if (PostgresHints.Payload(Hints.Of(rows), rows.NewsForWorkers) is { } payload)
        {
            Statement("SELECT pg_notify($1, $2)", (NpgsqlDbType.Text, schema), (NpgsqlDbType.Text, payload));
        }
    }

    private void AddDeletions(List<(string TenantId, string ExecutionId)> deleted)
    {
        if (deleted.Count == 0)
        {
            return;
        }

        var ids = Column(deleted, static execution => execution.ExecutionId);
        foreach (var (table, column) in new[] { ("journal", "execution"), ("timer", "execution"), ("slot", "execution"), ("worker_job", "execution"), ("execution", "id") })
        {
            Statement($"DELETE FROM {schema}.{table} WHERE {column} = ANY ($1)", (Texts, ids));
        }

        Statement(
            "DELETE FROM executions USING unnest($1, $2) AS given (key, tenant) WHERE executions.key = given.key AND executions.tenant_id = given.tenant",
            (Texts, ids), (Texts, Column(deleted, static execution => execution.TenantId)));
    }

    // The sequence is drawn in the order of the list, so positions tell the order of writing.
    private void AddInOrder<T>(string table, IReadOnlyList<T> entries, Func<T, string> document)
    {
        if (entries.Count > 0)
        {
            Statement(
                $"""
                INSERT INTO {table} (key, value) SELECT lpad(nextval('{schema}.position')::text, 19, '0'), value
                FROM (SELECT value FROM unnest($1) WITH ORDINALITY AS given (value, place) ORDER BY place) AS ordered
                """,
                (Jsons, Column(entries, document)));
        }
    }

    // The texts come from this assembly; values are always parameters.
#pragma warning disable CA2100
    private void Statement(string sql, params ReadOnlySpan<(NpgsqlDbType Type, object Value)> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var (type, value) in values)
        {
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = value });
        }

        batch.BatchCommands.Add(command);
    }
#pragma warning restore CA2100

    private static TColumn[] Column<T, TColumn>(IReadOnlyList<T> rows, Func<T, TColumn> value)
    {
        var column = new TColumn[rows.Count];
        for (var index = 0; index < column.Length; index++)
        {
            column[index] = value(rows[index]);
        }

        return column;
    }

    // A statement may touch each row once, and of several entries the last one counts.
    private static IReadOnlyList<T> LastOf<T>(IReadOnlyList<T> rows, Func<T, string> key)
    {
        if (rows.Count < 2)
        {
            return rows;
        }

        var last = new OrderedDictionary<string, T>(rows.Count, StringComparer.Ordinal);
        foreach (var row in rows)
        {
            last[key(row)] = row;
        }

        return last.Count == rows.Count ? rows : [.. last.Values];
    }
}

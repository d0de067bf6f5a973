namespace Kestra.Storage.Sqlite;

/// <summary>The tables, as steps from one version to the next. A step that was released is never changed.</summary>
internal static class Schema
{
    public static IReadOnlyList<string> Steps { get; } =
    [
        """
        CREATE TABLE lease (partition INTEGER PRIMARY KEY, owner TEXT NOT NULL, epoch INTEGER NOT NULL, expires INTEGER NOT NULL);
        CREATE TABLE execution (
          key INTEGER PRIMARY KEY, tenant TEXT NOT NULL, id TEXT NOT NULL, partition INTEGER NOT NULL, namespace TEXT NOT NULL, flow TEXT NOT NULL,
          state TEXT NOT NULL, start_date INTEGER NOT NULL, end_date INTEGER, duration INTEGER, labels TEXT, kind TEXT,
          parent_id TEXT, trigger_execution TEXT, trigger_id TEXT, position INTEGER NOT NULL, ended INTEGER NOT NULL);
        CREATE TABLE execution_document (key INTEGER PRIMARY KEY, document BLOB NOT NULL);
        CREATE TABLE execution_label (name TEXT NOT NULL, value TEXT NOT NULL, execution INTEGER NOT NULL, PRIMARY KEY (name, value, execution)) WITHOUT ROWID;
        CREATE UNIQUE INDEX execution_id ON execution (tenant, id);
        CREATE INDEX execution_open ON execution (partition) WHERE ended = 0;
        CREATE INDEX execution_start ON execution (tenant, start_date) WHERE kind IS NULL;
        CREATE INDEX execution_flow ON execution (tenant, namespace, flow, start_date) WHERE kind IS NULL;
        CREATE INDEX execution_state ON execution (tenant, state, start_date) WHERE kind IS NULL;
        CREATE INDEX execution_trigger ON execution (tenant, trigger_execution) WHERE trigger_execution IS NOT NULL;
        CREATE TABLE journal (tenant TEXT NOT NULL, execution TEXT NOT NULL, position INTEGER NOT NULL, events BLOB NOT NULL, PRIMARY KEY (tenant, execution, position)) WITHOUT ROWID;
        CREATE TABLE timer (key TEXT PRIMARY KEY, partition INTEGER NOT NULL, tenant TEXT NOT NULL, execution TEXT NOT NULL, due INTEGER NOT NULL, payload BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX timer_execution ON timer (tenant, execution);
        CREATE INDEX timer_partition ON timer (partition);
        CREATE TABLE slot (tenant TEXT NOT NULL, execution TEXT NOT NULL, partition INTEGER NOT NULL, namespace TEXT NOT NULL, flow TEXT NOT NULL, state TEXT NOT NULL, queued INTEGER NOT NULL, PRIMARY KEY (tenant, execution)) WITHOUT ROWID;
        CREATE INDEX slot_partition ON slot (partition, queued);
        CREATE TABLE command (id INTEGER PRIMARY KEY AUTOINCREMENT, partition INTEGER NOT NULL, execution TEXT NOT NULL, command BLOB NOT NULL);
        CREATE INDEX command_partition ON command (partition, id);
        CREATE TABLE flow (
          tenant TEXT NOT NULL, namespace TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, latest INTEGER NOT NULL, deleted INTEGER NOT NULL, disabled INTEGER NOT NULL,
          labels TEXT, source TEXT NOT NULL, document BLOB NOT NULL, updated INTEGER NOT NULL, PRIMARY KEY (tenant, namespace, id, revision)) WITHOUT ROWID;
        CREATE INDEX flow_latest ON flow (tenant, namespace, id) WHERE latest = 1 AND deleted = 0;
        CREATE TABLE log (
          position INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, namespace TEXT NOT NULL, flow TEXT NOT NULL, task TEXT, execution TEXT, task_run TEXT, attempt INTEGER,
          trigger_id TEXT, timestamp INTEGER NOT NULL, level INTEGER NOT NULL, thread TEXT, message TEXT NOT NULL, kind TEXT);
        CREATE INDEX log_execution ON log (execution, position) WHERE execution IS NOT NULL;
        CREATE INDEX log_time ON log (tenant, timestamp) WHERE kind IS NULL;
        CREATE TABLE metric (
          position INTEGER PRIMARY KEY AUTOINCREMENT, tenant TEXT NOT NULL, execution TEXT NOT NULL, task_run TEXT NOT NULL, task TEXT NOT NULL, name TEXT NOT NULL, timestamp INTEGER NOT NULL, document BLOB NOT NULL);
        CREATE INDEX metric_execution ON metric (execution, position);
        CREATE TABLE trigger_state (
          tenant TEXT NOT NULL, namespace TEXT NOT NULL, flow TEXT NOT NULL, id TEXT NOT NULL, execution TEXT, worker TEXT, next_date INTEGER, document BLOB NOT NULL, PRIMARY KEY (tenant, namespace, flow, id)) WITHOUT ROWID;
        CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        """,
        """
        CREATE TABLE service_instance (
          id TEXT PRIMARY KEY, type TEXT NOT NULL, state TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, document BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX service_instance_state ON service_instance (state, created);
        """,
        """
        CREATE TABLE worker_job (
          id INTEGER PRIMARY KEY AUTOINCREMENT, partition INTEGER NOT NULL, tenant TEXT NOT NULL, execution TEXT NOT NULL, namespace TEXT NOT NULL, flow TEXT NOT NULL, revision INTEGER NOT NULL,
          task_run TEXT NOT NULL, attempt INTEGER NOT NULL, worker_group TEXT NOT NULL, forced INTEGER NOT NULL, killed INTEGER NOT NULL, claimed_by TEXT, claimed_at INTEGER);
        CREATE UNIQUE INDEX worker_job_attempt ON worker_job (task_run, attempt);
        CREATE INDEX worker_job_execution ON worker_job (tenant, execution);
        CREATE INDEX worker_job_partition ON worker_job (partition, id);
        CREATE INDEX worker_job_waiting ON worker_job (worker_group, id) WHERE claimed_by IS NULL;
        CREATE INDEX worker_job_claimed ON worker_job (claimed_by, id) WHERE claimed_by IS NOT NULL;
        """,
        """
        CREATE TABLE condition_window (tenant TEXT NOT NULL, namespace TEXT NOT NULL, flow TEXT NOT NULL, id TEXT NOT NULL, end_date INTEGER NOT NULL, document BLOB NOT NULL, PRIMARY KEY (tenant, namespace, flow, id)) WITHOUT ROWID;
        CREATE INDEX condition_window_end ON condition_window (end_date);
        DELETE FROM setting WHERE key LIKE 'flow-trigger.window/%';
        """,
        """
        CREATE TABLE member (owner TEXT PRIMARY KEY, expires INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE reply (reader TEXT NOT NULL, token TEXT NOT NULL, outcome BLOB NOT NULL, written INTEGER NOT NULL, PRIMARY KEY (reader, token)) WITHOUT ROWID;
        """,
        """
        ALTER TABLE member ADD COLUMN circle TEXT NOT NULL DEFAULT '';
        ALTER TABLE worker_job ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE worker_job ADD COLUMN trigger_id TEXT;
        ALTER TABLE worker_job ADD COLUMN due TEXT;
        DROP INDEX worker_job_waiting;
        CREATE INDEX worker_job_waiting ON worker_job (worker_group, kind, id) WHERE claimed_by IS NULL;
        """,
    ];
}

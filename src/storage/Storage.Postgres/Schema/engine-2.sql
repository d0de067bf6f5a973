-- The snapshot of an execution that has just begun, until it has a row among Kestra's. Most end before, and are written there once.
ALTER TABLE execution ADD COLUMN document bytea;

-- Jobs that wait for a worker of another process, or are with one. The empty text is the group of workers without a group.
-- Rows live for seconds, so the table is vacuumed long before its defaults would see to it.
CREATE TABLE worker_job (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  partition integer NOT NULL,
  tenant text NOT NULL,
  execution text NOT NULL,
  namespace text NOT NULL,
  flow text NOT NULL,
  revision integer NOT NULL,
  task_run text NOT NULL,
  attempt integer NOT NULL,
  worker_group text NOT NULL,
  forced boolean NOT NULL,
  killed boolean NOT NULL,
  claimed_by text,
  claimed_at timestamptz
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
CREATE UNIQUE INDEX worker_job_attempt ON worker_job (task_run, attempt);
CREATE INDEX worker_job_execution ON worker_job (execution);
CREATE INDEX worker_job_waiting ON worker_job (worker_group, id) WHERE claimed_by IS NULL AND NOT killed;
CREATE INDEX worker_job_unwanted ON worker_job (id) WHERE claimed_by IS NULL AND killed;
CREATE INDEX worker_job_claimed ON worker_job (claimed_by) WHERE claimed_by IS NOT NULL;

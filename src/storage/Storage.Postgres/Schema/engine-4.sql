-- Triggers are watched by workers of any process, and schedulers share them as executors share the partitions.

-- A job of a trigger is one of kind 1 (looked at once) or 2 (watched until it is stopped); tasks are of kind 0.
ALTER TABLE worker_job ADD COLUMN kind smallint NOT NULL DEFAULT 0;
ALTER TABLE worker_job ADD COLUMN trigger_id text;
ALTER TABLE worker_job ADD COLUMN due text;
DROP INDEX worker_job_waiting;
CREATE INDEX worker_job_waiting ON worker_job (worker_group, kind, id) WHERE claimed_by IS NULL AND NOT killed;

-- Which leases a process shares.
ALTER TABLE member ADD COLUMN circle text NOT NULL DEFAULT 'executions';

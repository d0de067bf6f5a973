-- The working tables of the engine, beside Kestra's and never among them. The search path puts this schema first while it runs.

-- Who owns a partition. A row stays when nobody does, so that epochs never come twice.
CREATE TABLE lease (
  partition integer PRIMARY KEY,
  owner text,
  epoch bigint NOT NULL,
  expires timestamptz NOT NULL
);

-- Executions that are not ended; the document itself is Kestra's row.
CREATE TABLE execution (
  id text PRIMARY KEY,
  tenant text NOT NULL,
  partition integer NOT NULL,
  position bigint NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX execution_partition ON execution (partition);

CREATE TABLE journal (
  execution text NOT NULL,
  position bigint NOT NULL,
  events bytea NOT NULL,
  PRIMARY KEY (execution, position)
);

-- Instants are kept to 100 nanoseconds since 1970, finer than a timestamp.
CREATE TABLE timer (
  key text PRIMARY KEY,
  partition integer NOT NULL,
  tenant text NOT NULL,
  execution text NOT NULL,
  due bigint NOT NULL,
  payload bytea NOT NULL
);
CREATE INDEX timer_partition ON timer (partition);
CREATE INDEX timer_execution ON timer (execution);

CREATE TABLE slot (
  execution text PRIMARY KEY,
  tenant text NOT NULL,
  partition integer NOT NULL,
  namespace text NOT NULL,
  flow text NOT NULL,
  state text NOT NULL,
  queued bigint NOT NULL
);
CREATE INDEX slot_partition ON slot (partition, queued);

CREATE TABLE command (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  partition integer NOT NULL,
  execution text NOT NULL,
  command bytea NOT NULL
);
CREATE INDEX command_partition ON command (partition, id);

-- Positions of logs and metrics. They begin beyond the microseconds of any date of this century, by which rows that others wrote are ordered.
CREATE SEQUENCE position AS bigint START 4000000000000000;

CREATE TABLE health (
  id integer PRIMARY KEY,
  checked timestamptz NOT NULL
);

-- The first statement of each commit: ends it unless the lease still holds, and keeps others from taking the lease until it is through.
CREATE FUNCTION guard(wanted_partition integer, wanted_epoch bigint, wanted_owner text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(1263489875, wanted_partition);
  IF NOT EXISTS (SELECT FROM {schema}.lease WHERE partition = wanted_partition AND epoch = wanted_epoch AND owner = wanted_owner) THEN
    RAISE EXCEPTION 'Partition % is no longer owned', wanted_partition USING ERRCODE = 'KS001';
  END IF;
END;
$$;

-- Takes a lease that is free, has run out by this database's clock, or is the owner's own; null when somebody else has it.
CREATE FUNCTION acquire(wanted_partition integer, wanted_owner text, time_to_live interval) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  taken bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(1263489875, wanted_partition);
  INSERT INTO {schema}.lease AS held (partition, owner, epoch, expires) VALUES (wanted_partition, wanted_owner, 1, clock_timestamp() + time_to_live)
    ON CONFLICT (partition) DO UPDATE SET owner = EXCLUDED.owner, epoch = held.epoch + 1, expires = EXCLUDED.expires
    WHERE held.owner IS NULL OR held.owner = EXCLUDED.owner OR held.expires < clock_timestamp()
    RETURNING epoch INTO taken;
  RETURN taken;
END;
$$;

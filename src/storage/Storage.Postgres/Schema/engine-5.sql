-- An executor holds a lock of its session, and says so here. When the lock is gone, so is the process, and
-- nobody has to wait until its leases run out. Whoever does not say so is judged by the time alone.
ALTER TABLE member ADD COLUMN present boolean NOT NULL DEFAULT false;

CREATE FUNCTION is_gone(of_owner text) RETURNS boolean LANGUAGE sql VOLATILE AS $$
  SELECT EXISTS (SELECT FROM {schema}.member WHERE member.owner = of_owner AND member.present)
    AND NOT EXISTS (
      SELECT FROM pg_locks
      WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid = 1263489876 AND objid = (hashtext(of_owner)::bigint & 4294967295)::oid AND objsubid = 2 AND granted)
$$;

CREATE OR REPLACE FUNCTION acquire(wanted_partition integer, wanted_owner text, time_to_live interval) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  taken bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(1263489875, wanted_partition);
  INSERT INTO {schema}.lease AS held (partition, owner, epoch, expires) VALUES (wanted_partition, wanted_owner, 1, clock_timestamp() + time_to_live)
    ON CONFLICT (partition) DO UPDATE SET owner = EXCLUDED.owner, epoch = held.epoch + 1, expires = EXCLUDED.expires
    WHERE held.owner IS NULL OR held.owner = EXCLUDED.owner OR held.expires < clock_timestamp() OR {schema}.is_gone(held.owner)
    RETURNING epoch INTO taken;
  RETURN taken;
END;
$$;

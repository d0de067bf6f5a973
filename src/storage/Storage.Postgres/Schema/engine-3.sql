-- Executions are shared among processes by partitions.

-- The same as FlowPartition.Of: the first two bytes of a hash of the flow's name.
CREATE FUNCTION flow_partition(tenant text, namespace text, flow text, partitions integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT (get_byte(hash, 0) * 256 + get_byte(hash, 1)) % partitions FROM (SELECT sha256(convert_to(tenant || '/' || namespace || '/' || flow, 'UTF8')) AS hash) AS hashed
$$;

-- Processes that share the partitions, while they say so.
CREATE TABLE member (
  owner text PRIMARY KEY,
  expires timestamptz NOT NULL
);

-- Answers to those who wait for a command in another process.
CREATE TABLE reply (
  reader text NOT NULL,
  token text NOT NULL,
  outcome bytea NOT NULL,
  written timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (reader, token)
);

-- Until now there was one partition, so all that is open finds its place here.
UPDATE execution SET partition = {schema}.flow_partition(executions.tenant_id, executions.namespace, executions.flow_id, 16)
  FROM executions WHERE executions.key = execution.id AND execution.partition = 0;
UPDATE execution SET partition = {schema}.flow_partition(tenant, value ->> 'namespace', value ->> 'flowId', 16)
  FROM (SELECT id AS key, convert_from(document, 'UTF8')::jsonb AS value FROM execution WHERE document IS NOT NULL) AS aside
  WHERE aside.key = execution.id AND execution.partition = 0;
UPDATE timer SET partition = execution.partition FROM execution WHERE execution.id = timer.execution;
UPDATE slot SET partition = {schema}.flow_partition(tenant, namespace, flow, 16) WHERE partition = 0;

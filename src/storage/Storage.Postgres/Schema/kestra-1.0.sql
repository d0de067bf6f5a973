-- The database of Kestra 1.0 (1.0.5 to 1.0.36) as its 40 migrations leave it. Names, columns and expressions are a contract:
-- a Kestra of that level must be able to work on it, so nothing of ours is in here and nothing is ever changed.

CREATE TYPE log_level AS ENUM ('ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE');
CREATE TYPE state_type AS ENUM (
  'CREATED', 'RUNNING', 'PAUSED', 'RESTARTED', 'KILLING', 'SUCCESS', 'WARNING', 'FAILED', 'KILLED', 'CANCELLED', 'QUEUED', 'RETRYING', 'RETRIED', 'SKIPPED', 'BREAKPOINT'
);
CREATE TYPE queue_type AS ENUM (
  'io.kestra.core.models.executions.Execution',
  'io.kestra.core.models.flows.FlowInterface',
  'io.kestra.core.models.templates.Template',
  'io.kestra.core.models.executions.ExecutionKilled',
  'io.kestra.core.runners.WorkerJob',
  'io.kestra.core.runners.WorkerTaskResult',
  'io.kestra.core.runners.WorkerInstance',
  'io.kestra.core.runners.WorkerTaskRunning',
  'io.kestra.core.models.executions.LogEntry',
  'io.kestra.core.models.triggers.Trigger',
  'io.kestra.core.models.executions.MetricEntry',
  'io.kestra.core.runners.WorkerTriggerResult',
  'io.kestra.core.runners.SubflowExecutionResult',
  'io.kestra.core.server.ClusterEvent',
  'io.kestra.core.runners.SubflowExecutionEnd',
  'io.kestra.core.runners.MultipleConditionEvent'
);

-- The distinct words of a text, joined.
CREATE FUNCTION fulltext_replace(text, text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
  RETURN trim(BOTH $2 FROM array_to_string(ARRAY(SELECT DISTINCT a FROM unnest(regexp_split_to_array(coalesce($1, ''), '[^a-zA-Z\d]')) AS a WHERE a <> ''), $2));
CREATE FUNCTION fulltext_index(text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT
  RETURN to_tsvector('simple', fulltext_replace($1, ' ')) || to_tsvector('simple', $1);
CREATE FUNCTION fulltext_search(text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT
  RETURN CASE WHEN fulltext_replace($1, '') = '' THEN to_tsquery('') ELSE to_tsquery('simple', fulltext_replace($1, ':* & ') || ':*') END;
CREATE FUNCTION loglevel_fromtext(text) RETURNS log_level LANGUAGE sql IMMUTABLE RETURN $1::log_level;
CREATE FUNCTION state_fromtext(text) RETURNS state_type LANGUAGE sql IMMUTABLE RETURN $1::state_type;
CREATE FUNCTION parse_iso8601_datetime(text) RETURNS timestamptz LANGUAGE sql IMMUTABLE RETURN $1::timestamptz;
CREATE FUNCTION parse_iso8601_duration(text) RETURNS interval LANGUAGE sql IMMUTABLE RETURN $1::interval;
CREATE FUNCTION parse_iso8601_timestamp(text) RETURNS integer LANGUAGE sql IMMUTABLE RETURN extract(epoch FROM $1::timestamptz AT TIME ZONE 'utc');
CREATE FUNCTION update_updated_datetime() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated = now();
  RETURN NEW;
END;
$$;

CREATE SEQUENCE queues_offset_seq;

CREATE TABLE concurrency_limit (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> 'namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> 'flowId') STORED NOT NULL,
  running integer GENERATED ALWAYS AS ((value ->> 'running')::integer) STORED NOT NULL
);
CREATE INDEX concurrency_limit__flow ON concurrency_limit (tenant_id, namespace, flow_id);

CREATE TABLE dashboards (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  deleted boolean GENERATED ALWAYS AS ((value ->> 'deleted')::boolean) STORED NOT NULL,
  id varchar(100) GENERATED ALWAYS AS (value ->> 'id') STORED NOT NULL,
  title varchar(250) GENERATED ALWAYS AS (value ->> 'title') STORED NOT NULL,
  description text GENERATED ALWAYS AS (value ->> 'description') STORED,
  fulltext tsvector GENERATED ALWAYS AS (fulltext_index((value ->> 'title')::varchar)) STORED,
  source_code text NOT NULL,
  created timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL,
  updated timestamptz DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE INDEX dashboards_fulltext ON dashboards USING gin (fulltext);
CREATE INDEX dashboards_id ON dashboards (id, deleted, tenant_id);
CREATE INDEX dashboards_tenant ON dashboards (deleted, tenant_id);
CREATE TRIGGER dashboard_updated BEFORE UPDATE ON dashboards FOR EACH ROW EXECUTE FUNCTION update_updated_datetime();

CREATE TABLE execution_queued (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> 'namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> 'flowId') STORED NOT NULL,
  date timestamptz GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'date')) STORED NOT NULL
);
CREATE INDEX execution_queued__flow_date ON execution_queued (tenant_id, namespace, flow_id, date);

CREATE TABLE executions (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  deleted boolean GENERATED ALWAYS AS ((value ->> 'deleted')::boolean) STORED NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> 'namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> 'flowId') STORED NOT NULL,
  state_current state_type GENERATED ALWAYS AS (state_fromtext(value #>> '{state,current}')) STORED NOT NULL,
  state_duration bigint GENERATED ALWAYS AS (EXTRACT(milliseconds FROM parse_iso8601_duration(value #>> '{state,duration}'))) STORED NOT NULL,
  start_date timestamp GENERATED ALWAYS AS (parse_iso8601_datetime(value #>> '{state,startDate}')) STORED NOT NULL,
  end_date timestamp GENERATED ALWAYS AS (parse_iso8601_datetime(value #>> '{state,endDate}')) STORED,
  fulltext tsvector GENERATED ALWAYS AS (fulltext_index((value ->> 'namespace')::varchar)
    || fulltext_index((value ->> 'flowId')::varchar)
    || fulltext_index((value ->> 'id')::varchar)) STORED,
  id varchar(150) GENERATED ALWAYS AS (value ->> 'id') STORED NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  trigger_execution_id varchar(150) GENERATED ALWAYS AS (value #>> '{trigger,variables,executionId}') STORED,
  kind varchar(32) GENERATED ALWAYS AS (value ->> 'kind') STORED
);
CREATE INDEX executions_end_date ON executions (deleted, tenant_id, end_date);
CREATE INDEX executions_flow_id ON executions (deleted, tenant_id, flow_id);
CREATE INDEX executions_fulltext ON executions USING gin (fulltext);
CREATE INDEX executions_labels ON executions USING gin ((value -> 'labels'));
CREATE INDEX executions_namespace ON executions (deleted, tenant_id, namespace);
CREATE INDEX executions_start_date ON executions (deleted, tenant_id, start_date);
CREATE INDEX executions_state_current ON executions (deleted, tenant_id, state_current);
CREATE INDEX executions_state_duration ON executions (deleted, tenant_id, state_duration);
CREATE INDEX executions_trigger_execution_id ON executions (deleted, tenant_id, trigger_execution_id);

CREATE TABLE executordelayed (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  date timestamptz GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'date')) STORED NOT NULL
);
CREATE INDEX executordelayed_date ON executordelayed (date);

CREATE TABLE executorstate (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL
);

CREATE TABLE flow_topologies (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  source_namespace varchar(150) GENERATED ALWAYS AS (value #>> '{source,namespace}') STORED NOT NULL,
  source_id varchar(150) GENERATED ALWAYS AS (value #>> '{source,id}') STORED NOT NULL,
  relation varchar(100) GENERATED ALWAYS AS (value ->> 'relation') STORED NOT NULL,
  destination_namespace varchar(150) GENERATED ALWAYS AS (value #>> '{destination,namespace}') STORED NOT NULL,
  destination_id varchar(150) GENERATED ALWAYS AS (value #>> '{destination,id}') STORED NOT NULL,
  source_tenant_id varchar(250) GENERATED ALWAYS AS (value #>> '{source,tenantId}') STORED,
  destination_tenant_id varchar(250) GENERATED ALWAYS AS (value #>> '{destination,tenantId}') STORED
);
CREATE INDEX flow_topologies_destination ON flow_topologies (destination_tenant_id, destination_namespace, destination_id);
CREATE INDEX flow_topologies_destination__source ON flow_topologies (destination_tenant_id, destination_namespace, destination_id, source_tenant_id, source_namespace, source_id);

CREATE TABLE flows (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  deleted boolean GENERATED ALWAYS AS ((value ->> 'deleted')::boolean) STORED NOT NULL,
  id varchar(100) GENERATED ALWAYS AS (value ->> 'id') STORED NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> 'namespace') STORED NOT NULL,
  revision integer GENERATED ALWAYS AS ((value ->> 'revision')::integer) STORED NOT NULL,
  fulltext tsvector GENERATED ALWAYS AS (fulltext_index((value ->> 'namespace')::varchar) || fulltext_index((value ->> 'id')::varchar)) STORED,
  source_code text NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED
);
CREATE INDEX flows_fulltext ON flows USING gin (fulltext);
CREATE INDEX flows_labels ON flows USING gin ((value -> 'labels'));
CREATE INDEX flows_namespace ON flows (deleted, tenant_id, namespace);
CREATE INDEX flows_namespace__id__revision ON flows (deleted, tenant_id, namespace, id, revision);
CREATE INDEX flows_source_code ON flows USING gin (fulltext_index(source_code));

CREATE TABLE flyway_schema_history (
  installed_rank integer NOT NULL,
  version varchar(50),
  description varchar(200) NOT NULL,
  type varchar(20) NOT NULL,
  script varchar(1000) NOT NULL,
  checksum integer,
  installed_by varchar(100) NOT NULL,
  installed_on timestamp DEFAULT now() NOT NULL,
  execution_time integer NOT NULL,
  success boolean NOT NULL,
  CONSTRAINT flyway_schema_history_pk PRIMARY KEY (installed_rank)
);
CREATE INDEX flyway_schema_history_s_idx ON flyway_schema_history (success);

CREATE TABLE logs (
  key varchar(30) PRIMARY KEY,
  value jsonb NOT NULL,
  deleted boolean GENERATED ALWAYS AS ((value ->> 'deleted')::boolean) STORED NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> 'namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> 'flowId') STORED NOT NULL,
  task_id varchar(150) GENERATED ALWAYS AS (value ->> 'taskId') STORED,
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> 'executionId') STORED,
  taskrun_id varchar(150) GENERATED ALWAYS AS (value ->> 'taskRunId') STORED,
  attempt_number integer GENERATED ALWAYS AS ((value ->> 'attemptNumber')::integer) STORED,
  trigger_id varchar(150) GENERATED ALWAYS AS (value ->> 'triggerId') STORED,
  level log_level GENERATED ALWAYS AS (loglevel_fromtext(value ->> 'level')) STORED NOT NULL,
  "timestamp" timestamptz GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'timestamp')) STORED NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  fulltext tsvector GENERATED ALWAYS AS (fulltext_index((value ->> 'namespace')::varchar)
    || fulltext_index((value ->> 'flowId')::varchar)
    || fulltext_index(COALESCE((value ->> 'taskId')::varchar, ''))
    || fulltext_index(COALESCE((value ->> 'executionId')::varchar, ''))
    || fulltext_index(COALESCE((value ->> 'taskRunId')::varchar, ''))
    || fulltext_index(COALESCE((value ->> 'triggerId')::varchar, ''))
    || fulltext_index(COALESCE((value ->> 'message')::varchar, ''))
    || fulltext_index(COALESCE((value ->> 'thread')::varchar, ''))) STORED,
  execution_kind varchar(32) GENERATED ALWAYS AS (value ->> 'executionKind') STORED
);
CREATE INDEX logs_execution_id ON logs (deleted, execution_id);
CREATE INDEX logs_execution_id__task_id ON logs (deleted, execution_id, task_id);
CREATE INDEX logs_execution_id__taskrun_id ON logs (deleted, execution_id, taskrun_id);
CREATE INDEX logs_namespace_flow ON logs (deleted, tenant_id, "timestamp", level, namespace, flow_id);
CREATE INDEX logs_timestamp ON logs ("timestamp");

CREATE TABLE metrics (
  key varchar(30) PRIMARY KEY,
  value jsonb NOT NULL,
  deleted boolean GENERATED ALWAYS AS ((value ->> 'deleted')::boolean) STORED NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> 'namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> 'flowId') STORED NOT NULL,
  task_id varchar(150) GENERATED ALWAYS AS (value ->> 'taskId') STORED NOT NULL,
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> 'executionId') STORED NOT NULL,
  taskrun_id varchar(150) GENERATED ALWAYS AS (value ->> 'taskRunId') STORED NOT NULL,
  metric_name varchar(150) GENERATED ALWAYS AS (value ->> 'name') STORED NOT NULL,
  "timestamp" timestamptz GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'timestamp')) STORED NOT NULL,
  metric_value double precision GENERATED ALWAYS AS ((value ->> 'value')::double precision) STORED NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  execution_kind varchar(32) GENERATED ALWAYS AS (value ->> 'executionKind') STORED
);
CREATE INDEX metrics_execution_id ON metrics (deleted, execution_id);
CREATE INDEX metrics_flow_id ON metrics (deleted, tenant_id, namespace, flow_id);
CREATE INDEX metrics_timestamp ON metrics (deleted, tenant_id, "timestamp");

CREATE TABLE multipleconditions (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> 'namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> 'flowId') STORED NOT NULL,
  condition_id varchar(150) GENERATED ALWAYS AS (value ->> 'conditionId') STORED NOT NULL,
  start_date timestamptz GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'start')) STORED NOT NULL,
  end_date timestamptz GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'end')) STORED NOT NULL,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED
);
CREATE INDEX multipleconditions_namespace__flow_id__condition_id ON multipleconditions (tenant_id, namespace, flow_id, condition_id);
CREATE INDEX multipleconditions_start_date__end_date ON multipleconditions (tenant_id, start_date, end_date);

CREATE TABLE queues (
  "offset" bigint NOT NULL DEFAULT nextval('queues_offset_seq'),
  type queue_type NOT NULL,
  key varchar(250) NOT NULL,
  value jsonb NOT NULL,
  updated timestamptz,
  consumer_indexer boolean DEFAULT false,
  consumer_executor boolean DEFAULT false,
  consumer_worker boolean DEFAULT false,
  consumer_scheduler boolean DEFAULT false,
  consumer_flow_topology boolean DEFAULT false,
  consumer_group varchar(250)
);
CREATE INDEX queues_offset ON queues USING hash ("offset");
CREATE INDEX queues_type__consumer_executor ON queues (type, consumer_executor, "offset") WHERE (consumer_executor = false);
CREATE INDEX queues_type__consumer_flow_topology ON queues (type, consumer_flow_topology, "offset") WHERE (consumer_flow_topology = false);
CREATE INDEX queues_type__consumer_indexer ON queues (type, consumer_indexer, "offset") WHERE (consumer_indexer = false);
CREATE INDEX queues_type__consumer_scheduler ON queues (type, consumer_scheduler, "offset") WHERE (consumer_scheduler = false);
CREATE INDEX queues_type__consumer_worker ON queues (type, consumer_worker, "offset") WHERE (consumer_worker = false);
CREATE INDEX queues_type__key ON queues (type, key);
CREATE INDEX queues_type__offset ON queues (type, "offset");
CREATE INDEX queues_updated ON queues (updated);
ALTER SEQUENCE queues_offset_seq OWNED BY queues."offset";
CREATE TRIGGER queues_updated BEFORE UPDATE ON queues FOR EACH ROW EXECUTE FUNCTION update_updated_datetime();

CREATE TABLE service_instance (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  service_id varchar(36) GENERATED ALWAYS AS (value ->> 'id') STORED NOT NULL,
  service_type varchar(36) GENERATED ALWAYS AS (value ->> 'type') STORED NOT NULL,
  state varchar(36) GENERATED ALWAYS AS (value ->> 'state') STORED NOT NULL,
  created_at timestamptz GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'createdAt')) STORED NOT NULL,
  updated_at timestamptz GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'updatedAt')) STORED NOT NULL
);
CREATE UNIQUE INDEX ix_service_id ON service_instance (service_id);
CREATE INDEX ix_service_instance_state ON service_instance (state);
CREATE INDEX ix_service_instance_type_created_at_updated_at ON service_instance (service_type, created_at, updated_at);

CREATE TABLE settings (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL
);

CREATE TABLE sla_monitor (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> 'executionId') STORED NOT NULL,
  sla_id varchar(150) GENERATED ALWAYS AS (value ->> 'slaId') STORED NOT NULL,
  deadline timestamptz GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'deadline')) STORED NOT NULL
);
CREATE INDEX sla_monitor__deadline ON sla_monitor (deadline);
CREATE INDEX sla_monitor__execution_id ON sla_monitor (execution_id);

CREATE TABLE templates (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  deleted boolean GENERATED ALWAYS AS ((value ->> 'deleted')::boolean) STORED NOT NULL,
  id varchar(100) GENERATED ALWAYS AS (value ->> 'id') STORED NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> 'namespace') STORED NOT NULL,
  fulltext tsvector GENERATED ALWAYS AS (fulltext_index(fulltext_replace((value ->> 'namespace')::varchar, ' ') || ' ' || fulltext_replace((value ->> 'id')::varchar, ' '))) STORED,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED
);
CREATE INDEX templates_fulltext ON templates USING gin (fulltext);
CREATE INDEX templates_namespace ON templates (deleted, tenant_id, namespace);
CREATE INDEX templates_namespace__id ON templates (deleted, tenant_id, namespace, id);

CREATE TABLE triggers (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  namespace varchar(150) GENERATED ALWAYS AS (value ->> 'namespace') STORED NOT NULL,
  flow_id varchar(150) GENERATED ALWAYS AS (value ->> 'flowId') STORED NOT NULL,
  trigger_id varchar(150) GENERATED ALWAYS AS (value ->> 'triggerId') STORED NOT NULL,
  execution_id varchar(150) GENERATED ALWAYS AS (value ->> 'executionId') STORED,
  fulltext tsvector GENERATED ALWAYS AS (fulltext_index((value ->> 'namespace')::varchar)
    || fulltext_index((value ->> 'flowId')::varchar)
    || fulltext_index((value ->> 'triggerId')::varchar)
    || fulltext_index(COALESCE((value ->> 'executionId')::varchar, ''))) STORED,
  tenant_id varchar(250) GENERATED ALWAYS AS (value ->> 'tenantId') STORED,
  next_execution_date timestamptz GENERATED ALWAYS AS (parse_iso8601_datetime(value ->> 'nextExecutionDate')) STORED,
  worker_id varchar(250) GENERATED ALWAYS AS (value ->> 'workerId') STORED
);
CREATE INDEX triggers__tenant ON triggers (tenant_id);
CREATE INDEX triggers_execution_id ON triggers (execution_id);
CREATE INDEX triggers_next_execution_date ON triggers (next_execution_date);

CREATE TABLE worker_job_running (
  key varchar(250) PRIMARY KEY,
  value jsonb NOT NULL,
  worker_uuid varchar(36) GENERATED ALWAYS AS ((value -> 'workerInstance') ->> 'workerUuid') STORED NOT NULL
);
CREATE INDEX worker_job_running_worker_uuid ON worker_job_running (worker_uuid);

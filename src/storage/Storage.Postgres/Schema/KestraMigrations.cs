namespace Kestra.Storage.Postgres.Schema;

/// <summary>The migrations of Kestra 1.0 (1.0.5 to 1.0.36), as its history table lists them.</summary>
internal static class KestraMigrations
{
    public static IReadOnlyList<KestraMigration> All { get; } =
    [
        new("1.1", "initial", "V1_1__initial.sql", 1950250757),
        new("1.2", "worker heartbeat", "V1_2__worker_heartbeat.sql", -153488434),
        new("1.3", "worker heartbeat", "V1_3__worker_heartbeat.sql", -2120476751),
        new("1.4", "postgres-queues-pkey", "V1_4__postgres-queues-pkey.sql", 1094548032),
        new("1.5", "multitenant", "V1_5__multitenant.sql", 76342275),
        new("1.6", "multitenant on multipleconditions", "V1_6__multitenant_on_multipleconditions.sql", 811099306),
        new("1.7", "execution queued", "V1_7__execution_queued.sql", 1712138140),
        new("1.8", "execution cancelled", "V1_8__execution_cancelled.sql", 1340246181),
        new("1.9", "execution queued", "V1_9__execution_queued.sql", 1310739100),
        new("1.10", "multitenant indices", "V1_10__multitenant_indices.sql", 645672637),
        new("1.12", "execution triggerid", "V1_12__execution_triggerid.sql", -220509950),
        new("1.13", "log fulltext", "V1_13__log_fulltext.sql", 1284103494),
        new("1.14", "subflow executions", "V1_14__subflow_executions.sql", -1174919404),
        new("1.15", "trigger store next date", "V1_15__trigger_store_next_date.sql", -1772266164),
        new("1.16", "log timestamp index", "V1_16__log_timestamp_index.sql", 1022168169),
        new("1.17", "service instance", "V1_17__service_instance.sql", 571311381),
        new("1.18", "retry revamp", "V1_18__retry_revamp.sql", -991251549),
        new("1.19", "retry flow", "V1_19__retry_flow.sql", -758189600),
        new("1.20", "drop worker instance", "V1_20__drop_worker_instance.sql", 1319784937),
        new("1.21", "trigger worker id", "V1_21__trigger_worker_id.sql", 2031652960),
        new("1.22", "flow with source", "V1_22__flow_with_source.sql", 1033180704),
        new("1.23", "execution queued index", "V1_23__execution_queued_index.sql", 984024913),
        new("1.24", "sla monitor", "V1_24__sla_monitor.sql", -2124803166),
        new("1.25", "dashboard", "V1_25__dashboard.sql", 193846112),
        new("1.26", "skipped", "V1_26__skipped.sql", -166830489),
        new("1.27", "escape fulltext", "V1_27__escape_fulltext.sql", -399304735),
        new("1.28", "cluster event", "V1_28__cluster_event.sql", 1867417081),
        new("1.29", "subflow execution end", "V1_29__subflow_execution_end.sql", 821695243),
        new("1.30", "delete subflow executions", "V1_30__delete_subflow_executions.sql", -1655862079),
        new("1.31", "queues updated date", "V1_31__queues_updated_date.sql", 1959014028),
        new("1.32", "queues index on key", "V1_32__queues_index_on_key.sql", -1936072034),
        new("1.34", "service instance indices", "V1_34__service_instance_indices.sql", -2092546481),
        new("1.35", "triggers index on next execution date", "V1_35__triggers_index_on_next_execution_date.sql", -469377467),
        new("1.36", "service instance index on service id", "V1_36__service_instance_index_on_service_id.sql", 1641961196),
        new("1.37", "execution kind", "V1_37__execution_kind.sql", -150391433),
        new("1.38", "flow interface", "V1_38__flow_interface.sql", 1132278943),
        new("1.39", "execution breakpoint", "V1_39__execution_breakpoint.sql", -1766809979),
        new("1.41", "offset bigint", "V1_41__offset_bigint.sql", -1144689802),
        new("1.43", "multiple condition event", "V1_43__multiple_condition_event.sql", 245608658),
        new("1.44", "concurrency-limit", "V1_44__concurrency-limit.sql", -970542758),
    ];

    /// <summary>Versions whose checksum is not confirmed by a script; what a database holds is believed.</summary>
    public static IReadOnlySet<string> Unconfirmed { get; } = new HashSet<string>(StringComparer.Ordinal) { "1.30", "1.38", "1.41", "1.48" };

    /// <summary>Versions of Kestra 1.1 to 1.3, whose tables are not those of 1.0.</summary>
    public static bool IsNewer(string version) => version.Split('.') is ["1", var minor] && int.TryParse(minor, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number > 44;
}

/// <param name="Checksum">CRC-32 over the lines of the script.</param>
internal sealed record KestraMigration(string Version, string Description, string Script, int Checksum);

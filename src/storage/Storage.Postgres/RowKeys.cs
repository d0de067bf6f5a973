namespace Kestra.Storage.Postgres;

/// <summary>Keys of Kestra's rows: the parts joined by an underscore.</summary>
internal static class RowKeys
{
    public static string Flow(string tenant, string @namespace, string id, int revision) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{tenant}_{@namespace}_{id}_{revision}");

    public static string Trigger(Model.Triggers.Trigger trigger) => Trigger(trigger.TenantId, trigger.Namespace, trigger.FlowId, trigger.TriggerId);

    public static string Window(Model.Triggers.MultipleConditionWindow window) => Trigger(window.TenantId, window.Namespace, window.FlowId, window.ConditionId);

    public static string Trigger(string tenant, string @namespace, string flow, string id) => $"{tenant}_{@namespace}_{flow}_{id}";

    /// <summary>The position of a log or metric. Rows of ours have it as their key; those of others are ordered by their date, before ours.</summary>
    public const string Position = """(CASE WHEN key ~ '^[0-9]{19}$' THEN key::bigint ELSE (extract(epoch FROM "timestamp") * 1000000)::bigint END)""";
}

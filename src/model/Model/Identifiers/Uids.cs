using System.Globalization;

namespace Kestra.Model.Identifiers;

/// <summary>Ids that are composed of others (§5.2 of the model). Parts that are null are left out, as Kestra's keys have it.</summary>
public static class Uids
{
    /// <summary>Parts joined by <c>_</c>.</summary>
    public static string Of(params ReadOnlySpan<string?> parts) => Joined('_', parts);

    /// <param name="revision">Null before the flow was stored; written as -1.</param>
    public static string Flow(string tenantId, string @namespace, string id, int? revision) => Of(tenantId, @namespace, id, (revision ?? -1).ToString(CultureInfo.InvariantCulture));

    /// <summary>A flow whatever its revision.</summary>
    public static string Flow(string tenantId, string @namespace, string id) => Of(tenantId, @namespace, id);

    public static string Trigger(string tenantId, string @namespace, string flowId, string triggerId) => Of(tenantId, @namespace, flowId, triggerId);

    public static string QueuedExecution(string tenantId, string @namespace, string flowId, string executionId) => Of(tenantId, @namespace, flowId, executionId);

    public static string ConditionWindow(string tenantId, string @namespace, string flowId, string conditionId) => Of(tenantId, @namespace, flowId, conditionId);

    public static string ConcurrencyLimit(string? tenantId, string @namespace, string flowId) => Joined('|', tenantId, @namespace, flowId);

    /// <param name="source">Uid of a flow without its revision.</param>
    /// <param name="destination">Uid of a flow without its revision.</param>
    public static string Topology(string source, string destination) => $"{source}|{destination}";

    public static string SlaMonitor(string executionId, string slaId) => Of(executionId, slaId);

    private static string Joined(char separator, params ReadOnlySpan<string?> parts)
    {
        var present = new List<string>(parts.Length);
        foreach (var part in parts)
        {
            if (part is not null)
            {
                present.Add(part);
            }
        }

        return string.Join(separator, present);
    }
}

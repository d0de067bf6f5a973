using Kestra.Storage.Queries;
using static Kestra.Storage.Queries.FilterOperation;

namespace Kestra.Webserver.Queries;

/// <summary>A kind of object that is listed with filters.</summary>
internal enum FilterResource { FLOW, NAMESPACE, EXECUTION, LOG, TASK, TEMPLATE, TRIGGER }

/// <summary>Which filters there are: their wire names, their operations, and which resource takes them. The UI reads it from <c>configs</c>.</summary>
internal static class FilterTable
{
    private static readonly FilterOperation[] Equality = [EQUALS, NOT_EQUALS];
    private static readonly FilterOperation[] Text = [EQUALS, NOT_EQUALS, CONTAINS, STARTS_WITH, ENDS_WITH, IN, NOT_IN];
    private static readonly FilterOperation[] Dates = [GREATER_THAN_OR_EQUAL_TO, GREATER_THAN, LESS_THAN_OR_EQUAL_TO, LESS_THAN, EQUALS, NOT_EQUALS];

    public static IReadOnlyDictionary<FilterField, (string Name, FilterOperation[] Operations)> Fields { get; } = new OrderedDictionary<FilterField, (string, FilterOperation[])>
    {
        [FilterField.QUERY] = ("q", Equality),
        [FilterField.SCOPE] = ("scope", Equality),
        [FilterField.NAMESPACE] = ("namespace", [EQUALS, NOT_EQUALS, CONTAINS, STARTS_WITH, ENDS_WITH, REGEX, IN, NOT_IN, PREFIX]),
        [FilterField.LABELS] = ("labels", [EQUALS, NOT_EQUALS, IN, NOT_IN, CONTAINS]),
        [FilterField.FLOW_ID] = ("flowId", [EQUALS, NOT_EQUALS, CONTAINS, STARTS_WITH, ENDS_WITH, REGEX]),
        [FilterField.START_DATE] = ("startDate", Dates),
        [FilterField.END_DATE] = ("endDate", Dates),
        [FilterField.STATE] = ("state", [EQUALS, NOT_EQUALS, IN, NOT_IN]),
        [FilterField.TIME_RANGE] = ("timeRange", [EQUALS]),
        [FilterField.TRIGGER_EXECUTION_ID] = ("triggerExecutionId", Text),
        [FilterField.TRIGGER_ID] = ("triggerId", Text),
        [FilterField.EXECUTION_ID] = ("executionId", Text),
        [FilterField.CHILD_FILTER] = ("childFilter", Equality),
        [FilterField.WORKER_ID] = ("workerId", Text),
        [FilterField.EXISTING_ONLY] = ("existingOnly", Equality),
        [FilterField.LEVEL] = ("level", Equality),
    };

    public static IReadOnlyDictionary<FilterResource, FilterField[]> Resources { get; } = new OrderedDictionary<FilterResource, FilterField[]>
    {
        [FilterResource.FLOW] = [FilterField.LABELS, FilterField.NAMESPACE, FilterField.QUERY, FilterField.SCOPE],
        [FilterResource.NAMESPACE] = [FilterField.EXISTING_ONLY],
        [FilterResource.EXECUTION] = [FilterField.QUERY, FilterField.SCOPE, FilterField.FLOW_ID, FilterField.START_DATE, FilterField.END_DATE, FilterField.STATE, FilterField.LABELS, FilterField.TRIGGER_EXECUTION_ID, FilterField.CHILD_FILTER, FilterField.NAMESPACE],
        [FilterResource.LOG] = [FilterField.QUERY, FilterField.SCOPE, FilterField.NAMESPACE, FilterField.START_DATE, FilterField.END_DATE, FilterField.FLOW_ID, FilterField.TRIGGER_ID, FilterField.LEVEL, FilterField.EXECUTION_ID],
        [FilterResource.TASK] = [FilterField.NAMESPACE, FilterField.QUERY, FilterField.END_DATE, FilterField.FLOW_ID, FilterField.START_DATE, FilterField.STATE, FilterField.LABELS, FilterField.TRIGGER_EXECUTION_ID, FilterField.CHILD_FILTER],
        [FilterResource.TEMPLATE] = [FilterField.NAMESPACE, FilterField.QUERY],
        [FilterResource.TRIGGER] = [FilterField.QUERY, FilterField.SCOPE, FilterField.NAMESPACE, FilterField.WORKER_ID, FilterField.FLOW_ID, FilterField.START_DATE, FilterField.END_DATE, FilterField.TRIGGER_ID],
    };
}

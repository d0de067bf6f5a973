namespace Kestra.Storage.Queries;

/// <param name="Page">1 and up.</param>
/// <param name="Size">Rows a page; at most <see cref="MaxSize"/>.</param>
/// <param name="Sort">Fields of the entity's closed list, first is most important; empty is the entity's natural order.</param>
public sealed record PageRequest(int Page = 1, int Size = 10, IReadOnlyList<SortField>? Sort = null)
{
    public const int MaxSize = 10_000;
    public int Offset => (Page - 1) * Size;
}

public readonly record struct SortField(string Field, bool Descending = false);

public sealed record Page<T>(IReadOnlyList<T> Results, long Total);

public enum FilterOperation { EQUALS, NOT_EQUALS, GREATER_THAN, LESS_THAN, GREATER_THAN_OR_EQUAL_TO, LESS_THAN_OR_EQUAL_TO, IN, NOT_IN, STARTS_WITH, ENDS_WITH, CONTAINS, REGEX, PREFIX }

/// <summary>What the list endpoints filter by; each repository documents which it takes.</summary>
public enum FilterField { QUERY, SCOPE, NAMESPACE, LABELS, FLOW_ID, START_DATE, END_DATE, STATE, TIME_RANGE, TRIGGER_EXECUTION_ID, TRIGGER_ID, CHILD_FILTER, WORKER_ID, EXISTING_ONLY, LEVEL, KIND, TASK_ID, TASK_RUN_ID, ATTEMPT, EXECUTION_ID, PARENT_ID }

/// <param name="Value">Text, instant, list of texts or states, or a label, as the field wants.</param>
public sealed record QueryFilter(FilterField Field, FilterOperation Operation, object? Value);

/// <summary>A filter or sort that the repository does not take; the message names what it does.</summary>
public sealed class InvalidQueryException(string message) : Exception(message);

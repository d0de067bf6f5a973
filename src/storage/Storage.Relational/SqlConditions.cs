namespace Kestra.Storage.Relational;

/// <summary>Collects the conditions of a query and their parameters. Columns come from closed lists, values are always parameters.</summary>
public sealed class SqlConditions(SqlDialect dialect)
{
    private readonly List<string> conditions = [];
    private readonly List<object?> values = [];

    public SqlDialect Dialect => dialect;

    public object?[] Values => [.. values];

    /// <summary>The clause with a blank before it; empty when nothing is restricted.</summary>
    public override string ToString() => conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", conditions);

    /// <summary>Adds a condition in which <c>?</c> stands for the values, in order.</summary>
    public SqlConditions And(string condition, params object?[] given)
    {
        conditions.Add(Bound(new SqlCondition(condition, given)));
        return this;
    }

    public SqlConditions And(SqlCondition condition)
    {
        conditions.Add(Bound(condition));
        return this;
    }

    /// <summary>Adds the contrary of a condition; one that can't be judged, because something is missing, does not hold.</summary>
    public SqlConditions AndNot(SqlCondition condition)
    {
        conditions.Add($"NOT COALESCE({Bound(condition)}, false)");
        return this;
    }

    public SqlConditions AndAny(IEnumerable<SqlCondition> alternatives)
    {
        conditions.Add("(" + string.Join(" OR ", alternatives.Select(Bound)) + ")");
        return this;
    }

    /// <summary>Adds a value that the statement names itself.</summary>
    /// <returns>How to write it.</returns>
    public string Parameter(object? value)
    {
        values.Add(value);
        return dialect.Parameter(values.Count - 1);
    }

    private string Bound(SqlCondition condition)
    {
        var parts = condition.Sql.Split('?');
        if (parts.Length != condition.Values.Length + 1)
        {
            throw new ArgumentException($"The condition '{condition.Sql}' does not have {condition.Values.Length} places", nameof(condition));
        }

        return parts[0] + string.Concat(condition.Values.Select((value, index) => Parameter(value) + parts[index + 1]));
    }
}

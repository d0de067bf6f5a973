using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Storage.Relational;

/// <summary>Where databases differ in the conditions of list queries. Each method returns a condition in which <c>?</c> stands for the given values, in order.</summary>
public abstract class SqlDialect
{
    /// <summary>How the parameter of an index, from 0, is written.</summary>
    public abstract string Parameter(int index);

    /// <summary>An instant as the database keeps it.</summary>
    public abstract object Value(Instant instant);

    public abstract SqlCondition StartsWith(string column, string text);

    public abstract SqlCondition EndsWith(string column, string text);

    public abstract SqlCondition Contains(string column, string text);

    /// <summary>The text itself, or it with a dot and more behind: a namespace and those below it.</summary>
    public abstract SqlCondition IsOrIsBelow(string column, string text);

    /// <exception cref="InvalidQueryException">Not a regular expression.</exception>
    public abstract SqlCondition Regex(string column, string pattern);

    /// <summary>Every word of a query begins a word of the columns.</summary>
    public abstract SqlCondition Words(string columns, string query);
}

/// <param name="Sql">With <c>?</c> for each value.</param>
public readonly record struct SqlCondition(string Sql, params object?[] Values);

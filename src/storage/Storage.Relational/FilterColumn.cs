using Kestra.Model;
using Kestra.Storage.Queries;

namespace Kestra.Storage.Relational;

/// <summary>How one filter field of an entity becomes a condition.</summary>
public abstract record FilterColumn
{
    public abstract void Add(SqlConditions where, QueryFilter filter);

    /// <summary>A text, compared as it is.</summary>
    public sealed record Text(string Column) : FilterColumn
    {
        public override void Add(SqlConditions where, QueryFilter filter)
        {
            var text = FilterValues.Text(filter);
            switch (filter.Operation)
            {
                case FilterOperation.EQUALS or FilterOperation.IN:
                    where.And(OneOf(Column, "?", FilterValues.Texts(filter)));
                    break;
                case FilterOperation.NOT_EQUALS or FilterOperation.NOT_IN:
                    where.And(NoneOf(Column, "?", FilterValues.Texts(filter)));
                    break;
                case FilterOperation.STARTS_WITH:
                    where.And(where.Dialect.StartsWith(Column, text));
                    break;
                case FilterOperation.ENDS_WITH:
                    where.And(where.Dialect.EndsWith(Column, text));
                    break;
                case FilterOperation.CONTAINS:
                    where.And(where.Dialect.Contains(Column, text));
                    break;
                case FilterOperation.PREFIX:
                    where.And(where.Dialect.IsOrIsBelow(Column, text));
                    break;
                case FilterOperation.REGEX:
                    where.And(where.Dialect.Regex(Column, text));
                    break;
                default:
                    throw FilterValues.Unsupported(filter);
            }
        }
    }

    /// <summary>One of an enumeration's names.</summary>
    /// <param name="Known">Names that the column can have; others match nothing.</param>
    /// <param name="Cast">How a parameter is written, with <c>?</c> for it.</param>
    public sealed record Constant<T>(string Column, IReadOnlyCollection<string> Known, string Cast = "?") : FilterColumn
        where T : struct, Enum
    {
        public override void Add(SqlConditions where, QueryFilter filter)
        {
            var wanted = FilterValues.Texts(filter).Select(text => FilterValues.Constant<T>(filter, text).ToString()).Where(Known.Contains).ToList();
            where.And(filter.Operation switch
            {
                FilterOperation.EQUALS or FilterOperation.IN => OneOf(Column, Cast, wanted),
                FilterOperation.NOT_EQUALS or FilterOperation.NOT_IN => NoneOf(Column, Cast, wanted),
                _ => throw FilterValues.Unsupported(filter),
            });
        }
    }

    /// <param name="Cast">How a parameter is written, with <c>?</c> for it.</param>
    public sealed record Date(string Column, string Cast = "?") : FilterColumn
    {
        public override void Add(SqlConditions where, QueryFilter filter)
        {
            var sign = filter.Operation switch
            {
                FilterOperation.EQUALS => "=",
                FilterOperation.NOT_EQUALS => "<>",
                FilterOperation.GREATER_THAN => ">",
                FilterOperation.LESS_THAN => "<",
                FilterOperation.GREATER_THAN_OR_EQUAL_TO => ">=",
                FilterOperation.LESS_THAN_OR_EQUAL_TO => "<=",
                _ => throw FilterValues.Unsupported(filter),
            };
            where.And($"{Column} {sign} {Cast}", where.Dialect.Value(FilterValues.Date(filter)));
        }
    }

    /// <param name="Has">Has exactly this label.</param>
    /// <param name="Contains">Has a label of that key whose value contains the text.</param>
    public sealed record Labels(Func<Label, SqlCondition> Has, Func<Label, SqlCondition> Contains) : FilterColumn
    {
        public override void Add(SqlConditions where, QueryFilter filter)
        {
            var labels = FilterValues.Labels(filter).ToList();
            switch (filter.Operation)
            {
                case FilterOperation.EQUALS:
                    labels.ForEach(label => where.And(Has(label)));
                    break;
                case FilterOperation.IN:
                    where.AndAny(labels.Select(Has));
                    break;
                case FilterOperation.NOT_EQUALS or FilterOperation.NOT_IN:
                    labels.ForEach(label => where.AndNot(Has(label)));
                    break;
                case FilterOperation.CONTAINS:
                    labels.ForEach(label => where.And(Contains(label)));
                    break;
                default:
                    throw FilterValues.Unsupported(filter);
            }
        }
    }

    /// <summary>Words of a full-text query.</summary>
    /// <param name="Columns">What the dialect's search reads.</param>
    public sealed record Words(string Columns) : FilterColumn
    {
        public override void Add(SqlConditions where, QueryFilter filter)
        {
            var query = FilterValues.Text(filter);
            if (SearchWords.Of(query).Count == 0)
            {
                return;
            }

            var found = where.Dialect.Words(Columns, query);
            _ = FilterValues.IsEquality(filter) ? where.And(found) : where.AndNot(found);
        }
    }

    /// <summary>A choice between two constants, a condition each.</summary>
    public sealed record Choice(string Yes, string No, string YesCondition, string NoCondition) : FilterColumn
    {
        public override void Add(SqlConditions where, QueryFilter filter)
        {
            if (FilterValues.Choice(filter, (Yes, No)) is { } yes)
            {
                where.And(yes ? YesCondition : NoCondition);
            }
        }
    }

    /// <summary>The namespace of the system's own flows, or all others.</summary>
    public static FilterColumn Scope(string column) => new Choice("SYSTEM", "USER", $"{column} = 'system'", $"{column} <> 'system'");

    internal static SqlCondition OneOf(string column, string cast, IReadOnlyCollection<string> values) =>
        values.Count == 0 ? new SqlCondition("1 = 0") : new SqlCondition($"{column} IN ({string.Join(", ", values.Select(_ => cast))})", [.. values]);

    internal static SqlCondition NoneOf(string column, string cast, IReadOnlyCollection<string> values) =>
        values.Count == 0 ? new SqlCondition("1 = 1") : new SqlCondition($"({column} IS NULL OR {column} NOT IN ({string.Join(", ", values.Select(_ => cast))}))", [.. values]);
}

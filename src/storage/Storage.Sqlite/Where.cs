using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Storage.Sqlite;

/// <summary>Collects conditions and their parameters. Columns come from the caller's closed list, values are always parameters.</summary>
internal sealed class Where
{
    private readonly List<string> conditions = [];
    private readonly List<object?> values = [];

    public object?[] Values => [.. values];

    public override string ToString() => conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", conditions);

    /// <summary>Adds a condition in which <c>?</c> stands for the values, in order.</summary>
    public Where And(string condition, params ReadOnlySpan<object?> given)
    {
        foreach (var value in given)
        {
            var at = condition.IndexOf('?', StringComparison.Ordinal);
            condition = $"{condition[..at]}{Parameter(value)}{condition[(at + 1)..]}";
        }

        conditions.Add(condition);
        return this;
    }

    public string Parameter(object? value)
    {
        values.Add(value);
        return $"${(values.Count - 1).ToString(System.Globalization.CultureInfo.InvariantCulture)}";
    }

    /// <summary>A comparison of a text column.</summary>
    public void Text(string column, QueryFilter filter)
    {
        var texts = Texts(filter.Value);
        var text = texts.Count > 0 ? texts[0] : "";
        switch (filter.Operation)
        {
            case FilterOperation.EQUALS:
                And($"{column} = ?", text);
                break;
            case FilterOperation.NOT_EQUALS:
                And($"({column} IS NULL OR {column} <> ?)", text);
                break;
            case FilterOperation.IN:
                And($"{column} IN ({string.Join(", ", texts.Select(value => Parameter(value)))})");
                break;
            case FilterOperation.NOT_IN:
                And($"({column} IS NULL OR {column} NOT IN ({string.Join(", ", texts.Select(value => Parameter(value)))}))");
                break;
            case FilterOperation.STARTS_WITH:
                And($"{column} LIKE ? ESCAPE '\\'", Escape(text) + "%");
                break;
            case FilterOperation.ENDS_WITH:
                And($"{column} LIKE ? ESCAPE '\\'", "%" + Escape(text));
                break;
            case FilterOperation.CONTAINS:
                And($"{column} LIKE ? ESCAPE '\\'", "%" + Escape(text) + "%");
                break;
            case FilterOperation.PREFIX:
                And($"({column} = ? OR {column} LIKE ? ESCAPE '\\')", text, Escape(text) + ".%");
                break;
            default:
                throw new InvalidQueryException($"The field {filter.Field} can't be compared with {filter.Operation}");
        }
    }

    public void Date(string column, QueryFilter filter)
    {
        var ticks = filter.Value switch
        {
            Instant instant => instant.ToUnixTimeTicks(),
            _ => throw new InvalidQueryException($"The field {filter.Field} is compared with a date"),
        };
        var sign = filter.Operation switch
        {
            FilterOperation.EQUALS => "=",
            FilterOperation.NOT_EQUALS => "<>",
            FilterOperation.GREATER_THAN => ">",
            FilterOperation.LESS_THAN => "<",
            FilterOperation.GREATER_THAN_OR_EQUAL_TO => ">=",
            FilterOperation.LESS_THAN_OR_EQUAL_TO => "<=",
            _ => throw new InvalidQueryException($"The field {filter.Field} can't be compared with {filter.Operation}"),
        };
        And($"{column} {sign} ?", ticks);
    }

    /// <summary>Labels in a column that holds them as a JSON object.</summary>
    public void Labels(string column, QueryFilter filter)
    {
        foreach (var (key, value) in Pairs(filter.Value))
        {
            var path = $"$.\"{key.Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
            And(filter.Operation switch
            {
                FilterOperation.EQUALS or FilterOperation.IN => $"json_extract({column}, ?) = ?",
                FilterOperation.NOT_EQUALS or FilterOperation.NOT_IN => $"({column} IS NULL OR json_extract({column}, ?) IS NULL OR json_extract({column}, ?) <> ?)",
                _ => throw new InvalidQueryException($"Labels can't be compared with {filter.Operation}"),
            }, filter.Operation is FilterOperation.EQUALS or FilterOperation.IN ? [path, value] : [path, path, value]);
        }
    }

    public static IReadOnlyList<string> Texts(object? value) => value switch
    {
        null => [],
        string text => [text],
        IEnumerable<string> texts => [.. texts],
        System.Collections.IEnumerable items => [.. items.Cast<object?>().Select(item => item?.ToString() ?? "")],
        _ => [value.ToString() ?? ""],
    };

    /// <summary>The only text of a value that is one; empty when it has none.</summary>
    public static string First(object? value) => Texts(value) is [var text, ..] ? text : "";

    public static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    private static IEnumerable<(string Key, string Value)> Pairs(object? value) => value switch
    {
        Model.Label label => [(label.Key, label.Value)],
        IReadOnlyDictionary<string, string> map => map.Select(pair => (pair.Key, pair.Value)),
        IEnumerable<Model.Label> labels => labels.Select(label => (label.Key, label.Value)),
        string text when text.Split(':', 2) is [var key, var part] => [(key, part)],
        _ => throw new InvalidQueryException("A label filter is a key and a value"),
    };
}

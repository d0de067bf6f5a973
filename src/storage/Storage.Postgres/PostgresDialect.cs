using System.Globalization;
using System.Text.Json;
using Kestra.Storage.Queries;
using Kestra.Storage.Relational;
using NodaTime;

namespace Kestra.Storage.Postgres;

/// <summary>Conditions in PostgreSQL, over Kestra's columns and documents.</summary>
internal sealed class PostgresDialect : SqlDialect
{
    public static PostgresDialect Instance { get; } = new();

    public override string Parameter(int index) => "$" + (index + 1).ToString(CultureInfo.InvariantCulture);

    public override object Value(Instant instant) => instant.ToDateTimeUtc();

    public override SqlCondition StartsWith(string column, string text) => new($"starts_with({column}, ?)", text);

    public override SqlCondition EndsWith(string column, string text) => new($"right({column}, length(?)) = ?", text, text);

    public override SqlCondition Contains(string column, string text) => new($"position(? IN {column}) > 0", text);

    public override SqlCondition IsOrIsBelow(string column, string text) => new($"({column} = ? OR starts_with({column}, ?))", text, text + ".");

    public override SqlCondition Regex(string column, string pattern) => new($"{column} ~ ?", pattern);

    public override SqlCondition Words(string columns, string query) => new($"{columns} @@ fulltext_search(?)", query);

    /// <summary>Labels in a document. Old ones of flows hold them as a map.</summary>
    public static FilterColumn Labels(string column) => new FilterColumn.Labels(
        label => new(
            $"({column} @> ?::jsonb OR {column} @> ?::jsonb)",
            JsonSerializer.Serialize(new[] { new Dictionary<string, string>(StringComparer.Ordinal) { ["key"] = label.Key, ["value"] = label.Value } }),
            JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { [label.Key] = label.Value })),
        label => new(
            $"EXISTS (SELECT FROM jsonb_array_elements(CASE jsonb_typeof({column}) WHEN 'array' THEN {column} ELSE '[]' END) AS label WHERE label ->> 'key' = ? AND position(? IN label ->> 'value') > 0)",
            label.Key, label.Value));
}

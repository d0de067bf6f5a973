using System.Text;
using System.Text.Json;
using Kestra.Model;
using Kestra.Model.Json;
using Kestra.Storage.Relational;

namespace Kestra.Storage.Sqlite;

/// <summary>
/// Labels: a column with a JSON list of pairs, because a key may come twice. Those of executions are rows of a table too, so
/// that a filter finds a few among millions.
/// </summary>
internal static class SqliteLabels
{
    /// <summary>A filter that reads the column of each row.</summary>
    public static FilterColumn InColumn(string column) => new FilterColumn.Labels(
        label => new($"EXISTS (SELECT 1 FROM json_each({column}) AS label WHERE json_extract(label.value, '$[0]') = ? AND json_extract(label.value, '$[1]') = ?)", label.Key, label.Value),
        label => new($"EXISTS (SELECT 1 FROM json_each({column}) AS label WHERE json_extract(label.value, '$[0]') = ? AND instr(json_extract(label.value, '$[1]'), ?) > 0)", label.Key, label.Value));

    /// <summary>A filter of executions that looks into the table.</summary>
    public static FilterColumn InTable { get; } = new FilterColumn.Labels(
        static label => new("key IN (SELECT execution FROM execution_label WHERE name = ? AND value = ?)", label.Key, label.Value),
        static label => new("key IN (SELECT execution FROM execution_label WHERE name = ? AND instr(value, ?) > 0)", label.Key, label.Value));

    public static string? Text(IReadOnlyList<Label> labels) => labels.Count == 0
        ? null
        : Encoding.UTF8.GetString(ModelJson.SerializeValue(labels.Select(static label => (object?)new List<object?> { label.Key, label.Value }).ToList(), JsonProfile.Database));

    /// <summary>Writes the table's rows of one execution; most often nothing has changed.</summary>
    /// <param name="before">The column until now; null when there are none.</param>
    /// <param name="now">The column from now on; null takes all away.</param>
    public static void Replace(Session session, long execution, string? before, string? now)
    {
        if (before == now)
        {
            return;
        }

        foreach (var (name, value) in Pairs(before))
        {
            session.Run("DELETE FROM execution_label WHERE name = $0 AND value = $1 AND execution = $2", name, value, execution);
        }

        foreach (var (name, value) in Pairs(now))
        {
            session.Run("INSERT INTO execution_label (name, value, execution) VALUES ($0, $1, $2) ON CONFLICT DO NOTHING", name, value, execution);
        }
    }

    private static IEnumerable<(string Name, string Value)> Pairs(string? text)
    {
        if (text is null)
        {
            yield break;
        }

        using var document = JsonDocument.Parse(text);
        foreach (var pair in document.RootElement.EnumerateArray())
        {
            yield return (pair[0].GetString()!, pair[1].GetString()!);
        }
    }
}

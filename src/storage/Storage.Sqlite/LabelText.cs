using System.Text;
using Kestra.Model;
using Kestra.Model.Json;

namespace Kestra.Storage.Sqlite;

/// <summary>Labels as a column: a JSON list of pairs, because a key may come twice.</summary>
internal static class LabelText
{
    public static string? Of(IReadOnlyList<Label> labels) => labels.Count == 0
        ? null
        : Encoding.UTF8.GetString(ModelJson.SerializeValue(labels.Select(static label => (object?)new List<object?> { label.Key, label.Value }).ToList(), JsonProfile.Database));
}

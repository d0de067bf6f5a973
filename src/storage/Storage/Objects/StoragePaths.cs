using System.Text;

namespace Kestra.Storage.Objects;

/// <summary>Where things are kept in internal storage (§5.3 of the model).</summary>
public static class StoragePaths
{
    public static string Namespace(string @namespace) => "/" + @namespace.Replace('.', '/');

    public static string Flow(string @namespace, string flowId) => $"{Namespace(@namespace)}/{Slug(flowId)}";

    public static string Execution(string @namespace, string flowId, string executionId) => $"{Flow(@namespace, flowId)}/executions/{executionId}";

    public static string TaskRun(string @namespace, string flowId, string executionId, string taskId, string taskRunId) =>
        $"{Execution(@namespace, flowId, executionId)}/tasks/{Slug(taskId)}/{taskRunId}";

    public static string Input(string @namespace, string flowId, string executionId, string inputId, string fileName) =>
        $"{Execution(@namespace, flowId, executionId)}/inputs/{inputId}/{fileName}";

    public static string Trigger(string @namespace, string flowId, string executionId, string triggerId) => $"{Execution(@namespace, flowId, executionId)}/trigger/{Slug(triggerId)}";

    public static string NamespaceFiles(string @namespace) => Namespace(@namespace) + "/_files";

    public static string KeyValues(string @namespace) => Namespace(@namespace) + "/_kv";

    /// <summary>A name as part of a path: blanks and underscores become dashes, accents and other signs go, lower case.</summary>
    public static string Slug(string text)
    {
        var slug = new StringBuilder(text.Length);
        foreach (var character in text.Normalize(NormalizationForm.FormD))
        {
            var kept = char.IsWhiteSpace(character) || character is '_' or '-' ? '-' : char.IsAsciiLetterOrDigit(character) ? char.ToLowerInvariant(character) : '\0';
            if (kept != '\0' && !(kept == '-' && slug.Length > 0 && slug[^1] == '-'))
            {
                slug.Append(kept);
            }
        }

        var result = slug.ToString();
        result = result.StartsWith('-') ? result[1..] : result;
        return result.EndsWith('-') ? result[..^1] : result;
    }
}

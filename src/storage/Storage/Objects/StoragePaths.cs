using Kestra.Model.Identifiers;

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

    /// <summary>The cache of a working directory.</summary>
    /// <param name="value">Of the task run in a loop; null outside of loops.</param>
    public static string Cache(string @namespace, string flowId, string taskId, string? value) =>
        $"{Flow(@namespace, flowId)}/{Slug(taskId)}/cache/{(value is null ? "" : Murmur3.Hex(value) + "/")}cache.zip";

    /// <summary>A name as part of a path.</summary>
    public static string Slug(string text) => Kestra.Model.Identifiers.Slug.Of(text);
}

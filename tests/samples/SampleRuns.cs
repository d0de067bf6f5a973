using System.Text.Json;

namespace Kestra.Samples;

/// <summary>Runs samples with a server in the process.</summary>
internal static class SampleRuns
{
    public static string File(string name) => Path.Combine(Repository.Root, "samples", name);

    /// <summary>The execution as it ended.</summary>
    /// <param name="inputs">Pairs <c>name=value</c>.</param>
    public static async Task<JsonElement> RunSampleAsync(this Workspace workspace, int code, string sample, params string[] inputs)
    {
        var output = await workspace.RunAsync(code, ["flow", "run", File(sample), "-o", "json", .. inputs.SelectMany(static input => new[] { "--inputs", input })]);
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    public static string State(this JsonElement execution) => execution.GetProperty("state").GetProperty("current").GetString()!;

    public static JsonElement Output(this JsonElement execution, string name) => execution.GetProperty("outputs").GetProperty(name);

    /// <summary>Ids of the tasks that ran, in the order of their beginning.</summary>
    public static IReadOnlyList<string> Tasks(this JsonElement execution) => [.. execution.GetProperty("taskRunList").EnumerateArray().Select(static run => run.GetProperty("taskId").GetString()!)];

    public static JsonElement TaskRun(this JsonElement execution, string taskId) => execution.GetProperty("taskRunList").EnumerateArray().Single(run => run.GetProperty("taskId").GetString() == taskId);

    /// <summary>A file of internal storage of the server that <c>flow run</c> had in its process.</summary>
    public static string Stored(this Workspace workspace, JsonElement uri) => Path.Combine(workspace.Folder, "data", "main", uri.GetString()!["kestra:///".Length..]);
}

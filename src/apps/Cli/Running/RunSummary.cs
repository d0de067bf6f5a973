using System.Text.Json;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Running;

/// <summary>The end of a run: its state and its outputs.</summary>
/// <param name="fileOf">Where a file of internal storage lies on this machine; null when it is on another one.</param>
internal sealed class RunSummary(Terminal terminal, Func<string, string>? fileOf)
{
    private const int LongestValue = 500;

    public void Write(ExecutionView execution)
    {
        terminal.Line();
        terminal.Line($"{execution.Namespace}.{execution.FlowId} revision {execution.Revision}, execution {execution.Id}: {execution.State} in {RunProgress.Text(execution.Duration)}", execution.IsSuccess ? Colour.Green : Colour.Red);
        if (execution.Outputs is { } outputs)
        {
            WriteValues("Outputs", outputs.EnumerateObject().Select(static output => (output.Name, output.Value)));
        }
        else
        {
            // Without outputs of its own, a flow's results are those of its tasks.
            WriteValues("Outputs of tasks", execution.TaskRuns.Where(static run => run.Outputs is not null && run.Value is null)
                .SelectMany(static run => run.Outputs!.Value.EnumerateObject().Select(output => ($"{run.TaskId}.{output.Name}", output.Value))));
        }

        if (!execution.IsSuccess)
        {
            var failed = execution.TaskRuns.Where(static run => run.State is "FAILED").Select(static run => run.Label).Distinct(StringComparer.Ordinal).ToList();
            if (failed.Count > 0)
            {
                terminal.Line($"Failed: {string.Join(", ", failed)}", Colour.Red);
            }
        }
    }

    private void WriteValues(string title, IEnumerable<(string Name, JsonElement Value)> values)
    {
        var shown = values.Where(static pair => pair.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)).ToList();
        if (shown.Count == 0)
        {
            return;
        }

        terminal.Line($"{title}:", Colour.Bold);
        foreach (var (name, value) in shown)
        {
            var text = Short(value.ValueKind == JsonValueKind.String ? value.GetString()! : JsonSerializer.Serialize(value, Plain));
            terminal.Line($"  {name}: {text}");
            if (fileOf is not null && text.StartsWith("kestra:///", StringComparison.Ordinal))
            {
                terminal.Line($"    {fileOf(text)}", Colour.Dim);
            }
        }
    }

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Short(string text)
    {
        var line = text.TrimEnd().ReplaceLineEndings("\n    ");
        return line.Length > LongestValue ? line[..LongestValue] + $"… ({text.Length} characters)" : line;
    }
}

using System.Globalization;
using System.Text.Json;
using Kestra.Cli.Api;

namespace Kestra.Cli.Running;

/// <summary>What the terminal shows of an execution: read from the API's document.</summary>
internal sealed record ExecutionView
{
    private static readonly HashSet<string> EndStates = new(StringComparer.Ordinal) { "SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "SKIPPED", "RETRIED" };

    public required string Id { get; init; }

    public required string Namespace { get; init; }

    public required string FlowId { get; init; }

    public required int Revision { get; init; }

    /// <summary>State by its name: RUNNING, SUCCESS …</summary>
    public required string State { get; init; }

    public required TimeSpan Duration { get; init; }

    public required IReadOnlyList<TaskRunView> TaskRuns { get; init; }

    /// <summary>Outputs of the flow; null when it declares none.</summary>
    public required JsonElement? Outputs { get; init; }

    /// <summary>The document itself.</summary>
    public required JsonElement Document { get; init; }

    public bool IsEnded => EndStates.Contains(State);

    /// <summary>Ended without complaint: a warning is one for the reader, not for the caller.</summary>
    public bool IsSuccess => State is "SUCCESS" or "WARNING" or "SKIPPED";

    public static ExecutionView Read(JsonElement document) => new()
    {
        Id = document.Text("id") ?? "",
        Namespace = document.Text("namespace") ?? "",
        FlowId = document.Text("flowId") ?? "",
        Revision = document.TryGetProperty("flowRevision", out var revision) && revision.TryGetInt32(out var number) ? number : 0,
        State = StateOf(document),
        Duration = DurationOf(document),
        TaskRuns = document.TryGetProperty("taskRunList", out var runs) && runs.ValueKind == JsonValueKind.Array ? [.. runs.EnumerateArray().Select(TaskRunView.Read)] : [],
        Outputs = document.TryGetProperty("outputs", out var outputs) && outputs.ValueKind == JsonValueKind.Object ? outputs : null,
        Document = document,
    };

    internal static string StateOf(JsonElement document) => document.TryGetProperty("state", out var state) ? state.Text("current") ?? "" : "";

    internal static TimeSpan DurationOf(JsonElement document)
    {
        if (!document.TryGetProperty("state", out var state) || !Date(state, "startDate", out var start))
        {
            return TimeSpan.Zero;
        }

        return Date(state, "endDate", out var end) ? end - start : TimeSpan.Zero;
    }

    /// <summary>Date of the last entry of the state's history.</summary>
    internal static DateTimeOffset? SinceOf(JsonElement document) =>
        document.TryGetProperty("state", out var state) && state.TryGetProperty("histories", out var histories) && histories.ValueKind == JsonValueKind.Array
        && histories.GetArrayLength() is > 0 and var length && Date(histories[length - 1], "date", out var date) ? date : null;

    private static bool Date(JsonElement state, string property, out DateTimeOffset date)
    {
        date = default;
        return state.Text(property) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out date);
    }
}

/// <summary>What the terminal shows of a task run.</summary>
/// <param name="Value">Of an iteration; null outside of loops.</param>
/// <param name="Since">When it came into its state; null when the server does not say.</param>
internal sealed record TaskRunView(string Id, string TaskId, string? Value, string State, DateTimeOffset? Since, TimeSpan Duration, JsonElement? Outputs)
{
    public bool IsEnded => State is "SUCCESS" or "WARNING" or "FAILED" or "KILLED" or "CANCELLED" or "SKIPPED" or "RETRIED";

    /// <summary>The task with the value of its iteration.</summary>
    public string Label => Value is { Length: > 0 } value ? $"{TaskId}[{(value.Length > 40 ? value[..39] + "…" : value)}]" : TaskId;

    public static TaskRunView Read(JsonElement document) => new(
        document.Text("id") ?? "",
        document.Text("taskId") ?? "",
        document.Text("value"),
        ExecutionView.StateOf(document),
        ExecutionView.SinceOf(document),
        ExecutionView.DurationOf(document),
        document.TryGetProperty("outputs", out var outputs) && outputs.ValueKind == JsonValueKind.Object ? outputs : null);
}

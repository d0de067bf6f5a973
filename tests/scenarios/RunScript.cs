using System.Text.Json;
using Kestra.Model.Json;

namespace Kestra.Scenarios;

/// <summary>How to drive a recorded case; the names are those of its <c>run.json</c>.</summary>
internal sealed record RunScript
{
    public IReadOnlyDictionary<string, object?> Inputs { get; init; } = new Dictionary<string, object?>();
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public int Count { get; init; } = 1;
    public int GapMillis { get; init; } = 150;
    public int? ScheduleInSeconds { get; init; }
    public IReadOnlyList<string> Breakpoints { get; init; } = [];
    public IReadOnlyList<ScriptedAction> Actions { get; init; } = [];
    public IReadOnlyList<string> Children { get; init; } = [];
    public bool Subflows { get; init; }
    public int SettleMillis { get; init; }

    /// <summary>The state in which the case rests when that is not an end.</summary>
    public string? Final { get; init; }

    public static RunScript Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new RunScript
        {
            Inputs = root.TryGetProperty("inputs", out var inputs) ? (IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(inputs)! : new Dictionary<string, object?>(),
            Labels = root.TryGetProperty("labels", out var labels) ? labels.EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!, StringComparer.Ordinal) : [],
            Count = Number(root, "count") ?? 1,
            GapMillis = Number(root, "gapMillis") ?? 150,
            ScheduleInSeconds = Number(root, "scheduleInSeconds"),
            Breakpoints = Texts(root, "breakpoints"),
            Actions = root.TryGetProperty("actions", out var actions) ? [.. actions.EnumerateArray().Select(ScriptedAction.Read)] : [],
            Children = Texts(root, "children"),
            Subflows = root.TryGetProperty("subflows", out var subflows) && subflows.GetBoolean(),
            SettleMillis = Number(root, "settleMillis") ?? 0,
            Final = root.TryGetProperty("final", out var final) ? Text(final, "state") : null,
        };
    }

    internal static int? Number(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetInt32() : null;

    internal static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static IReadOnlyList<string> Texts(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? [.. value.EnumerateArray().Select(item => item.GetString()!)] : [];
}

/// <param name="Execution">Number of the execution, in the order of creation.</param>
internal sealed record ScriptedAction(int Execution, ScriptedCondition When, int SleepMillis, string Do, bool Cascade, string? Task, string? Value, string? To, IReadOnlyDictionary<string, object?> Inputs)
{
    public static ScriptedAction Read(JsonElement element) => new(
        RunScript.Number(element, "execution") ?? 0,
        ScriptedCondition.Read(element.GetProperty("when")),
        RunScript.Number(element, "sleepMillis") ?? 0,
        RunScript.Text(element, "do")!,
        !element.TryGetProperty("cascade", out var cascade) || cascade.GetBoolean(),
        RunScript.Text(element, "task"),
        RunScript.Text(element, "value"),
        RunScript.Text(element, "to"),
        element.TryGetProperty("inputs", out var inputs) ? (IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(inputs)! : new Dictionary<string, object?>());
}

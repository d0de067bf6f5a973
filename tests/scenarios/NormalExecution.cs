using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Json;

namespace Kestra.Scenarios;

/// <summary>An execution in the form of the recordings: what differs from run to run is scrubbed, everything is sorted.</summary>
internal static partial class NormalExecution
{
    public static JsonObject Of(Execution execution)
    {
        var node = new JsonObject
        {
            ["flowId"] = execution.FlowId,
            ["state"] = execution.State.Current.ToString(),
            ["history"] = History(execution.State),
            ["taskRuns"] = TaskRuns(execution.TaskRunList ?? [], null),
        };
        var labels = (execution.Labels ?? []).Where(label => label.Key != Label.CorrelationId).ToList();
        if (labels.Count > 0)
        {
            node["labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)Scrub(label.Value))));
        }

        Add(node, "inputs", execution.Inputs);
        Add(node, "outputs", execution.Outputs);
        Add(node, "variables", execution.Variables);
        if (execution.Metadata is { AttemptNumber: > 1 and var attempt })
        {
            node["attemptNumber"] = attempt;
        }

        return node;
    }

    /// <summary>One text for equal executions: keys sorted, no spaces, and no FAILED that only leads to a retry.</summary>
    public static string Text(JsonNode? node) => Canonical(node, path: "").ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    private static JsonArray TaskRuns(IReadOnlyList<TaskRun> runs, string? parent) =>
        new([.. runs.Where(run => run.ParentTaskRunId == parent)
            .OrderBy(run => run.TaskId, StringComparer.Ordinal)
            .ThenBy(run => run.Value ?? "", StringComparer.Ordinal)
            .ThenBy(run => run.Iteration ?? -1)
            .Select(run => (JsonNode)TaskRun(run, runs))]);

    private static JsonObject TaskRun(TaskRun run, IReadOnlyList<TaskRun> all)
    {
        var node = new JsonObject { ["taskId"] = run.TaskId };
        if (run.Value is { } value)
        {
            node["value"] = Scrub(value);
        }

        if (run.Iteration is { } iteration)
        {
            node["iteration"] = iteration;
        }

        if (run.Dynamic == true)
        {
            node["dynamic"] = true;
        }

        node["state"] = run.State.Current.ToString();
        node["history"] = History(run.State);
        if (run.Attempts is { } attempts)
        {
            node["attempts"] = new JsonArray([.. attempts.Select(attempt => (JsonNode)attempt.State.Current.ToString())]);
        }

        Add(node, "outputs", run.Outputs);
        if (TaskRuns(all, run.Id) is { Count: > 0 } children)
        {
            node["children"] = children;
        }

        return node;
    }

    private static JsonArray History(State state) => new([.. state.Histories.Select(entry => (JsonNode)entry.State.ToString())]);

    private static void Add(JsonObject node, string name, IReadOnlyDictionary<string, object?>? values)
    {
        if (values is { Count: > 0 })
        {
            node[name] = Scrubbed(JsonNode.Parse(ModelJson.SerializeValue(values, JsonProfile.Api)));
        }
    }

    private static JsonNode? Scrubbed(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, Scrubbed(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Scrubbed)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Scrub(value.GetValue<string>()),
        _ => node?.DeepClone(),
    };

    private static string Scrub(string text) =>
        Uri().IsMatch(text) ? "<uri>"
        : Date().IsMatch(text) ? "<date>"
        : Id().IsMatch(text) ? "<id>"
        : text;

    private static JsonNode Canonical(JsonNode? node, string path)
    {
        switch (node)
        {
            case JsonObject map:
                return new JsonObject(map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Canonical(pair.Value, pair.Key))));
            case JsonArray { } list when path == "history":
                var states = list.Select(state => state!.GetValue<string>()).ToList();
                return new JsonArray([.. states.Where((state, index) => !(state == "FAILED" && index + 1 < states.Count && states[index + 1] is "RETRYING" or "RETRIED")).Select(state => (JsonNode)state)]);
            case JsonArray list:
                return new JsonArray([.. list.Select(item => Canonical(item, path: ""))]);
            default:
                return node?.DeepClone() ?? "null";
        }
    }

    [GeneratedRegex("^(kestra:///|/golden/)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Uri();

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Date();

    // One id in forty has no digit: texts of an id's usual length are taken for one without.
    [GeneratedRegex("^(?=.*[A-Z])((?=.*[0-9])[0-9A-Za-z]{18,20}|(?=.*[a-z])[0-9A-Za-z]{21,22})$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Id();
}

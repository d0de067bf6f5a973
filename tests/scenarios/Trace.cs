using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kestra.Scenarios;

/// <summary>
/// A normalised execution as a few lines: a line for the execution, one for each task run below it with its attempts in
/// brackets, then the other executions. Easy to write by hand from the rules, and easy to compare by eye.
/// </summary>
internal static class Trace
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonObject result)
    {
        var text = new StringBuilder();
        Write(text, result);
        foreach (var other in result["executions"]?.AsArray() ?? [])
        {
            text.Append("== ").Append(other!["flowId"]!.GetValue<string>()).Append('\n');
            Write(text, other.AsObject());
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonObject execution)
    {
        text.AppendJoin(' ', States(execution["history"]!.AsArray()));
        if (execution["attemptNumber"] is { } attempt)
        {
            text.Append(" attempt ").Append(attempt.GetValue<int>());
        }

        foreach (var name in (string[])["labels", "outputs", "variables"])
        {
            if (execution[name] is { } values)
            {
                text.Append(' ').Append(name).Append(' ').Append(Json(values));
            }
        }

        text.Append('\n');
        Write(text, execution["taskRuns"]!.AsArray(), "  ");
    }

    private static void Write(StringBuilder text, JsonArray runs, string indent)
    {
        foreach (var run in runs)
        {
            text.Append(indent).Append(run!["taskId"]!.GetValue<string>());
            if (run["value"] is { } value)
            {
                text.Append(" '").Append(value.GetValue<string>()).Append('\'');
            }

            if (run["iteration"] is { } iteration)
            {
                text.Append(" #").Append(iteration.GetValue<int>());
            }

            text.Append(": ").AppendJoin(' ', States(run["history"]!.AsArray()));
            text.Append(" [").AppendJoin(' ', (run["attempts"]?.AsArray() ?? []).Select(state => state!.GetValue<string>())).Append(']');
            if (run["outputs"] is { } outputs)
            {
                text.Append(' ').Append(Json(outputs));
            }

            text.Append('\n');
            Write(text, run["children"]?.AsArray() ?? [], indent + "  ");
        }
    }

    // A FAILED that only leads to a retry may or may not be there.
    private static IEnumerable<string> States(JsonArray history)
    {
        var states = history.Select(state => state!.GetValue<string>()).ToList();
        return states.Where((state, index) => !(state == "FAILED" && index + 1 < states.Count && states[index + 1] is "RETRYING" or "RETRIED"));
    }

    private static string Json(JsonNode node) => Sorted(node)!.ToJsonString(Relaxed);

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}

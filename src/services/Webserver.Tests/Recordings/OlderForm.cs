using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Kestra.Webserver.Tests.Recordings;

/// <summary>
/// Turns answers that a 0.20 server gave into the form of 1.0, where the specification of the API names the difference.
/// Each rule carries its section.
/// </summary>
internal static partial class OlderForm
{
    public static JsonElement Translate(JsonElement response, bool isOlder)
    {
        if (response.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            return response;
        }

        var node = JsonNode.Parse(response.GetRawText());
        Visit(node, isOlder);
        return JsonDocument.Parse(node!.ToJsonString()).RootElement;
    }

    public static string Header(string value, bool isOlder) => !isOlder ? value
        // §7.1: no realm unless one is configured.
        : value == "Basic realm=Kestra" ? "Basic"
        // §1.1: there is a tenant in every path.
        : value.StartsWith("/api/v1/executions/", StringComparison.Ordinal) ? "/api/v1/main/executions/" + value["/api/v1/executions/".Length..]
        : value;

    private static void Visit(JsonNode? node, bool isOlder)
    {
        switch (node)
        {
            case JsonObject map:
                Volatile(map);
                if (isOlder)
                {
                    Modernise(map);
                }

                foreach (var (_, value) in map.ToList())
                {
                    Visit(value, isOlder);
                }

                break;
            case JsonArray list:
                foreach (var item in list)
                {
                    Visit(item, isOlder);
                }

                break;
        }
    }

    // What differs from run to run, but was left in: the number of the thread, the id of the worker.
    private static void Volatile(JsonObject map)
    {
        if (Text(map, "thread") is { } thread && WorkerThread().IsMatch(thread))
        {
            map["thread"] = "<string>";
        }

        // How far a backfill has come when it is paused is a matter of speed.
        if (map["backfill"] is JsonObject backfill && backfill["paused"] is JsonValue paused && paused.GetValue<bool>())
        {
            backfill["currentDate"] = "<instant>";
            map["…"] = "…";
        }

        if (map.ContainsKey("workerId"))
        {
            map["workerId"] = "<string>";
        }
    }

    private static void Modernise(JsonObject map)
    {
        // §4.1: addresses of the UI name the tenant.
        if (Text(map, "url") is { } url)
        {
            map["url"] = url.Replace("/ui/executions/", "/ui/main/executions/", StringComparison.Ordinal);
        }

        // §6.1: the state of a trigger names its tenant.
        if (map.ContainsKey("triggerId") && map.ContainsKey("flowId"))
        {
            map["tenantId"] = "main";
        }

        // §4.1, recording "execution 1.0": attempts name the worker that ran them.
        if (map is { Count: 1 } && map["state"] is JsonObject)
        {
            map["workerId"] = "<string>";
        }

        // §5.5: nodes of graphs have no mark of errors any more.
        if (map.ContainsKey("uid"))
        {
            map.Remove("error");
        }

        // §5.6: dependencies name the tenant.
        if ((map.ContainsKey("uid") && map.ContainsKey("namespace")) || Text(map, "relation") is "FLOW_TASK" or "FLOW_TRIGGER")
        {
            foreach (var name in new[] { "uid", "source", "target" }.Where(map.ContainsKey))
            {
                map[name] = "main_" + Text(map, name);
            }
        }

        // §2.2: operations have other names in messages.
        if (Text(map, "message") is { } message)
        {
            map["message"] = message.Replace("find.page", "searchFlows.page", StringComparison.Ordinal)
                // §4.5
                .Replace("change the status of an execution", "change the state of an execution", StringComparison.Ordinal)
                .Replace("must be terminated to be restarted", "must be terminated or paused and not killed to be restarted", StringComparison.Ordinal);
        }

        // §4.5: the label of a replay or restart.
        if (map["state"] is JsonObject state && map["labels"] is JsonArray labels && map.ContainsKey("flowRevision"))
        {
            AddLabel(labels, "system.replay", map.ContainsKey("parentId"));
            AddLabel(labels, "system.restarted", Text(state, "current") == "RESTARTED");
        }

        if (Text(map, "path") == "find.page")
        {
            map["path"] = "searchFlows.page";
        }
    }

    private static void AddLabel(JsonArray labels, string key, bool applies)
    {
        if (applies)
        {
            labels.Add(new JsonObject { ["key"] = key, ["value"] = "true" });
        }
    }

    private static string? Text(JsonObject map, string name) => map[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    [GeneratedRegex(@"^worker_\d+$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex WorkerThread();
}

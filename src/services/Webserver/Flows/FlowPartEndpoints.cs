using System.Text.Json;
using Kestra.Flows;
using Kestra.Model.Json;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Flows;

/// <summary>Parts of flows: checking one task or trigger, replacing a task, and what a flow is connected with.</summary>
internal sealed class FlowPartEndpoints(FlowRevisions revisions, FlowReader reader, FlowTopology topology) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder api)
    {
        var flows = api.MapGroup("/{tenant}/flows");
        flows.Post("/validate/task", http => ValidateAsync(http, http.Query("section")?.ToUpperInvariant() is "TRIGGERS" ? TriggerConstraints : TaskConstraints));
        flows.Post("/validate/trigger", http => ValidateAsync(http, TriggerConstraints));
        flows.Patch("/{namespace}/{id}/{taskId}", PatchAsync);
        flows.Get("/{namespace}/{id}/dependencies", DependenciesAsync);
    }

    private string? TaskConstraints(string source) => reader.ReadTask(source).Constraints;

    private string? TriggerConstraints(string source) => reader.ReadTrigger(source).Constraints;

    private static async Task ValidateAsync(HttpContext http, Func<string, string?> constraintsOf)
    {
        var constraints = constraintsOf(await FlowSources.BodyAsync(http, "task"));
        await Answers.JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, 0);
            if (constraints is not null)
            {
                writer.WriteString("constraints"u8, constraints);
            }

            writer.WriteBoolean("outdated"u8, false);
            writer.WriteEndObject();
        });
    }

    private async Task PatchAsync(HttpContext http)
    {
        var taskId = http.Route("taskId");
        using var body = await http.BodyJsonAsync("task");
        var given = body.RootElement.Text("id");
        if (given != taskId)
        {
            throw ApiException.InvalidEntity("id", $"Invalid taskId, previous '{taskId}' & current '{given}'");
        }

        var stored = await revisions.RequireAsync(http.Tenant(), http.Route("namespace"), http.Route("id"), null, http.RequestAborted);
        var raw = reader.Read(stored.Source, stored.TenantId, strict: false).Raw ?? throw ApiException.IllegalState("The stored source can't be read");
        var replaced = TaskReplacement.Replace(raw, taskId, ModelJson.ReadValue(body.RootElement)!, out var found);
        if (!found)
        {
            throw ApiException.NotFound();
        }

        // JSON is YAML; the comments and the layout of the source are lost, as ever with this call.
        var flow = await revisions.UpdateAsync(stored, JsonSource(replaced), http.RequestAborted);
        await Answers.JsonAsync(http, writer => FlowJson.Write(writer, flow, JsonProfile.Api, withSource: false));
    }

    private static string JsonSource(object? value)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, ModelJson.WriterOptions with { Indented = true }))
        {
            ModelJson.WriteValue(writer, value, JsonProfile.Api);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private async Task DependenciesAsync(HttpContext http)
    {
        var stored = await revisions.RequireAsync(http.Tenant(), http.Route("namespace"), http.Route("id"), null, http.RequestAborted);
        var graph = await topology.OfFlowAsync(stored.TenantId, stored.Namespace, stored.Id, http.Flag("destinationOnly"), http.Flag("expandAll"), http.RequestAborted);
        await Answers.JsonAsync(http, writer => graph.Write(writer, stored.TenantId));
    }
}

/// <summary>Puts another task in the place of one, at any depth.</summary>
internal static class TaskReplacement
{
    public static object? Replace(object? value, string taskId, object task, out bool found)
    {
        found = false;
        return Replace(value, taskId, task, ref found, isTask: false);
    }

    private static object? Replace(object? value, string taskId, object task, ref bool found, bool isTask)
    {
        switch (value)
        {
            case IReadOnlyDictionary<string, object?> map when isTask && map.GetValueOrDefault("id") as string == taskId && map.GetValueOrDefault("type") is string:
                found = true;
                return task;
            case IReadOnlyDictionary<string, object?> map:
                var copy = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
                foreach (var (key, item) in map)
                {
                    copy[key] = Replace(item, taskId, task, ref found, isTask: true);
                }

                return copy;
            case IReadOnlyList<object?> list:
                var items = new List<object?>(list.Count);
                foreach (var item in list)
                {
                    items.Add(Replace(item, taskId, task, ref found, isTask: true));
                }

                return items;
            default:
                return value;
        }
    }
}

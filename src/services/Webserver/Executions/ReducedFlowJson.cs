using System.Text.Json;
using Kestra.Model.Flows;
using Kestra.Model.Json;

namespace Kestra.Webserver.Executions;

/// <summary>A flow as far as those may see it who execute it: inputs and the names of tasks, no properties.</summary>
internal static class ReducedFlowJson
{
    // Where flowable tasks keep tasks: lists, or a map of lists.
    private static readonly string[] Branches = ["tasks", "then", "else", "cases", "defaults", "errors", "finally"];

    public static void Write(Utf8JsonWriter writer, Flow flow)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, flow.Id);
        writer.WriteString("namespace"u8, flow.Namespace);
        if (flow.Revision is { } revision)
        {
            writer.WriteNumber("revision"u8, revision);
        }

        if (flow.Inputs is { } inputs)
        {
            writer.WriteStartArray("inputs"u8);
            foreach (var input in inputs)
            {
                InputJson.Write(writer, input, JsonProfile.Api);
            }

            writer.WriteEndArray();
        }

        writer.WriteBoolean("disabled"u8, flow.Disabled);
        writer.WriteBoolean("deleted"u8, flow.Deleted);
        WriteTasks(writer, "tasks", flow.Tasks);
        WriteTasks(writer, "errors", flow.Errors);
        WriteTasks(writer, "afterExecution", flow.AfterExecution);
        writer.WriteStartArray("triggers"u8);
        foreach (var trigger in flow.Triggers ?? [])
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, trigger.Id);
            writer.WriteString("type"u8, trigger.Type);
            if (trigger.Disabled)
            {
                writer.WriteBoolean("disabled"u8, trigger.Disabled);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("sla"u8);
        foreach (var sla in flow.Sla ?? [])
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, sla.Id);
            writer.WriteString("type"u8, sla.Type.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        WriteTasks(writer, "finally", flow.Finally);
        writer.WriteEndObject();
    }

    private static void WriteTasks(Utf8JsonWriter writer, string name, IReadOnlyList<TaskDefinition>? tasks)
    {
        if (tasks is null)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var task in tasks)
        {
            WriteTask(writer, task.Id, task.Type, task.Properties);
        }

        writer.WriteEndArray();
    }

    private static void WriteTask(Utf8JsonWriter writer, string id, string type, IReadOnlyDictionary<string, object?> properties)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, id);
        writer.WriteString("type"u8, type);
        var children = Branches.SelectMany(branch => Tasks(properties.GetValueOrDefault(branch))).ToList();
        if (children.Count > 0)
        {
            writer.WriteStartArray("tasks"u8);
            foreach (var child in children)
            {
                WriteTask(writer, child["id"] as string ?? "", child["type"] as string ?? "", child);
            }

            writer.WriteEndArray();
        }

        if (properties.GetValueOrDefault("flowId") is string flowId && properties.GetValueOrDefault("namespace") is string @namespace)
        {
            writer.WriteStartObject("subflowId"u8);
            writer.WriteString("namespace"u8, @namespace);
            writer.WriteString("flowId"u8, flowId);
            writer.WritePropertyName("revision"u8);
            ModelJson.WriteValue(writer, properties.GetValueOrDefault("revision"), JsonProfile.Api);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    // A DAG wraps each of its tasks in a map with the dependencies.
    private static IEnumerable<IReadOnlyDictionary<string, object?>> Tasks(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> map when map.GetValueOrDefault("id") is string && map.GetValueOrDefault("type") is string => [map],
        IReadOnlyDictionary<string, object?> map when map.GetValueOrDefault("task") is IReadOnlyDictionary<string, object?> wrapped => Tasks(wrapped),
        IReadOnlyDictionary<string, object?> map => map.Values.SelectMany(Tasks),
        IReadOnlyList<object?> list => list.SelectMany(Tasks),
        _ => [],
    };
}

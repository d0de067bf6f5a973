using System.Text.Json;
using Kestra.Model.Flows;
using NodaTime;

namespace Kestra.Model.Json;

/// <summary>Flows (§4.13 of the model): the parsed form for the API, and the generic form that the database keeps beside the source.</summary>
public static class FlowJson
{
    private static readonly HashSet<string> Head = new(StringComparer.Ordinal)
    {
        "id", "namespace", "tenantId", "revision", "description", "inputs", "outputs", "disabled", "deleted", "labels", "variables", "workerGroup", "source", "sla", "concurrency", "tasks", "triggers",
    };

    /// <param name="withSource">Whether the YAML text is part of the answer.</param>
    public static void Write(Utf8JsonWriter writer, Flow flow, JsonProfile profile, bool withSource = true)
    {
        writer.WriteStartObject();
        WriteHead(writer, flow, profile);
        WriteList(writer, "tasks", flow.Tasks, profile, TaskJson.Write);
        if (flow.Exception is { } exception)
        {
            writer.WriteString("exception"u8, exception);
        }

        WriteList(writer, "errors", flow.Errors, profile, TaskJson.Write);
        WriteList(writer, "listeners", flow.Listeners, profile, WriteListener);
        WriteList(writer, "afterExecution", flow.AfterExecution, profile, TaskJson.Write);
        WriteList(writer, "triggers", flow.Triggers, profile, TaskJson.Write);
        WriteList(writer, "pluginDefaults", flow.PluginDefaults, profile, WriteDefault);
        WriteList(writer, "taskDefaults", flow.TaskDefaults, profile, WriteDefault);
        WriteConcurrency(writer, flow.Concurrency);
        if (flow.Retry is { } retry)
        {
            writer.WritePropertyName("retry"u8);
            TaskJson.Write(writer, retry, profile);
        }

        WriteList(writer, "sla", flow.Sla, profile, WriteSla);
        WriteList(writer, "checks", flow.Checks, profile, WriteCheck);
        if (withSource)
        {
            TaskJson.WriteText(writer, "source", flow.Source);
        }

        // Kestra's documents have it behind everything else.
        WriteList(writer, "finally", flow.Finally, profile, TaskJson.Write);
        writer.WriteEndObject();
    }

    /// <summary>The document of the database: the head typed, tasks, triggers and every further key as they were written.</summary>
    /// <param name="raw">The map of the source, before plugin defaults.</param>
    public static byte[] Document(Flow flow, IReadOnlyDictionary<string, object?> raw)
    {
        return ModelJson.Bytes(writer =>
        {
            writer.WriteStartObject();
            WriteHead(writer, flow, JsonProfile.Database);
            TaskJson.WriteText(writer, "source", flow.Source);
            WriteList(writer, "sla", flow.Sla, JsonProfile.Database, WriteSla);
            WriteConcurrency(writer, flow.Concurrency);
            foreach (var name in new[] { "tasks", "triggers" }.Concat(raw.Keys.Where(key => !Head.Contains(key))))
            {
                if (raw.GetValueOrDefault(name) is { } value)
                {
                    writer.WritePropertyName(name);
                    ModelJson.WriteValue(writer, value, JsonProfile.Database);
                }
            }

            writer.WriteEndObject();
        });
    }

    private static void WriteHead(Utf8JsonWriter writer, Flow flow, JsonProfile profile)
    {
        if (profile != JsonProfile.Api)
        {
            writer.WriteString("tenantId"u8, flow.TenantId);
        }

        writer.WriteString("id"u8, flow.Id);
        writer.WriteString("namespace"u8, flow.Namespace);
        if (flow.Revision is { } revision)
        {
            writer.WriteNumber("revision"u8, revision);
        }

        TaskJson.WriteText(writer, "description", flow.Description);
        WriteList(writer, "inputs", flow.Inputs, profile, InputJson.Write);
        WriteList(writer, "outputs", flow.Outputs, profile, InputJson.Write);
        writer.WriteBoolean("disabled"u8, flow.Disabled);
        writer.WriteBoolean("deleted"u8, flow.Deleted);
        TaskJson.WriteLabels(writer, flow.Labels);
        if (flow.Variables is { } variables)
        {
            writer.WritePropertyName("variables"u8);
            ValueWriter.WriteMap(writer, variables, profile, keepNulls: false);
        }

        TaskJson.WriteGroup(writer, flow.WorkerGroup);
    }

    internal static void WriteList<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T>? items, JsonProfile profile, Action<Utf8JsonWriter, T, JsonProfile> write)
    {
        if (items is null)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            write(writer, item, profile);
        }

        writer.WriteEndArray();
    }

    private static void WriteListener(Utf8JsonWriter writer, ListenerDefinition listener, JsonProfile profile)
    {
        writer.WriteStartObject();
        TaskJson.WriteText(writer, "description", listener.Description);
        WriteList(writer, "conditions", listener.Conditions, profile, TaskJson.Write);
        WriteList(writer, "tasks", listener.Tasks, profile, TaskJson.Write);
        writer.WriteEndObject();
    }

    private static void WriteDefault(Utf8JsonWriter writer, PluginDefault entry, JsonProfile profile)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, entry.Type);
        writer.WriteBoolean("forced"u8, entry.Forced);
        if (entry.Values is { } values)
        {
            writer.WritePropertyName("values"u8);
            ValueWriter.WriteMap(writer, values, profile, keepNulls: false);
        }

        writer.WriteEndObject();
    }

    private static void WriteConcurrency(Utf8JsonWriter writer, ConcurrencyDefinition? concurrency)
    {
        if (concurrency is null)
        {
            return;
        }

        writer.WriteStartObject("concurrency"u8);
        writer.WriteNumber("limit"u8, concurrency.Limit);
        writer.WriteString("behavior"u8, concurrency.Behavior.ToString());
        writer.WriteEndObject();
    }

    private static void WriteSla(Utf8JsonWriter writer, SlaDefinition sla, JsonProfile profile)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, sla.Id);
        writer.WriteString("type"u8, sla.Type.ToString());
        writer.WriteString("behavior"u8, sla.Behavior.ToString());
        TaskJson.WriteLabels(writer, sla.Labels);
        TaskJson.WriteDuration(writer, "duration", sla.Duration, profile);
        TaskJson.WriteText(writer, "assert", sla.Assert);
        writer.WriteEndObject();
    }

    private static void WriteCheck(Utf8JsonWriter writer, CheckDefinition check, JsonProfile profile)
    {
        writer.WriteStartObject();
        writer.WriteString("condition"u8, check.Condition);
        writer.WriteString("message"u8, check.Message);
        writer.WriteString("style"u8, check.Style.ToString());
        writer.WriteString("behavior"u8, check.Behavior.ToString());
        writer.WriteEndObject();
    }
}

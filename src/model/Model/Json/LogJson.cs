using System.Text.Json;
using Kestra.Model.Executions;
using Kestra.Model.Logs;

namespace Kestra.Model.Json;

/// <summary>Log entries and metrics (§4.6, §4.7 of the model).</summary>
internal static class LogJson
{
    public static void Write(Utf8JsonWriter writer, LogEntry entry, JsonProfile profile)
    {
        writer.WriteStartObject();
        if (profile != JsonProfile.Api)
        {
            writer.WriteString("tenantId"u8, entry.TenantId);
        }

        writer.WriteString("namespace"u8, entry.Namespace);
        writer.WriteString("flowId"u8, entry.FlowId);
        ExecutionJson.WriteText(writer, "taskId"u8, entry.TaskId);
        ExecutionJson.WriteText(writer, "executionId"u8, entry.ExecutionId);
        ExecutionJson.WriteText(writer, "taskRunId"u8, entry.TaskRunId);
        if (entry.AttemptNumber is { } attempt)
        {
            writer.WriteNumber("attemptNumber"u8, attempt);
        }
        else
        {
            writer.WriteNull("attemptNumber"u8);
        }

        ExecutionJson.WriteText(writer, "triggerId"u8, entry.TriggerId);
        ValueWriter.WriteInstant(writer, "timestamp"u8, entry.Timestamp, profile);
        writer.WriteString("level"u8, entry.Level.ToString());
        ExecutionJson.WriteText(writer, "thread"u8, entry.Thread);
        writer.WriteString("message"u8, entry.Message);
        writer.WriteBoolean("deleted"u8, entry.Deleted);
        ExecutionJson.WriteText(writer, "executionKind"u8, entry.ExecutionKind?.ToString());
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, MetricEntry entry, JsonProfile profile)
    {
        writer.WriteStartObject();
        if (profile != JsonProfile.Api)
        {
            writer.WriteString("tenantId"u8, entry.TenantId);
        }

        writer.WriteString("namespace"u8, entry.Namespace);
        writer.WriteString("flowId"u8, entry.FlowId);
        writer.WriteString("taskId"u8, entry.TaskId);
        writer.WriteString("executionId"u8, entry.ExecutionId);
        writer.WriteString("taskRunId"u8, entry.TaskRunId);
        writer.WriteString("type"u8, entry.Type.ToString());
        writer.WriteString("name"u8, entry.Name);
        writer.WritePropertyName("value"u8);
        ValueWriter.WriteDouble(writer, entry.Value);
        ValueWriter.WriteInstant(writer, "timestamp"u8, entry.Timestamp, profile);
        writer.WriteStartObject("tags"u8);
        foreach (var (key, value) in entry.Tags)
        {
            writer.WriteString(key, value);
        }

        writer.WriteEndObject();
        writer.WriteBoolean("deleted"u8, false);
        ExecutionJson.WriteText(writer, "executionKind"u8, entry.ExecutionKind?.ToString());
        writer.WriteEndObject();
    }

    public static LogEntry ReadLog(JsonElement element) => new()
    {
        TenantId = ExecutionJson.Text(element, "tenantId"u8) ?? Flows.Tenants.Default,
        Namespace = ExecutionJson.Required(element, "namespace"u8),
        FlowId = ExecutionJson.Required(element, "flowId"u8),
        TaskId = ExecutionJson.Text(element, "taskId"u8),
        ExecutionId = ExecutionJson.Text(element, "executionId"u8),
        TaskRunId = ExecutionJson.Text(element, "taskRunId"u8),
        AttemptNumber = ExecutionJson.Number(element, "attemptNumber"u8),
        TriggerId = ExecutionJson.Text(element, "triggerId"u8),
        Timestamp = ExecutionJson.Date(element, "timestamp"u8) ?? NodaTime.NodaConstants.UnixEpoch,
        Level = Enum.Parse<LogLevel>(ExecutionJson.Text(element, "level"u8) ?? nameof(LogLevel.INFO)),
        Thread = ExecutionJson.Text(element, "thread"u8),
        Message = ExecutionJson.Text(element, "message"u8) ?? "",
        Deleted = ExecutionJson.Flag(element, "deleted"u8) ?? false,
        ExecutionKind = Kind(element),
    };

    public static MetricEntry ReadMetric(JsonElement element)
    {
        var tags = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        if (element.TryGetProperty("tags"u8, out var values) && values.ValueKind == JsonValueKind.Object)
        {
            foreach (var tag in values.EnumerateObject())
            {
                tags[tag.Name] = tag.Value.ToString();
            }
        }

        return new MetricEntry(
            ExecutionJson.Text(element, "tenantId"u8) ?? Flows.Tenants.Default,
            ExecutionJson.Required(element, "namespace"u8),
            ExecutionJson.Required(element, "flowId"u8),
            ExecutionJson.Required(element, "taskId"u8),
            ExecutionJson.Required(element, "executionId"u8),
            ExecutionJson.Required(element, "taskRunId"u8),
            Enum.Parse<MetricType>(ExecutionJson.Required(element, "type"u8)),
            ExecutionJson.Required(element, "name"u8),
            element.GetProperty("value"u8).GetDouble(),
            ExecutionJson.Date(element, "timestamp"u8) ?? NodaTime.NodaConstants.UnixEpoch,
            tags,
            Kind(element));
    }

    private static ExecutionKind? Kind(JsonElement element) => ExecutionJson.Text(element, "executionKind"u8) is { } kind ? Enum.Parse<ExecutionKind>(kind) : null;
}

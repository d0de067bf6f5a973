using System.Text.Json;
using Kestra.Model.Triggers;
using NodaTime;

namespace Kestra.Model.Json;

/// <summary>Windows of multiple conditions, as the table <c>multipleconditions</c> holds them.</summary>
internal static class WindowJson
{
    public static void Write(Utf8JsonWriter writer, MultipleConditionWindow window)
    {
        writer.WriteStartObject();
        writer.WriteString("tenantId"u8, window.TenantId);
        writer.WriteString("namespace"u8, window.Namespace);
        writer.WriteString("flowId"u8, window.FlowId);
        writer.WriteString("conditionId"u8, window.ConditionId);
        writer.WriteString("start"u8, ValueWriter.ZonedText(window.Start.InUtc(), JsonProfile.Database));
        writer.WriteString("end"u8, ValueWriter.ZonedText(window.End.InUtc(), JsonProfile.Database));
        writer.WriteStartObject("results"u8);
        foreach (var (part, isMet) in window.Results)
        {
            writer.WriteBoolean(part, isMet);
        }

        writer.WriteEndObject();
        if (window.Outputs is { } outputs)
        {
            writer.WritePropertyName("outputs"u8);
            ValueWriter.WriteMap(writer, outputs, JsonProfile.Database, keepNulls: false);
        }

        writer.WriteEndObject();
    }

    public static MultipleConditionWindow Read(JsonElement element) => new()
    {
        TenantId = ExecutionJson.Text(element, "tenantId"u8) ?? Flows.Tenants.Default,
        Namespace = ExecutionJson.Required(element, "namespace"u8),
        FlowId = ExecutionJson.Required(element, "flowId"u8),
        ConditionId = ExecutionJson.Required(element, "conditionId"u8),
        Start = ReadDate(element, "start"u8),
        End = ReadDate(element, "end"u8),
        Results = ReadResults(element),
        Outputs = ExecutionJson.Map(element, "outputs"u8),
    };

    private static Instant ReadDate(JsonElement element, ReadOnlySpan<byte> name) => ExecutionJson.Date(element, name) ?? throw new JsonException("A window has a start and an end.");

    private static OrderedDictionary<string, bool> ReadResults(JsonElement element)
    {
        var results = new OrderedDictionary<string, bool>(StringComparer.Ordinal);
        if (element.TryGetProperty("results"u8, out var map) && map.ValueKind == JsonValueKind.Object)
        {
            foreach (var result in map.EnumerateObject())
            {
                results[result.Name] = result.Value.ValueKind == JsonValueKind.True;
            }
        }

        return results;
    }
}

using System.Text.Json;
using Kestra.Model.Executions;
using Kestra.Model.Triggers;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Model.Json;

/// <summary>States of triggers (§4.8 of the model). They keep their tenant in every profile.</summary>
internal static class TriggerJson
{
    public static void Write(Utf8JsonWriter writer, Trigger trigger, JsonProfile profile)
    {
        writer.WriteStartObject();
        writer.WriteString("tenantId"u8, trigger.TenantId);
        writer.WriteString("namespace"u8, trigger.Namespace);
        writer.WriteString("flowId"u8, trigger.FlowId);
        writer.WriteString("triggerId"u8, trigger.TriggerId);
        WriteDate(writer, "date"u8, trigger.Date, profile);
        WriteDate(writer, "nextExecutionDate"u8, trigger.NextExecutionDate, profile);
        if (trigger.Backfill is { } backfill)
        {
            writer.WritePropertyName("backfill"u8);
            Write(writer, backfill, profile);
        }

        if (trigger.StopAfter is { } states)
        {
            writer.WriteStartArray("stopAfter"u8);
            foreach (var state in states)
            {
                writer.WriteStringValue(state.ToString());
            }

            writer.WriteEndArray();
        }

        writer.WriteBoolean("disabled"u8, trigger.Disabled);
        ExecutionJson.WriteText(writer, "executionId"u8, trigger.ExecutionId);
        if (trigger.UpdatedDate is { } updated)
        {
            ValueWriter.WriteInstant(writer, "updatedDate"u8, updated, profile);
        }

        WriteDate(writer, "evaluateRunningDate"u8, trigger.EvaluateRunningDate, profile);
        ExecutionJson.WriteText(writer, "workerId"u8, trigger.WorkerId);
        writer.WriteEndObject();
    }

    public static Trigger Read(JsonElement element) => new()
    {
        TenantId = ExecutionJson.Text(element, "tenantId"u8) ?? Flows.Tenants.Default,
        Namespace = ExecutionJson.Required(element, "namespace"u8),
        FlowId = ExecutionJson.Required(element, "flowId"u8),
        TriggerId = ExecutionJson.Required(element, "triggerId"u8),
        Date = ReadDate(element, "date"u8),
        NextExecutionDate = ReadDate(element, "nextExecutionDate"u8),
        Backfill = element.TryGetProperty("backfill"u8, out var backfill) && backfill.ValueKind == JsonValueKind.Object ? ReadBackfill(backfill) : null,
        StopAfter = ExecutionJson.List(element, "stopAfter"u8, item => Enum.Parse<StateType>(item.GetString()!)),
        Disabled = ExecutionJson.Flag(element, "disabled"u8) ?? false,
        ExecutionId = ExecutionJson.Text(element, "executionId"u8),
        UpdatedDate = ExecutionJson.Date(element, "updatedDate"u8),
        EvaluateRunningDate = ReadDate(element, "evaluateRunningDate"u8),
        WorkerId = ExecutionJson.Text(element, "workerId"u8),
    };

    private static void Write(Utf8JsonWriter writer, Backfill backfill, JsonProfile profile)
    {
        writer.WriteStartObject();
        WriteDate(writer, "start"u8, backfill.Start, profile);
        WriteDate(writer, "end"u8, backfill.End, profile);
        WriteDate(writer, "currentDate"u8, backfill.CurrentDate, profile);
        writer.WriteBoolean("paused"u8, backfill.Paused);
        if (backfill.Inputs is { } inputs)
        {
            writer.WritePropertyName("inputs"u8);
            ValueWriter.WriteMap(writer, inputs, profile, keepNulls: false);
        }

        ExecutionJson.WriteLabels(writer, backfill.Labels);
        WriteDate(writer, "previousNextExecutionDate"u8, backfill.PreviousNextExecutionDate, profile);
        writer.WriteEndObject();
    }

    private static Backfill ReadBackfill(JsonElement element) => new()
    {
        Start = ReadDate(element, "start"u8) ?? throw new JsonException("A backfill has a start."),
        End = ReadDate(element, "end"u8),
        CurrentDate = ReadDate(element, "currentDate"u8),
        Paused = ExecutionJson.Flag(element, "paused"u8) ?? false,
        Inputs = ExecutionJson.Map(element, "inputs"u8),
        Labels = ExecutionJson.ReadLabels(element),
        PreviousNextExecutionDate = ReadDate(element, "previousNextExecutionDate"u8),
    };

    private static void WriteDate(Utf8JsonWriter writer, ReadOnlySpan<byte> name, ZonedDateTime? date, JsonProfile profile)
    {
        if (date is { } value)
        {
            writer.WriteString(name, ValueWriter.ZonedText(value, profile));
        }
    }

    private static ZonedDateTime? ReadDate(JsonElement element, ReadOnlySpan<byte> name) => ExecutionJson.Text(element, name) is { } text
        ? OffsetDateTimePattern.ExtendedIso.Parse(text) is { Success: true, Value: var offset }
            ? offset.InFixedZone()
            : ExecutionJson.ParseDate(text).InUtc()
        : null;
}

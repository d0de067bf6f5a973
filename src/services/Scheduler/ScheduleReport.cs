using System.Text.Json;
using Kestra.Model.Triggers;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>A schedule at one moment.</summary>
/// <param name="Due">When it is looked at next; null when it is disabled or held by an execution.</param>
internal sealed record ScheduleDescription(Trigger Row, int? Revision, string Type, Instant? Due);

/// <summary>The schedules of this process, for the management port.</summary>
internal static class ScheduleReport
{
    public static void Write(Utf8JsonWriter writer, IReadOnlyList<ScheduleDescription> schedules)
    {
        writer.WriteStartObject();
        writer.WriteNumber("schedulableCount"u8, schedules.Count);
        writer.WriteStartArray("schedulable"u8);
        foreach (var (row, revision, type, due) in schedules)
        {
            writer.WriteStartObject();
            writer.WriteString("flowId"u8, row.FlowId);
            writer.WriteString("namespace"u8, row.Namespace);
            if (revision is { } number)
            {
                writer.WriteNumber("revision"u8, number);
            }

            writer.WriteStartObject("trigger"u8);
            writer.WriteString("id"u8, row.TriggerId);
            writer.WriteString("type"u8, type);
            writer.WriteEndObject();
            if (due is { } next && next > Instant.MinValue)
            {
                writer.WriteString("next"u8, next.ToString());
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}

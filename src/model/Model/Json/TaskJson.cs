using System.Text.Json;
using Kestra.Model.Flows;
using NodaTime;

namespace Kestra.Model.Json;

/// <summary>Definitions of tasks, triggers and conditions: what differs from the default, then the plugin's own properties.</summary>
public static class TaskJson
{
    public static void Write(Utf8JsonWriter writer, TaskDefinition task, JsonProfile profile)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, task.Id);
        writer.WriteString("type"u8, task.Type);
        WriteText(writer, "version", task.Version);
        WriteText(writer, "description", task.Description);
        if (task.Retry is { } retry)
        {
            writer.WritePropertyName("retry"u8);
            Write(writer, retry, profile);
        }

        WriteText(writer, "timeout", task.Timeout);
        WriteFlag(writer, "disabled", task.Disabled);
        WriteGroup(writer, task.WorkerGroup);
        WriteText(writer, "logLevel", task.LogLevel?.ToString());
        WriteFlag(writer, "allowFailure", task.AllowFailure);
        WriteFlag(writer, "logToFile", task.LogToFile);
        WriteText(writer, "runIf", task.RunIf == "true" ? null : task.RunIf);
        WriteFlag(writer, "allowWarning", task.AllowWarning);
        if (task.TaskCache is { } cache)
        {
            writer.WriteStartObject("taskCache"u8);
            writer.WriteBoolean("enabled"u8, cache.Enabled);
            WriteDuration(writer, "ttl", cache.Ttl, profile);
            writer.WriteEndObject();
        }

        WriteProperties(writer, task.Properties, profile);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, TriggerDefinition trigger, JsonProfile profile)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, trigger.Id);
        writer.WriteString("type"u8, trigger.Type);
        WriteText(writer, "version", trigger.Version);
        WriteText(writer, "description", trigger.Description);
        FlowJson.WriteList(writer, "conditions", trigger.Conditions, profile, Write);
        WriteFlag(writer, "disabled", trigger.Disabled);
        WriteGroup(writer, trigger.WorkerGroup);
        WriteText(writer, "logLevel", trigger.LogLevel?.ToString());
        WriteLabels(writer, trigger.Labels);
        FlowJson.WriteList(writer, "stopAfter", trigger.StopAfter, profile, static (to, state, _) => to.WriteStringValue(state.ToString()));
        WriteFlag(writer, "logToFile", trigger.LogToFile);
        WriteFlag(writer, "failOnTriggerError", trigger.FailOnTriggerError);
        WriteProperties(writer, trigger.Properties, profile);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, ConditionDefinition condition, JsonProfile profile)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, condition.Type);
        WriteProperties(writer, condition.Properties, profile);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, RetryDefinition retry, JsonProfile profile)
    {
        writer.WriteStartObject();
        WriteDuration(writer, "maxDuration", retry.MaxDuration, profile);
        if (retry.MaxAttempts is { } attempts)
        {
            writer.WriteNumber("maxAttempts"u8, attempts);
        }

        writer.WriteBoolean("warningOnRetry"u8, retry.WarningOnRetry);
        writer.WriteString("behavior"u8, retry.Behavior.ToString());
        writer.WriteString("type"u8, retry.Type.ToString());
        WriteDuration(writer, "interval", retry.Interval, profile);
        WriteDuration(writer, "minInterval", retry.MinInterval, profile);
        WriteDuration(writer, "maxInterval", retry.MaxInterval, profile);
        if (retry.DelayFactor is { } factor)
        {
            writer.WritePropertyName("delayFactor"u8);
            ValueWriter.WriteDouble(writer, factor);
        }

        // Kestra writes the number under its deprecated name too.
        if (retry.MaxAttempts is { } again)
        {
            writer.WriteNumber("maxAttempt"u8, again);
        }

        writer.WriteEndObject();
    }

    internal static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    internal static void WriteDuration(Utf8JsonWriter writer, string name, Duration? duration, JsonProfile profile)
    {
        if (duration is { } value)
        {
            writer.WritePropertyName(name);
            ValueWriter.WriteDuration(writer, value, profile);
        }
    }

    internal static void WriteLabels(Utf8JsonWriter writer, IReadOnlyList<Label>? labels) =>
        FlowJson.WriteList(writer, "labels", labels, JsonProfile.Api, static (to, label, _) =>
        {
            to.WriteStartObject();
            to.WriteString("key"u8, label.Key);
            to.WriteString("value"u8, label.Value);
            to.WriteEndObject();
        });

    internal static void WriteGroup(Utf8JsonWriter writer, WorkerGroup? group)
    {
        if (group is null)
        {
            return;
        }

        writer.WriteStartObject("workerGroup"u8);
        WriteText(writer, "key", group.Key);
        WriteText(writer, "fallback", group.Fallback?.ToString());
        writer.WriteEndObject();
    }

    private static void WriteFlag(Utf8JsonWriter writer, string name, bool flag)
    {
        if (flag)
        {
            writer.WriteBoolean(name, flag);
        }
    }

    private static void WriteProperties(Utf8JsonWriter writer, IReadOnlyDictionary<string, object?> properties, JsonProfile profile)
    {
        foreach (var (name, value) in properties)
        {
            if (value is not null)
            {
                writer.WritePropertyName(name);
                ValueWriter.Write(writer, value, profile);
            }
        }
    }
}

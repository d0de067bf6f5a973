using System.Globalization;
using System.Text.Json;
using Kestra.Model.Executions;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Model.Json;

/// <summary>Executions and task runs (§4.2 to §4.5 of the model).</summary>
internal static class ExecutionJson
{
    /// <param name="url">Of the execution's page, as a last property; null is none.</param>
    public static void Write(Utf8JsonWriter writer, Execution execution, JsonProfile profile, Instant? now = null, string? url = null)
    {
        writer.WriteStartObject();
        if (profile != JsonProfile.Api)
        {
            writer.WriteString("tenantId"u8, execution.TenantId);
        }

        writer.WriteString("id"u8, execution.Id);
        writer.WriteString("namespace"u8, execution.Namespace);
        writer.WriteString("flowId"u8, execution.FlowId);
        if (execution.FlowRevision is { } revision)
        {
            writer.WriteNumber("flowRevision"u8, revision);
        }

        if (execution.TaskRunList is { } runs)
        {
            writer.WriteStartArray("taskRunList"u8);
            for (var index = 0; index < runs.Count; index++)
            {
                Write(writer, runs[index], profile, now);
            }

            writer.WriteEndArray();
        }

        WriteMap(writer, "inputs"u8, execution.Inputs is { Count: > 0 } inputs ? inputs : null, profile, keepNulls: true);
        WriteMap(writer, "outputs"u8, execution.Outputs is { Count: > 0 } outputs ? outputs : null, profile, keepNulls: true);
        WriteLabels(writer, execution.Labels);
        WriteMap(writer, "variables"u8, execution.Variables, profile, keepNulls: false);
        writer.WritePropertyName("state"u8);
        Write(writer, execution.State, profile, now);
        WriteText(writer, "parentId"u8, execution.ParentId);
        WriteText(writer, "originalId"u8, execution.OriginalId);
        WriteTrigger(writer, execution.Trigger, profile);
        writer.WriteBoolean("deleted"u8, execution.Deleted);
        WriteMetadata(writer, execution.Metadata, profile);
        if (execution.ScheduleDate is { } date)
        {
            ValueWriter.WriteInstant(writer, "scheduleDate"u8, date, profile);
        }

        WriteText(writer, "traceParent"u8, execution.TraceParent);
        WriteFixtures(writer, execution.Fixtures, profile);
        WriteText(writer, "kind"u8, execution.Kind?.ToString());
        WriteBreakpoints(writer, execution.Breakpoints);
        WriteText(writer, "url"u8, url);
        writer.WriteEndObject();
    }

    public static void WriteWebhookMembers(Utf8JsonWriter writer, Execution execution, bool withOutputs)
    {
        writer.WriteString("id"u8, execution.Id);
        writer.WriteString("namespace"u8, execution.Namespace);
        writer.WriteString("flowId"u8, execution.FlowId);
        if (execution.FlowRevision is { } revision)
        {
            writer.WriteNumber("flowRevision"u8, revision);
        }

        WriteTrigger(writer, execution.Trigger, JsonProfile.Api);
        WriteMap(writer, "outputs"u8, withOutputs && execution.Outputs is { Count: > 0 } outputs ? outputs : null, JsonProfile.Api, keepNulls: true);
        WriteLabels(writer, execution.Labels);
        writer.WritePropertyName("state"u8);
        Write(writer, execution.State, JsonProfile.Api, null);
    }

    public static void Write(Utf8JsonWriter writer, TaskRun run, JsonProfile profile, Instant? now = null)
    {
        writer.WriteStartObject();
        if (profile != JsonProfile.Api)
        {
            writer.WriteString("tenantId"u8, run.TenantId);
        }

        writer.WriteString("id"u8, run.Id);
        writer.WriteString("executionId"u8, run.ExecutionId);
        writer.WriteString("namespace"u8, run.Namespace);
        writer.WriteString("flowId"u8, run.FlowId);
        writer.WriteString("taskId"u8, run.TaskId);
        WriteText(writer, "parentTaskRunId"u8, run.ParentTaskRunId);
        WriteText(writer, "value"u8, run.Value);
        if (run.Attempts is { } attempts)
        {
            writer.WriteStartArray("attempts"u8);
            foreach (var attempt in attempts)
            {
                writer.WriteStartObject();
                writer.WritePropertyName("state"u8);
                Write(writer, attempt.State, profile, now);
                WriteText(writer, "workerId"u8, attempt.WorkerId);
                WriteText(writer, "logFile"u8, attempt.LogFile);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WritePropertyName("outputs"u8);
        if (run.Outputs is { } outputs)
        {
            ValueWriter.WriteMap(writer, outputs, profile, keepNulls: false);
        }
        else
        {
            writer.WriteNullValue();
        }

        writer.WritePropertyName("state"u8);
        Write(writer, run.State, profile, now);
        if (run.Iteration is { } iteration)
        {
            writer.WriteNumber("iteration"u8, iteration);
        }

        WriteFlag(writer, "dynamic"u8, run.Dynamic);
        WriteFlag(writer, "forceExecution"u8, run.ForceExecution);
        writer.WriteEndObject();
    }

    public static Execution ReadExecution(JsonElement element)
    {
        var tenant = Text(element, "tenantId"u8) ?? Flows.Tenants.Default;
        return new Execution
        {
            TenantId = tenant,
            Id = Required(element, "id"u8),
            Namespace = Required(element, "namespace"u8),
            FlowId = Required(element, "flowId"u8),
            FlowRevision = Number(element, "flowRevision"u8),
            TaskRunList = List(element, "taskRunList"u8, ReadTaskRun),
            Inputs = Map(element, "inputs"u8),
            Outputs = Map(element, "outputs"u8),
            Labels = ReadLabels(element),
            Variables = Map(element, "variables"u8),
            State = ReadState(element.GetProperty("state"u8)),
            ParentId = Text(element, "parentId"u8),
            OriginalId = Text(element, "originalId"u8),
            Trigger = ReadTrigger(element),
            Deleted = Flag(element, "deleted"u8) ?? false,
            Metadata = ReadMetadata(element),
            ScheduleDate = Date(element, "scheduleDate"u8),
            TraceParent = Text(element, "traceParent"u8),
            Fixtures = List(element, "fixtures"u8, ReadFixture),
            Kind = Text(element, "kind"u8) is { } kind ? Enum.Parse<ExecutionKind>(kind) : null,
            Breakpoints = List(element, "breakpoints"u8, item => new Breakpoint(Required(item, "id"u8), Text(item, "value"u8))),
        };
    }

    public static TaskRun ReadTaskRun(JsonElement element) => new()
    {
        TenantId = Text(element, "tenantId"u8) ?? Flows.Tenants.Default,
        Id = Required(element, "id"u8),
        ExecutionId = Required(element, "executionId"u8),
        Namespace = Required(element, "namespace"u8),
        FlowId = Required(element, "flowId"u8),
        TaskId = Required(element, "taskId"u8),
        ParentTaskRunId = Text(element, "parentTaskRunId"u8),
        Value = Text(element, "value"u8),
        Attempts = List(element, "attempts"u8, item => new TaskRunAttempt(ReadState(item.GetProperty("state"u8)), Text(item, "workerId"u8), Text(item, "logFile"u8))),
        Outputs = Map(element, "outputs"u8),
        State = ReadState(element.GetProperty("state"u8)),
        Iteration = Number(element, "iteration"u8),
        Dynamic = Flag(element, "dynamic"u8),
        ForceExecution = Flag(element, "forceExecution"u8),
    };

    public static void WriteLabels(Utf8JsonWriter writer, IReadOnlyList<Label>? labels)
    {
        if (labels is null)
        {
            return;
        }

        writer.WriteStartArray("labels"u8);
        foreach (var label in labels)
        {
            writer.WriteStartObject();
            writer.WriteString("key"u8, label.Key);
            writer.WriteString("value"u8, label.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>Labels as a list of pairs, or as the map that older documents have.</summary>
    public static IReadOnlyList<Label>? ReadLabels(JsonElement element)
    {
        if (!element.TryGetProperty("labels"u8, out var labels))
        {
            return null;
        }

        return labels.ValueKind switch
        {
            JsonValueKind.Array => [.. labels.EnumerateArray().Select(item => new Label(Required(item, "key"u8), item.GetProperty("value"u8).ToString()))],
            JsonValueKind.Object => [.. labels.EnumerateObject().Select(item => new Label(item.Name, item.Value.ToString()))],
            _ => null,
        };
    }

    private static void Write(Utf8JsonWriter writer, State state, JsonProfile profile, Instant? now)
    {
        writer.WriteStartObject();
        writer.WriteString("current"u8, state.Current.ToString());
        writer.WriteStartArray("histories"u8);
        foreach (var history in state.Histories)
        {
            writer.WriteStartObject();
            writer.WriteString("state"u8, history.State.ToString());
            ValueWriter.WriteInstant(writer, "date"u8, history.Date, profile);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WritePropertyName("duration"u8);
        ValueWriter.WriteDuration(writer, state.DurationAt(now ?? state.Histories[^1].Date), profile);
        if (state.EndDate is { } end)
        {
            ValueWriter.WriteInstant(writer, "endDate"u8, end, profile);
        }

        ValueWriter.WriteInstant(writer, "startDate"u8, state.StartDate, profile);
        writer.WriteEndObject();
    }

    private static State ReadState(JsonElement element)
    {
        var histories = element.GetProperty("histories"u8);
        var list = new StateHistory[histories.GetArrayLength()];
        var index = 0;
        foreach (var history in histories.EnumerateArray())
        {
            list[index++] = new StateHistory(Enum.Parse<StateType>(Required(history, "state"u8)), ParseDate(Required(history, "date"u8)));
        }

        return State.FromHistories(list);
    }

    private static void WriteTrigger(Utf8JsonWriter writer, ExecutionTrigger? trigger, JsonProfile profile)
    {
        if (trigger is null)
        {
            return;
        }

        writer.WriteStartObject("trigger"u8);
        writer.WriteString("id"u8, trigger.Id);
        writer.WriteString("type"u8, trigger.Type);
        WriteMap(writer, "variables"u8, trigger.Variables, profile, keepNulls: false);
        WriteText(writer, "logFile"u8, trigger.LogFile);
        writer.WriteEndObject();
    }

    private static ExecutionTrigger? ReadTrigger(JsonElement element) => element.TryGetProperty("trigger"u8, out var trigger) && trigger.ValueKind == JsonValueKind.Object
        ? new ExecutionTrigger(Required(trigger, "id"u8), Required(trigger, "type"u8), Map(trigger, "variables"u8), Text(trigger, "logFile"u8))
        : null;

    private static void WriteMetadata(Utf8JsonWriter writer, ExecutionMetadata? metadata, JsonProfile profile)
    {
        if (metadata is null)
        {
            return;
        }

        writer.WriteStartObject("metadata"u8);
        writer.WriteNumber("attemptNumber"u8, metadata.AttemptNumber);
        ValueWriter.WriteInstant(writer, "originalCreatedDate"u8, metadata.OriginalCreatedDate, profile);
        writer.WriteEndObject();
    }

    private static ExecutionMetadata? ReadMetadata(JsonElement element) => element.TryGetProperty("metadata"u8, out var metadata) && metadata.ValueKind == JsonValueKind.Object
        ? new ExecutionMetadata(Number(metadata, "attemptNumber"u8) ?? 1, Date(metadata, "originalCreatedDate"u8) ?? NodaTime.NodaConstants.UnixEpoch)
        : null;

    private static void WriteFixtures(Utf8JsonWriter writer, IReadOnlyList<TaskFixture>? fixtures, JsonProfile profile)
    {
        if (fixtures is null)
        {
            return;
        }

        writer.WriteStartArray("fixtures"u8);
        foreach (var fixture in fixtures)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, fixture.Id);
            WriteText(writer, "value"u8, fixture.Value);
            WriteText(writer, "state"u8, fixture.State?.ToString());
            WriteMap(writer, "outputs"u8, fixture.Outputs, profile, keepNulls: false);
            WriteText(writer, "description"u8, fixture.Description);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static TaskFixture ReadFixture(JsonElement item) => new(
        Required(item, "id"u8),
        Text(item, "value"u8),
        Text(item, "state"u8) is { } state ? Enum.Parse<StateType>(state) : null,
        Map(item, "outputs"u8),
        Text(item, "description"u8));

    private static void WriteBreakpoints(Utf8JsonWriter writer, IReadOnlyList<Breakpoint>? breakpoints)
    {
        if (breakpoints is null)
        {
            return;
        }

        writer.WriteStartArray("breakpoints"u8);
        foreach (var breakpoint in breakpoints)
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, breakpoint.Id);
            WriteText(writer, "value"u8, breakpoint.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyDictionary<string, object?>? map, JsonProfile profile, bool keepNulls)
    {
        if (map is not null)
        {
            writer.WritePropertyName(name);
            ValueWriter.WriteMap(writer, map, profile, keepNulls);
        }
    }

    internal static void WriteText(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    private static void WriteFlag(Utf8JsonWriter writer, ReadOnlySpan<byte> name, bool? flag)
    {
        if (flag is { } value)
        {
            writer.WriteBoolean(name, value);
        }
    }

    internal static string Required(JsonElement element, ReadOnlySpan<byte> name) =>
        Text(element, name) ?? throw new JsonException($"The property '{System.Text.Encoding.UTF8.GetString(name)}' is missing.");

    internal static string? Text(JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetString() : null;

    internal static bool? Flag(JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    internal static int? Number(JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;

    internal static Instant? Date(JsonElement element, ReadOnlySpan<byte> name) => Text(element, name) is { } text ? ParseDate(text) : null;

    internal static Instant ParseDate(string text)
    {
        var instant = InstantPattern.ExtendedIso.Parse(text);
        return instant.Success
            ? instant.Value
            : OffsetDateTimePattern.ExtendedIso.Parse(text) is { Success: true, Value: var offset }
                ? offset.ToInstant()
                : throw new JsonException(string.Create(CultureInfo.InvariantCulture, $"'{text}' is not a date."));
    }

    internal static OrderedDictionary<string, object?>? Map(JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object ? ValueReader.Map(value) : null;

    internal static List<T>? List<T>(JsonElement element, ReadOnlySpan<byte> name, Func<JsonElement, T> read)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var list = new List<T>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            list.Add(read(item));
        }

        return list;
    }
}

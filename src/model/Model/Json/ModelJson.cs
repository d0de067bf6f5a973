using System.Text.Encodings.Web;
using System.Text.Json;
using Kestra.Model.Cluster;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Logs;
using Kestra.Model.Triggers;
using NodaTime;

namespace Kestra.Model.Json;

/// <summary>The objects of the model as JSON in Kestra's form: property order, names and null rules are those of Kestra 1.0.</summary>
public static class ModelJson
{
    /// <summary>Of the bytes of a document that is read with pooled memory.</summary>
    private const int MostPooled = 1024 * 1024;

    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Depth is limited so that a hostile document can't exhaust the stack.</summary>
    public static JsonDocumentOptions DocumentOptions { get; } = new() { MaxDepth = 512 };

    public static byte[] Serialize(Execution execution, JsonProfile profile) => Bytes(writer => Write(writer, execution, profile));

    public static byte[] Serialize(Trigger trigger, JsonProfile profile) => Bytes(writer => TriggerJson.Write(writer, trigger, profile));

    /// <summary>In the profile of the database; no other one shows windows.</summary>
    public static byte[] Serialize(MultipleConditionWindow window) => Bytes(writer => WindowJson.Write(writer, window));

    public static byte[] Serialize(LogEntry entry, JsonProfile profile) => Bytes(writer => LogJson.Write(writer, entry, profile));

    public static byte[] Serialize(MetricEntry entry, JsonProfile profile) => Bytes(writer => LogJson.Write(writer, entry, profile));

    public static byte[] Serialize(ServiceInstance instance, JsonProfile profile) => Bytes(writer => ServiceInstanceJson.Write(writer, instance, profile));

    public static byte[] SerializeValue(object? value, JsonProfile profile) => Bytes(writer => WriteValue(writer, value, profile));

    /// <param name="now">How long a state lasts that has just begun is reckoned up to here; null takes it as just begun.</param>
    public static void Write(Utf8JsonWriter writer, Execution execution, JsonProfile profile, Instant? now = null, string? url = null) => ExecutionJson.Write(writer, execution, profile, now, url);

    /// <summary>The members that the answer of a webhook shows, in its order; the caller writes the object around them.</summary>
    public static void WriteWebhookMembers(Utf8JsonWriter writer, Execution execution, bool withOutputs) => ExecutionJson.WriteWebhookMembers(writer, execution, withOutputs);

    /// <inheritdoc cref="Write(Utf8JsonWriter, Execution, JsonProfile, Instant?)"/>
    public static void Write(Utf8JsonWriter writer, TaskRun run, JsonProfile profile, Instant? now = null) => ExecutionJson.Write(writer, run, profile, now);

    public static void Write(Utf8JsonWriter writer, Trigger trigger, JsonProfile profile) => TriggerJson.Write(writer, trigger, profile);

    public static void Write(Utf8JsonWriter writer, LogEntry entry, JsonProfile profile) => LogJson.Write(writer, entry, profile);

    public static void Write(Utf8JsonWriter writer, MetricEntry entry, JsonProfile profile) => LogJson.Write(writer, entry, profile);

    public static void Write(Utf8JsonWriter writer, FlowTopology topology, JsonProfile profile) => TopologyJson.Write(writer, topology, profile);

    public static void Write(Utf8JsonWriter writer, ServiceInstance instance, JsonProfile profile) => ServiceInstanceJson.Write(writer, instance, profile);

    public static FlowTopology ReadTopology(JsonElement element) => TopologyJson.Read(element);

    public static void WriteValue(Utf8JsonWriter writer, object? value, JsonProfile profile) => ValueWriter.Write(writer, value, profile);

    /// <exception cref="JsonException">Not the document of an execution.</exception>
    public static Execution ReadExecution(ReadOnlySpan<byte> utf8) => Parsed(utf8, ReadExecution);

    public static Execution ReadExecution(JsonElement element) => ExecutionJson.ReadExecution(element);

    public static TaskRun ReadTaskRun(JsonElement element) => ExecutionJson.ReadTaskRun(element);

    public static Trigger ReadTrigger(ReadOnlySpan<byte> utf8) => Parsed(utf8, TriggerJson.Read);

    /// <exception cref="JsonException">Not the document of a service instance.</exception>
    public static ServiceInstance ReadService(ReadOnlySpan<byte> utf8) => Parsed(utf8, ServiceInstanceJson.Read);

    public static MultipleConditionWindow ReadWindow(ReadOnlySpan<byte> utf8) => Parsed(utf8, WindowJson.Read);

    public static LogEntry ReadLog(ReadOnlySpan<byte> utf8) => Parsed(utf8, LogJson.ReadLog);

    public static MetricEntry ReadMetric(ReadOnlySpan<byte> utf8) => Parsed(utf8, LogJson.ReadMetric);

    public static object? ReadValue(JsonElement element) => ValueReader.Read(element);

    public static object? ReadValue(ReadOnlySpan<byte> utf8) => Parsed(utf8, ValueReader.Read);

    /// <summary>The value that <see cref="ReadValue(ReadOnlySpan{byte})"/> gives, but objects and lists are read when somebody looks into them.</summary>
    /// <exception cref="JsonException">Not JSON, or nested too deeply.</exception>
    public static object? ReadValueLater(ReadOnlySpan<byte> utf8)
    {
        var first = utf8.TrimStart(" \t\r\n"u8);
        return first is [(byte)'{' or (byte)'[', ..] && JsonScratch.TryCopy(utf8) is { } json ? Unread(json) : ReadValue(utf8);
    }

    /// <summary>A map or list that is known as the JSON that the caller writes.</summary>
    public static object ValueOf(Action<Utf8JsonWriter> write) => Unread(JsonScratch.Write(write));

    /// <summary>Bytes of a value as JSON in the database.</summary>
    public static long SizeOf(object? value) => CountedBytes.Of(writer => WriteValue(writer, value, JsonProfile.Database));

    /// <inheritdoc cref="SizeOf(object?)"/>
    public static long SizeOf(Execution execution) => CountedBytes.Of(writer => Write(writer, execution, JsonProfile.Database));

    /// <inheritdoc cref="SizeOf(object?)"/>
    public static long SizeOf(TaskRun run) => CountedBytes.Of(writer => Write(writer, run, JsonProfile.Database));

    private static object Unread(byte[] json) => json[0] == (byte)'{' ? new UnreadMap(json) : new UnreadList(json);

    /// <summary>What the caller writes, as UTF-8.</summary>
    public static byte[] Bytes(Action<Utf8JsonWriter> write) => JsonScratch.Write(write);

    // Pooled arrays stay with the thread that gave them back. Those of a document that is rarely so large would stay unused.
    private static T Parsed<T>(ReadOnlySpan<byte> utf8, Func<JsonElement, T> read)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = DocumentOptions.MaxDepth });
        if (utf8.Length > MostPooled)
        {
            return read(JsonElement.ParseValue(ref reader));
        }

        using var document = JsonDocument.ParseValue(ref reader);
        return read(document.RootElement);
    }
}

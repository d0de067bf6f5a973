using System.Globalization;
using System.Text.Json;
using Kestra.Model.Cluster;
using Kestra.Model.Durations;
using NodaTime;

namespace Kestra.Model.Json;

/// <summary>Service instances, in the order and with the names of Kestra's rows.</summary>
internal static class ServiceInstanceJson
{
    private const string StateChange = "service.state.updated";

    public static void Write(Utf8JsonWriter writer, ServiceInstance instance, JsonProfile profile)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, instance.Id);
        writer.WriteString("type"u8, instance.Type.ToString());
        writer.WriteString("state"u8, instance.State.ToString());
        WriteServer(writer, instance.Server, profile);
        ValueWriter.WriteInstant(writer, "createdAt"u8, instance.CreatedAt, profile);
        ValueWriter.WriteInstant(writer, "updatedAt"u8, instance.UpdatedAt, profile);
        WriteEvents(writer, instance.Events, profile);
        WriteConfig(writer, instance.Config, profile);
        writer.WritePropertyName("props"u8);
        ValueWriter.WriteMap(writer, instance.Props, profile, keepNulls: false);
        WriteMetrics(writer, instance.Metrics);
        writer.WriteNumber("seqId"u8, instance.SeqId);
        writer.WriteEndObject();
    }

    /// <exception cref="JsonException">Not the document of a service instance.</exception>
    public static ServiceInstance Read(JsonElement element) => new()
    {
        Id = ExecutionJson.Required(element, "id"u8),
        Type = Enum.TryParse<ServiceType>(ExecutionJson.Required(element, "type"u8), out var type) ? type : throw Unknown(element, "type"u8),
        State = State(ExecutionJson.Required(element, "state"u8)) ?? throw Unknown(element, "state"u8),
        Server = element.TryGetProperty("server"u8, out var server) && server.ValueKind == JsonValueKind.Object ? ReadServer(server) : throw new JsonException("A service instance has a server."),
        CreatedAt = ExecutionJson.Date(element, "createdAt"u8) ?? throw new JsonException("A service instance has a date of creation."),
        UpdatedAt = ExecutionJson.Date(element, "updatedAt"u8) ?? throw new JsonException("A service instance has a date of its last update."),
        Events = ExecutionJson.List(element, "events"u8, ReadEvent) ?? [],
        Config = element.TryGetProperty("config"u8, out var config) && config.ValueKind == JsonValueKind.Object ? ReadConfig(config) : ServiceConfig.Default,
        Props = Map(element, "props"u8),
        Metrics = ExecutionJson.List(element, "metrics"u8, ReadMetric) ?? [],
        SeqId = element.TryGetProperty("seqId"u8, out var number) && number.ValueKind == JsonValueKind.Number ? number.GetInt64() : 0,
    };

    private static void WriteServer(Utf8JsonWriter writer, ServerInstance server, JsonProfile profile)
    {
        writer.WriteStartObject("server"u8);
        writer.WriteString("id"u8, server.Id);
        writer.WriteString("type"u8, server.Kind.ToString());
        writer.WriteString("version"u8, server.Version);
        writer.WriteString("hostname"u8, server.Hostname);
        writer.WritePropertyName("props"u8);
        ValueWriter.WriteMap(writer, server.Props, profile, keepNulls: false);
        WriteMetrics(writer, server.Metrics);
        writer.WriteEndObject();
    }

    private static ServerInstance ReadServer(JsonElement element) => new(
        ExecutionJson.Required(element, "id"u8),
        ExecutionJson.Text(element, "type"u8) == nameof(ServerKind.STANDALONE) ? ServerKind.STANDALONE : ServerKind.SERVER,
        ExecutionJson.Text(element, "version"u8) ?? "",
        ExecutionJson.Text(element, "hostname"u8) ?? "",
        Map(element, "props"u8),
        ExecutionJson.List(element, "metrics"u8, ReadMetric) ?? []);

    private static void WriteEvents(Utf8JsonWriter writer, IReadOnlyList<ServiceEvent> events, JsonProfile profile)
    {
        writer.WriteStartArray("events"u8);
        foreach (var one in events)
        {
            writer.WriteStartObject();
            ValueWriter.WriteInstant(writer, "ts"u8, one.At, profile);
            writer.WriteString("value"u8, one.Text);
            writer.WriteString("type"u8, StateChange);
            if (one.State is { } state)
            {
                writer.WriteString("state"u8, state.ToString());
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static ServiceEvent ReadEvent(JsonElement element) => new(
        ExecutionJson.Date(element, "ts"u8) ?? throw new JsonException("An event has a date."),
        ExecutionJson.Text(element, "value"u8) ?? "",
        ExecutionJson.Text(element, "state"u8) is { } state ? State(state) : null);

    private static void WriteConfig(Utf8JsonWriter writer, ServiceConfig config, JsonProfile profile)
    {
        writer.WriteStartObject("config"u8);
        WriteDuration(writer, "terminationGracePeriod"u8, config.TerminationGracePeriod, profile);
        writer.WriteString("workerTaskRestartStrategy"u8, config.Restart.ToString());
        writer.WriteStartObject("liveness"u8);
        writer.WriteBoolean("enabled"u8, config.Liveness.Enabled);
        WriteDuration(writer, "interval"u8, config.Liveness.Interval, profile);
        WriteDuration(writer, "timeout"u8, config.Liveness.Timeout, profile);
        WriteDuration(writer, "initialDelay"u8, config.Liveness.InitialDelay, profile);
        WriteDuration(writer, "heartbeatInterval"u8, config.Liveness.HeartbeatInterval, profile);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    // What a row of another version does not say is as configured by nobody.
    private static ServiceConfig ReadConfig(JsonElement element)
    {
        var fallback = ServiceConfig.Default;
        var restart = Enum.TryParse<TaskRestartStrategy>(ExecutionJson.Text(element, "workerTaskRestartStrategy"u8), out var strategy) ? strategy : fallback.Restart;
        var liveness = element.TryGetProperty("liveness"u8, out var found) && found.ValueKind == JsonValueKind.Object ? ReadLiveness(found, fallback.Liveness) : fallback.Liveness;
        return new ServiceConfig(Duration(element, "terminationGracePeriod"u8) ?? fallback.TerminationGracePeriod, restart, liveness);
    }

    private static LivenessConfig ReadLiveness(JsonElement element, LivenessConfig fallback) => new(
        ExecutionJson.Flag(element, "enabled"u8) ?? fallback.Enabled,
        Duration(element, "interval"u8) ?? fallback.Interval,
        Duration(element, "timeout"u8) ?? fallback.Timeout,
        Duration(element, "initialDelay"u8) ?? fallback.InitialDelay,
        Duration(element, "heartbeatInterval"u8) ?? fallback.HeartbeatInterval);

    private static void WriteMetrics(Utf8JsonWriter writer, IReadOnlyList<ServiceMetric> metrics)
    {
        writer.WriteStartArray("metrics"u8);
        foreach (var metric in metrics)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, metric.Name);
            writer.WriteString("type"u8, metric.Kind);
            ExecutionJson.WriteText(writer, "description"u8, metric.Description);
            ExecutionJson.WriteText(writer, "baseUnit"u8, metric.BaseUnit);
            writer.WriteStartArray("tags"u8);
            foreach (var tag in metric.Tags)
            {
                writer.WriteStartObject();
                writer.WriteString("key"u8, tag.Key);
                writer.WriteString("value"u8, tag.Value);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WritePropertyName("value"u8);
            ValueWriter.WriteDouble(writer, metric.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static ServiceMetric ReadMetric(JsonElement element) => new(
        ExecutionJson.Required(element, "name"u8),
        ExecutionJson.Text(element, "type"u8) ?? "GAUGE",
        ExecutionJson.Text(element, "description"u8),
        ExecutionJson.Text(element, "baseUnit"u8),
        ExecutionJson.List(element, "tags"u8, static tag => new ServiceMetricTag(ExecutionJson.Required(tag, "key"u8), ExecutionJson.Text(tag, "value"u8) ?? "")) ?? [],
        element.TryGetProperty("value"u8, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : 0);

    private static void WriteDuration(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Duration duration, JsonProfile profile)
    {
        writer.WritePropertyName(name);
        ValueWriter.WriteDuration(writer, duration, profile);
    }

    // Seconds as a number in the database, ISO texts in the API.
    private static Duration? Duration(JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number or JsonValueKind.String
            && IsoDuration.TryParse(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetDecimal().ToString(CultureInfo.InvariantCulture), out var duration)
            ? duration
            : null;

    private static ServiceState? State(string name) =>
        name == "EMPTY" ? ServiceState.INACTIVE : Enum.TryParse<ServiceState>(name, out var state) ? state : null;

    private static OrderedDictionary<string, object?> Map(JsonElement element, ReadOnlySpan<byte> name) =>
        ExecutionJson.Map(element, name) ?? new OrderedDictionary<string, object?>(StringComparer.Ordinal);

    private static JsonException Unknown(JsonElement element, ReadOnlySpan<byte> name) =>
        new($"The {System.Text.Encoding.UTF8.GetString(name)} '{ExecutionJson.Text(element, name)}' of a service instance is not known.");
}

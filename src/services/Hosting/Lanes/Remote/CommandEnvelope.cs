using System.Text.Json;
using Kestra.Engine;
using Kestra.Model.Json;
using Kestra.Storage.Executions;

namespace Kestra.Hosting.Lanes.Remote;

/// <summary>A command on its way between processes, as the row that carries it.</summary>
/// <param name="Command">Null deletes the execution.</param>
public sealed record CommandEnvelope(string TenantId, string ExecutionId, Command? Command)
{
    public ReadOnlyMemory<byte>? Trigger { get; init; }
    public ExecutionPlace? Place { get; init; }
    public bool MayExist { get; init; }
    public CommandOrigin? Origin { get; init; }

    /// <summary>The process that waits for the outcome; null when nobody does.</summary>
    public string? Reader { get; init; }

    /// <summary>Names the command among those of its reader.</summary>
    public string? Token { get; init; }

    public static CommandEnvelope Of(ExecutionRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new CommandEnvelope(request.TenantId, request.ExecutionId, request.Command)
        {
            Trigger = request.Trigger is { } trigger ? (ReadOnlyMemory<byte>?)ModelJson.Serialize(trigger, JsonProfile.Database) : null,
            Place = request.Place,
            MayExist = request.MayExist,
        };
    }

    /// <exception cref="InvalidOperationException">It is a deletion, which has no request.</exception>
    public ExecutionRequest ToRequest() => new(TenantId, ExecutionId, Command ?? throw new InvalidOperationException("A deletion is no request."))
    {
        Trigger = Trigger is { } trigger ? ModelJson.ReadTrigger(trigger.Span) : null,
        Place = Place,
        MayExist = MayExist,
    };

    public ReadOnlyMemory<byte> Encode()
    {
        return ModelJson.Bytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("tenant"u8, TenantId);
            writer.WriteString("execution"u8, ExecutionId);
            if (Command is not null)
            {
                writer.WritePropertyName("command"u8);
                CommandCodec.Write(writer, Command);
            }

            WriteRest(writer);
            writer.WriteEndObject();
        });
    }

    /// <exception cref="JsonException">The bytes are no command that this program knows.</exception>
    public static CommandEnvelope Decode(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes, ModelJson.DocumentOptions);
        var root = document.RootElement;
        return new CommandEnvelope(
            root.GetProperty("tenant"u8).GetString()!,
            root.GetProperty("execution"u8).GetString()!,
            root.TryGetProperty("command"u8, out var command) ? CommandCodec.Read(command) : null)
        {
            Trigger = root.TryGetProperty("trigger"u8, out var trigger) ? (ReadOnlyMemory<byte>?)trigger.GetBytesFromBase64() : null,
            Place = root.TryGetProperty("place"u8, out var place) ? new ExecutionPlace(root.GetProperty("tenant"u8).GetString()!, place[0].GetString()!, place[1].GetString()!) : null,
            MayExist = root.TryGetProperty("mayExist"u8, out _),
            Origin = root.TryGetProperty("origin"u8, out var origin) ? CommandOrigin.Read(origin) : null,
            Reader = root.TryGetProperty("reader"u8, out var reader) ? reader.GetString() : null,
            Token = root.TryGetProperty("token"u8, out var token) ? token.GetString() : null,
        };
    }

    private void WriteRest(Utf8JsonWriter writer)
    {
        if (Trigger is { } trigger)
        {
            writer.WriteBase64String("trigger"u8, trigger.Span);
        }

        if (Place is { } place)
        {
            writer.WriteStartArray("place"u8);
            writer.WriteStringValue(place.Namespace);
            writer.WriteStringValue(place.FlowId);
            writer.WriteEndArray();
        }

        if (MayExist)
        {
            writer.WriteBoolean("mayExist"u8, true);
        }

        if (Origin is not null)
        {
            writer.WritePropertyName("origin"u8);
            Origin.Write(writer);
        }

        if (Reader is not null)
        {
            writer.WriteString("reader"u8, Reader);
            writer.WriteString("token"u8, Token);
        }
    }
}

/// <summary>The task run of another execution that asked for a subflow, and its partition.</summary>
/// <param name="RestartsFailed">When the execution exists already and has failed, it is restarted.</param>
public sealed record CommandOrigin(string ParentExecutionId, int ParentPartition, string TaskRunId, bool RestartsFailed)
{
    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("parent"u8, ParentExecutionId);
        writer.WriteNumber("partition"u8, ParentPartition);
        writer.WriteString("run"u8, TaskRunId);
        writer.WriteBoolean("restarts"u8, RestartsFailed);
        writer.WriteEndObject();
    }

    internal static CommandOrigin Read(JsonElement element) => new(
        element.GetProperty("parent"u8).GetString()!,
        element.GetProperty("partition"u8).GetInt32(),
        element.GetProperty("run"u8).GetString()!,
        element.GetProperty("restarts"u8).GetBoolean());
}

using System.Text.Json;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Model.Triggers;

namespace Kestra.Hosting.Lanes.Remote;

/// <summary>A call to the scheduler on its way between processes.</summary>
/// <param name="Key">The trigger; of a change of a flow its trigger id is empty.</param>
public sealed record TriggerCall(TriggerOperation Operation, TriggerKey Key)
{
    /// <summary>For switching: off. For a backfill: paused.</summary>
    public bool Flag { get; init; }

    public Backfill? Backfill { get; init; }

    /// <summary>For the end of an execution, and for an event, which is to become one.</summary>
    public string? ExecutionId { get; init; }

    public StateType? State { get; init; }

    /// <summary>Of which evaluation of the trigger a worker tells.</summary>
    public string? Evaluation { get; init; }

    public string? Worker { get; init; }

    /// <summary>How an evaluation ended.</summary>
    public TriggerAnswer? Answer { get; init; }

    /// <summary>For an event: variable <c>trigger</c> of its execution.</summary>
    public IReadOnlyDictionary<string, object?>? Variables { get; init; }

    /// <summary>The process that waits for the answer; null when nobody does.</summary>
    public string? Reader { get; init; }

    public string? Token { get; init; }

    /// <summary>Tells that an execution of the trigger has ended.</summary>
    public static TriggerCall End(TriggerKey key, Execution execution)
    {
        ArgumentNullException.ThrowIfNull(execution);
        return new TriggerCall(TriggerOperation.Ended, key) { ExecutionId = execution.Id, State = execution.State.Current };
    }

    public ReadOnlyMemory<byte> Encode()
    {
        return ModelJson.Bytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("op"u8, Operation.ToString());
            writer.WriteStartArray("key"u8);
            foreach (var part in new[] { Key.TenantId, Key.Namespace, Key.FlowId, Key.TriggerId })
            {
                writer.WriteStringValue(part);
            }

            writer.WriteEndArray();
            writer.WriteBoolean("flag"u8, Flag);
            if (Backfill is not null)
            {
                writer.WritePropertyName("row"u8);
                ModelJson.Write(writer, new Trigger { TenantId = Key.TenantId, Namespace = Key.Namespace, FlowId = Key.FlowId, TriggerId = Key.TriggerId, Backfill = Backfill }, JsonProfile.Database);
            }

            WriteText(writer, "execution", ExecutionId);
            WriteText(writer, "state", State?.ToString());
            WriteText(writer, "evaluation", Evaluation);
            WriteText(writer, "worker", Worker);
            if (Answer is not null)
            {
                TriggerAnswerCodec.Write(writer, Answer);
            }

            if (Variables is not null)
            {
                writer.WritePropertyName("variables"u8);
                ModelJson.WriteValue(writer, Variables, JsonProfile.Database);
            }

            WriteText(writer, "reader", Reader);
            WriteText(writer, "token", Token);
            writer.WriteEndObject();
        });
    }

    /// <exception cref="JsonException">The bytes are no call that this program knows.</exception>
    public static TriggerCall Decode(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes, ModelJson.DocumentOptions);
        var root = document.RootElement;
        var key = root.GetProperty("key"u8);
        return new TriggerCall(
            Enum.TryParse<TriggerOperation>(root.GetProperty("op"u8).GetString(), out var operation) ? operation : throw new JsonException("The operation is not known."),
            new TriggerKey(key[0].GetString()!, key[1].GetString()!, key[2].GetString()!, key[3].GetString()!))
        {
            Flag = root.GetProperty("flag"u8).GetBoolean(),
            Backfill = root.TryGetProperty("row"u8, out var row) ? ModelJson.ReadTrigger(System.Text.Encoding.UTF8.GetBytes(row.GetRawText())).Backfill : null,
            ExecutionId = Text(root, "execution"),
            State = Text(root, "state") is { } state ? Enum.Parse<StateType>(state) : null,
            Evaluation = Text(root, "evaluation"),
            Worker = Text(root, "worker"),
            Answer = TriggerAnswerCodec.Read(root),
            Variables = root.TryGetProperty("variables"u8, out var variables) ? (IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(variables)! : null,
            Reader = Text(root, "reader"),
            Token = Text(root, "token"),
        };
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;
}

public enum TriggerOperation
{
    FlowChanged,
    SetDisabled,
    Unlock,
    Restart,
    StartBackfill,
    SetBackfillPaused,
    DeleteBackfill,
    Delete,

    /// <summary>An execution of the trigger has ended.</summary>
    Ended,

    /// <summary>A worker has an evaluation.</summary>
    Started,

    /// <summary>An evaluation is over.</summary>
    Answered,

    /// <summary>A realtime trigger tells of one event.</summary>
    Event,

    /// <summary>The worker that had an evaluation is gone.</summary>
    Lost,
}

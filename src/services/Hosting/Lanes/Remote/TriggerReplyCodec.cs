using System.Text;
using System.Text.Json;
using Kestra.Model.Json;
using Kestra.Model.Triggers;
using Kestra.Storage;

namespace Kestra.Hosting.Lanes.Remote;

/// <summary>What the scheduler replies to a call: the trigger, whether something was deleted, what became of an answer, or why not.</summary>
public static class TriggerReplyCodec
{
    public static ReadOnlyMemory<byte> Encode(Trigger? trigger, bool done) => Object(writer =>
    {
        writer.WriteBoolean("done"u8, done);
        if (trigger is not null)
        {
            writer.WritePropertyName("trigger"u8);
            ModelJson.Write(writer, trigger, JsonProfile.Database);
        }
    });

    public static ReadOnlyMemory<byte> Encode(TriggerReception reception) => Object(writer => writer.WriteString("reception"u8, reception.ToString()));

    public static ReadOnlyMemory<byte> Encode(Exception failure) => Object(writer =>
        writer.WriteString(failure is TriggerRefusedException ? "refused"u8 : "failed"u8, failure.Message));

    /// <exception cref="TriggerRefusedException">The scheduler refused.</exception>
    /// <exception cref="StoreUnavailableException">The scheduler could not do it.</exception>
    public static (Trigger? Trigger, bool Done) Decode(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes, ModelJson.DocumentOptions);
        var root = Checked(document);
        return (root.TryGetProperty("trigger"u8, out var trigger) ? ModelJson.ReadTrigger(Encoding.UTF8.GetBytes(trigger.GetRawText())) : null, root.GetProperty("done"u8).GetBoolean());
    }

    /// <exception cref="StoreUnavailableException">The scheduler could not do it.</exception>
    public static TriggerReception DecodeReception(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes, ModelJson.DocumentOptions);
        return Enum.Parse<TriggerReception>(Checked(document).GetProperty("reception"u8).GetString()!);
    }

    private static JsonElement Checked(JsonDocument document)
    {
        var root = document.RootElement;
        if (root.TryGetProperty("refused"u8, out var refused))
        {
            throw new TriggerRefusedException(refused.GetString()!);
        }

        if (root.TryGetProperty("failed"u8, out var failed))
        {
            throw new StoreUnavailableException($"The scheduler could not do it: {failed.GetString()}");
        }

        return root;
    }

    private static ReadOnlyMemory<byte> Object(Action<Utf8JsonWriter> write)
    {
        return ModelJson.Bytes(writer =>
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        });
    }
}

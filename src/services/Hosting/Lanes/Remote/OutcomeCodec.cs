using System.Text.Json;
using Kestra.Engine;
using Kestra.Model.Json;

namespace Kestra.Hosting.Lanes.Remote;

/// <summary>Outcomes of commands as UTF-8 JSON, for their way back.</summary>
public static class OutcomeCodec
{
    public static ReadOnlyMemory<byte> Encode(CommandOutcome outcome)
    {
        return ModelJson.Bytes(writer =>
        {
            writer.WriteStartObject();
            Write(writer, outcome);
            writer.WriteEndObject();
        });
    }

    /// <exception cref="JsonException">The bytes are no outcome that this program knows.</exception>
    public static CommandOutcome Decode(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes, ModelJson.DocumentOptions);
        var root = document.RootElement;
        return root.GetProperty("k"u8).GetString() switch
        {
            "accepted" => new CommandOutcome.Accepted(ModelJson.ReadExecution(root.GetProperty("v"u8))),
            "refused" => new CommandOutcome.Refused(new Refusal(Enum.Parse<RefusalCode>(root.GetProperty("code"u8).GetString()!), root.GetProperty("message"u8).GetString()!)),
            "missing" => new CommandOutcome.NotFound(),
            "deleted" => new CommandOutcome.Deleted(),
            "overloaded" => new CommandOutcome.Overloaded(TimeSpan.FromMilliseconds(root.GetProperty("after"u8).GetInt64())),
            var kind => throw new JsonException($"The outcome of kind '{kind}' is not known."),
        };
    }

    private static void Write(Utf8JsonWriter writer, CommandOutcome outcome)
    {
        switch (outcome)
        {
            case CommandOutcome.Accepted accepted:
                writer.WriteString("k"u8, "accepted"u8);
                writer.WritePropertyName("v"u8);
                ModelJson.Write(writer, accepted.Execution, JsonProfile.Database);
                break;
            case CommandOutcome.Refused refused:
                writer.WriteString("k"u8, "refused"u8);
                writer.WriteString("code"u8, refused.Refusal.Code.ToString());
                writer.WriteString("message"u8, refused.Refusal.Message);
                break;
            case CommandOutcome.NotFound:
                writer.WriteString("k"u8, "missing"u8);
                break;
            case CommandOutcome.Deleted:
                writer.WriteString("k"u8, "deleted"u8);
                break;
            case CommandOutcome.Overloaded overloaded:
                writer.WriteString("k"u8, "overloaded"u8);
                writer.WriteNumber("after"u8, (long)overloaded.RetryAfter.TotalMilliseconds);
                break;
            default:
                throw new InvalidOperationException($"The outcome {outcome.GetType().Name} has no form.");
        }
    }
}

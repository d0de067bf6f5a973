using System.Text.Json;
using Kestra.Model.Json;

namespace Kestra.Hosting.Lanes.Remote;

/// <summary>The ends of evaluations, within a stored call.</summary>
internal static class TriggerAnswerCodec
{
    public static void Write(Utf8JsonWriter writer, TriggerAnswer answer)
    {
        writer.WriteStartObject("answer"u8);
        switch (answer)
        {
            case TriggerAnswer.Happened happened:
                writer.WritePropertyName("happened"u8);
                ModelJson.WriteValue(writer, happened.Variables, JsonProfile.Database);
                break;
            case TriggerAnswer.Failed failed:
                writer.WriteString("failed"u8, failed.Message);
                break;
            case TriggerAnswer.Nothing:
                break;
            default:
                throw new InvalidOperationException($"The answer {answer.GetType().Name} has no form.");
        }

        writer.WriteEndObject();
    }

    /// <returns>Null when the call carries none.</returns>
    public static TriggerAnswer? Read(JsonElement call)
    {
        if (!call.TryGetProperty("answer"u8, out var answer))
        {
            return null;
        }

        if (answer.TryGetProperty("happened"u8, out var variables))
        {
            return new TriggerAnswer.Happened((IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(variables)!);
        }

        return answer.TryGetProperty("failed"u8, out var message) ? new TriggerAnswer.Failed(message.GetString()!) : new TriggerAnswer.Nothing();
    }
}

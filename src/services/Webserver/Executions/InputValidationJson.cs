using System.Text.Json;
using Kestra.Flows.Inputs;
using Kestra.Model.Flows;
using Kestra.Model.Json;

namespace Kestra.Webserver.Executions;

/// <summary>What became of each input, as the forms of clients show it.</summary>
internal static class InputValidationJson
{
    public static void Write(Utf8JsonWriter writer, Flow flow, IReadOnlyList<ResolvedInput> inputs)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, flow.Id);
        writer.WriteString("namespace"u8, flow.Namespace);
        writer.WriteStartArray("inputs"u8);
        foreach (var input in inputs)
        {
            Write(writer, input);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ResolvedInput input)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("input"u8);
        InputJson.Write(writer, input.Input, JsonProfile.Api);
        if (input.Value is { } value)
        {
            writer.WritePropertyName("value"u8);
            ModelJson.WriteValue(writer, value, JsonProfile.Api);
        }

        writer.WriteBoolean("enabled"u8, input.Enabled);
        writer.WriteBoolean("isDefault"u8, input.IsDefault);
        writer.WriteStartArray("errors"u8);
        if (input.Error is { } error)
        {
            var prefix = input.Input.Id + ": ";
            writer.WriteStartObject();
            writer.WriteString("message"u8, error.StartsWith(prefix, StringComparison.Ordinal) ? error[prefix.Length..] : error);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}

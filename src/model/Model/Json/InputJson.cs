using System.Text.Json;
using Kestra.Model.Flows;

namespace Kestra.Model.Json;

/// <summary>Inputs and outputs of flows.</summary>
public static class InputJson
{
    public static void Write(Utf8JsonWriter writer, InputDefinition input, JsonProfile profile)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, input.Id);
        TaskJson.WriteText(writer, "name", input.Name);
        writer.WriteString("type"u8, input.Type.ToString());
        TaskJson.WriteText(writer, "description", input.Description);
        WriteDependency(writer, input.DependsOn);
        writer.WriteBoolean("required"u8, input.Required);
        TaskJson.WriteText(writer, "defaults", input.Defaults);
        TaskJson.WriteText(writer, "displayName", input.DisplayName);
        WriteOfType(writer, input, profile);
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, OutputDefinition output, JsonProfile profile)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, output.Id);
        TaskJson.WriteText(writer, "description", output.Description);
        if (output.Value is { } value)
        {
            writer.WritePropertyName("value"u8);
            ValueWriter.Write(writer, value, profile);
        }

        writer.WriteString("type"u8, output.Type.ToString());
        TaskJson.WriteText(writer, "displayName", output.DisplayName);
        if (output.Required is { } required)
        {
            writer.WriteBoolean("required"u8, required);
        }

        writer.WriteEndObject();
    }

    // Only the properties that the type has: an INT has bounds, a SELECT has values.
    private static void WriteOfType(Utf8JsonWriter writer, InputDefinition input, JsonProfile profile)
    {
        TaskJson.WriteText(writer, "validator", input.Validator);
        WriteValue(writer, "min", input.Min, profile);
        WriteValue(writer, "max", input.Max, profile);
        WriteValue(writer, "after", input.After, profile);
        WriteValue(writer, "before", input.Before, profile);
        WriteTexts(writer, "values", input.Values);
        WriteTexts(writer, "options", input.Options);
        TaskJson.WriteText(writer, "expression", input.Expression);
        TaskJson.WriteText(writer, "itemType", ItemType(input)?.ToString());
        if (input.Type is InputType.SELECT or InputType.MULTISELECT)
        {
            writer.WriteBoolean("allowCustomValue"u8, input.AllowCustomValue);
            if (input.Type == InputType.SELECT)
            {
                writer.WriteBoolean("isRadio"u8, input.IsRadio);
            }

            writer.WriteBoolean("autoSelectFirst"u8, input.AutoSelectFirst);
        }

        TaskJson.WriteText(writer, "extension", input.Extension);
    }

    private static InputType? ItemType(InputDefinition input) => input.ItemType ?? (input.Type == InputType.MULTISELECT ? InputType.STRING : null);

    private static void WriteDependency(Utf8JsonWriter writer, InputDependency? dependency)
    {
        if (dependency is null)
        {
            return;
        }

        writer.WriteStartObject("dependsOn"u8);
        WriteTexts(writer, "inputs", dependency.Inputs);
        TaskJson.WriteText(writer, "condition", dependency.Condition);
        writer.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter writer, string name, object? value, JsonProfile profile)
    {
        if (value is not null)
        {
            writer.WritePropertyName(name);
            ValueWriter.Write(writer, value, profile);
        }
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IReadOnlyList<string>? texts)
    {
        if (texts is null)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}

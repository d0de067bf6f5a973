using System.Text.Json;

namespace Kestra.Flows;

/// <summary>Properties of texts in answers about flows.</summary>
internal static class JsonTexts
{
    /// <summary>Writes the property unless there is no text.</summary>
    public static void WriteText(this Utf8JsonWriter writer, string name, string? text)
    {
        if (text is not null)
        {
            writer.WriteString(name, text);
        }
    }

    public static void WriteTexts(this Utf8JsonWriter writer, string name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}

using System.Text.Json;

namespace Kestra.Hosting.Errors;

/// <summary>The one shape that errors have on every port. Unlike everything else, it writes nulls out.</summary>
public static class ErrorBody
{
    /// <param name="address">Of the request with its query, as it was sent.</param>
    /// <param name="fields">What the message is about, each with its own text; empty when it is about the request as a whole.</param>
    public static void Write(Utf8JsonWriter writer, string message, string address, IReadOnlyList<(string Path, string Message)> fields)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartObject();
        writer.WriteString("message"u8, message);
        writer.WriteNull("logref"u8);
        writer.WriteNull("path"u8);
        WriteSelf(writer, address);
        writer.WriteStartObject("_embedded"u8);
        if (fields.Count > 0)
        {
            writer.WriteStartArray("errors"u8);
            foreach (var field in fields)
            {
                WriteField(writer, field.Path, field.Message);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteSelf(Utf8JsonWriter writer, string address)
    {
        writer.WriteStartObject("_links"u8);
        writer.WriteStartObject("self"u8);
        writer.WriteString("href"u8, address);
        writer.WriteBoolean("templated"u8, false);
        foreach (var name in (ReadOnlySpan<string>)["profile", "deprecation", "title", "hreflang", "type", "name"])
        {
            writer.WriteNull(name);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter writer, string path, string message)
    {
        writer.WriteStartObject();
        writer.WriteString("message"u8, message);
        writer.WriteNull("logref"u8);
        writer.WriteString("path"u8, path);
        writer.WriteStartObject("_links"u8);
        writer.WriteEndObject();
        writer.WriteStartObject("_embedded"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}

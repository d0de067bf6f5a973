using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Kestra.Flows.Tests;

internal static class JsonTexts
{
    /// <summary>What is written, with its numbers in one spelling.</summary>
    public static string Of(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Model.Json.ModelJson.WriterOptions))
        {
            write(writer);
        }

        return Canonical(JsonDocument.Parse(buffer.WrittenMemory).RootElement);
    }

    /// <summary>JSON as text, in the order of its properties, with its numbers in one spelling: the recordings were printed by a tool that shortens them.</summary>
    public static string Canonical(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(",\n", element.EnumerateObject().Select(property => $"\"{property.Name}\":{Canonical(property.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(",", element.EnumerateArray().Select(Canonical))}]",
        JsonValueKind.Number => element.GetDouble().ToString("R", CultureInfo.InvariantCulture),
        JsonValueKind.String => JsonSerializer.Serialize(element.GetString()),
        _ => element.GetRawText(),
    };

    /// <summary>The same with properties and the items of lists of texts in alphabetical order.</summary>
    public static string Sorted(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(",", element.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal).Select(property => $"\"{property.Name}\":{Sorted(property.Value)}"))}}}",
        JsonValueKind.Array => $"[{string.Join(",", element.EnumerateArray().Select(Sorted).Order(StringComparer.Ordinal))}]",
        _ => Canonical(element),
    };
}

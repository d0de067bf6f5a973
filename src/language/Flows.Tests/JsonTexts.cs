using System.Buffers;
using System.Text.Json;

namespace Kestra.Flows.Tests;

internal static class JsonTexts
{
    /// <summary>What is written, as compact text with the numbers as they are.</summary>
    public static string Of(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Model.Json.ModelJson.WriterOptions))
        {
            write(writer);
        }

        return Compact(JsonDocument.Parse(buffer.WrittenMemory).RootElement);
    }

    public static string Compact(JsonElement element) => JsonSerializer.Serialize(element);

    /// <summary>The same with numbers in their shortest form, for recordings that were printed by a tool of another language.</summary>
    public static string Numbers(string json) => JsonSerializer.Serialize(JsonDocument.Parse(json).RootElement);
}

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Kestra.Model.Json;

namespace Kestra.Model.Tests;

/// <summary>What was recorded from Kestra 1.0.</summary>
internal static class Contracts
{
    private static readonly Lazy<string> Folder = new(Find);

    public static JsonElement Json(string path) => JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder.Value, path))).RootElement;

    /// <summary>What is written, with its numbers in one spelling.</summary>
    public static string Written(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, ModelJson.WriterOptions))
        {
            write(writer);
        }

        return Canonical(JsonDocument.Parse(buffer.WrittenMemory).RootElement);
    }

    /// <summary>JSON as text, in the order of its properties, with its numbers in one spelling: the recordings were printed by a tool that shortens them.</summary>
    public static string Canonical(JsonElement element)
    {
        var text = new StringBuilder();
        Append(text, element, 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement element, int depth)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (var property in element.EnumerateObject())
                {
                    text.Append('\n').Append(' ', depth + 1).Append('"').Append(property.Name).Append("\": ");
                    Append(text, property.Value, depth + 1);
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (var item in element.EnumerateArray())
                {
                    text.Append('\n').Append(' ', depth + 1);
                    Append(text, item, depth + 1);
                }

                text.Append(']');
                break;
            case JsonValueKind.Number:
                text.Append(element.GetDouble().ToString("R", CultureInfo.InvariantCulture));
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "tests", "contracts", "data")))
            {
                return Path.Combine(folder.FullName, "tests", "contracts", "data");
            }
        }

        throw new InvalidOperationException("The recordings in tests/contracts/data are not above the folder of the tests.");
    }
}

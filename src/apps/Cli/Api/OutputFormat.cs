using System.Text.Encodings.Web;
using System.Text.Json;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Api;

/// <summary>How a command prints its result.</summary>
internal enum OutputFormat
{
    /// <summary>Lines for people.</summary>
    TEXT,

    /// <summary>One JSON document for machines.</summary>
    JSON,
}

internal static class OutputFormats
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Setting<OutputFormat> Option() => Settings.Choice("Form of the result: text for people, json for machines.", "output", OutputFormat.TEXT, "-o", "--output");

    public static void Json(this Terminal terminal, JsonElement element) => terminal.Line(element.ValueKind == JsonValueKind.Undefined ? "null" : JsonSerializer.Serialize(element, Indented));

    /// <summary>The text of a property; null when it is absent or no text.</summary>
    public static string? Text(this JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The texts of a list; empty when it is absent.</summary>
    public static IEnumerable<string> Texts(this JsonElement element, string property) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(property, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(static item => item.ToString())
            : [];
}

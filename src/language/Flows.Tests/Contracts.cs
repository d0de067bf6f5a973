using System.Text.Json;
using Kestra.Plugins.Core.Log;
using Kestra.Plugins.Description;
using Kestra.Plugins.Hosting;

namespace Kestra.Flows.Tests;

/// <summary>What was recorded from Kestra 1.0, and the plugins that it was recorded with.</summary>
internal static class Contracts
{
    private static readonly Lazy<string> Folder = new(Find);

    public static IPluginCatalog Catalog { get; } = new PluginCatalog(typeof(LogTask).Assembly);

    public static FlowReader Reader { get; } = new(Catalog);

    public static string Text(string path) => File.ReadAllText(Path.Combine(Folder.Value, path));

    public static JsonElement Json(string path) => JsonDocument.Parse(Text(path)).RootElement;

    public static IReadOnlyList<JsonElement> Lines(string path) => [.. File.ReadLines(Path.Combine(Folder.Value, path)).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement)];

    public static IReadOnlyList<string> Texts(this JsonElement element, string name) => element.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(item => item.GetString()!)] : [];

    public static string? Text(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

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

using System.Text.Json.Nodes;

namespace Kestra.Scenarios;

/// <summary>One recorded execution of the original: the flow, how to drive it, and what came out.</summary>
internal sealed record Recording(string Name, string Flow, IReadOnlyList<string> Children, RunScript Script, JsonNode Expected)
{
    private static readonly string Folder = Path.Combine(RepositoryRoot(), "tests", "contracts", "data", "executions");

    public static IReadOnlyList<string> Names { get; } = [.. Directory.GetDirectories(Folder).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    /// <summary>Cases that do not pass yet, with the reason behind a <c>#</c>.</summary>
    public static IReadOnlySet<string> Open { get; } = File.ReadLines(Path.Combine(RepositoryRoot(), "tests", "scenarios", "open-cases.txt"))
        .Select(line => line.Split('#')[0].Trim())
        .Where(line => line.Length > 0)
        .ToHashSet(StringComparer.Ordinal);

    public static Recording Read(string name)
    {
        var folder = Path.Combine(Folder, name);
        var script = Path.Combine(folder, "run.json");
        return new Recording(
            name,
            File.ReadAllText(Path.Combine(folder, "flow.yaml")),
            [.. Directory.GetFiles(folder, "child-*.yaml").Order(StringComparer.Ordinal).Select(File.ReadAllText)],
            RunScript.Parse(File.Exists(script) ? File.ReadAllText(script) : "{}"),
            JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")))!);
    }

    internal static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Kestra.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above '{AppContext.BaseDirectory}' holds Kestra.slnx.");
    }
}

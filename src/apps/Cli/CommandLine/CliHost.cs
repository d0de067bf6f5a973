namespace Kestra.Cli.CommandLine;

/// <summary>What the program takes from the process that it runs in.</summary>
internal sealed record CliHost
{
    public required Terminal Terminal { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Folder that relative paths start from, and below which <c>server local</c> keeps its data.</summary>
    public required string CurrentFolder { get; init; }

    public required string HomeFolder { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>The request to stop; says which signal asked.</summary>
    public required Interruption Interruption { get; init; }

    public string DefaultConfigurationFile => Path.Combine(HomeFolder, ".kestra", "config.yml");

    /// <summary>The absolute form of a path of the command line.</summary>
    public string FullPath(string path) => Path.GetFullPath(path, CurrentFolder);
}

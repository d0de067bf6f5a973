using System.Text;
using System.Text.RegularExpressions;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Flows;

/// <summary>Flow files on the user's disk.</summary>
internal static partial class FlowFiles
{
    /// <summary>The YAML files of a folder and those below it, by name; a file stands for itself.</summary>
    /// <exception cref="CommandFailureException">The path does not exist or cannot be read.</exception>
    public static IReadOnlyList<string> Find(string path)
    {
        if (File.Exists(path))
        {
            return IsYaml(path) ? [path] : [];
        }

        try
        {
            return Directory.Exists(path)
                ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsYaml).Order(StringComparer.Ordinal)]
                : throw new CommandFailureException($"'{path}' does not exist.");
        }
        catch (UnauthorizedAccessException error)
        {
            throw new CommandFailureException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <exception cref="CommandFailureException">The path is no file or cannot be read.</exception>
    public static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new CommandFailureException($"The file '{path}' is not a file");
        }

        try
        {
            return await File.ReadAllTextAsync(path, Encoding.UTF8, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailureException($"The file '{path}' cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Puts the content of other files in where a line says <c>[[&gt; path ]]</c>; paths are relative to the folder of the file.</summary>
    public static async Task<string> ExpandAsync(string source, string file, CancellationToken cancellationToken)
    {
        if (!source.Contains("[[>", StringComparison.Ordinal))
        {
            return source;
        }

        var lines = source.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (Include().Match(lines[i]) is { Success: true } match)
            {
                var included = await ReadAsync(Path.GetFullPath(match.Groups["path"].Value.Trim(), Path.GetDirectoryName(file)!), cancellationToken);
                lines[i] = Insert(included, match.Groups["before"].Value, match.Groups["after"].Value);
            }
        }

        return string.Join('\n', lines);
    }

    // A text of one line stands within its line; a longer one is indented as the line is.
    private static string Insert(string content, string before, string after)
    {
        var lines = content.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        return lines.Length == 1 ? before + lines[0] + after : string.Join('\n', lines.Select(line => before + line));
    }

    private static bool IsYaml(string path) => path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^(?<before>.*?)\[\[>(?<path>[^\]]+)\]\](?<after>.*)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Include();
}

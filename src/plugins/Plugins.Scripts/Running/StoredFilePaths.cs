using System.Text;
using System.Text.RegularExpressions;

namespace Kestra.Plugins.Scripts.Running;

/// <summary>Replaces addresses of internal storage in commands by paths of local copies.</summary>
internal static partial class StoredFilePaths
{
    /// <param name="relative">Gives paths relative to the working directory, for runners that have another one.</param>
    public static async Task<string> ReplaceAsync(IRunContext context, string text, bool relative, CancellationToken cancellationToken)
    {
        var result = new StringBuilder(text.Length);
        var position = 0;
        foreach (Match match in Address().Matches(text))
        {
            result.Append(text, position, match.Index - position);
            var path = await CopyAsync(context, match.Value, cancellationToken);
            result.Append(relative ? Path.GetRelativePath(context.WorkingDirectory.Path, path) : path);
            position = match.Index + match.Length;
        }

        return position == 0 ? text : result.Append(text, position, text.Length - position).ToString();
    }

    private static async Task<string> CopyAsync(IRunContext context, string address, CancellationToken cancellationToken)
    {
        var path = context.WorkingDirectory.CreateTempFile(Path.GetExtension(address));
        await using var source = await context.Storage.OpenAsync(address, cancellationToken);
        await using var copy = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 64 * 1024, FileOptions.Asynchronous);
        await source.CopyToAsync(copy, cancellationToken);
        return path;
    }

    [GeneratedRegex("kestra://[-a-zA-Z0-9%._+~#=/]*", RegexOptions.CultureInvariant)]
    private static partial Regex Address();
}

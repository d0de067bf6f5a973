using System.Text.RegularExpressions;
using Kestra.Expressions;
using Kestra.Storage.Objects;

namespace Kestra.Hosting.Expressions;

/// <summary>Finds the files that expressions name and refuses those that they may not read (§5.3 of the language).</summary>
internal sealed partial class ExpressionFiles(ExpressionOutside outside, ExpressionPlace place)
{
    /// <summary>The file as a place in internal storage, or as a local path.</summary>
    public (string? StoragePath, string? LocalPath) Locate(string path, string? @namespace)
    {
        if (path.StartsWith("file://", StringComparison.Ordinal))
        {
            return (null, Local(path));
        }

        if (path.StartsWith("nsfile://", StringComparison.Ordinal))
        {
            return (OfNamespaceAddress(path["nsfile://".Length..], @namespace), null);
        }

        if (StorageUri.Is(path))
        {
            return (OfInternalStorage(path), null);
        }

        return path.Contains("://", StringComparison.Ordinal)
            ? throw new ExpressionException($"Cannot process the URI {path}: scheme not supported.")
            : (StoragePath.Normalize($"{StoragePaths.NamespaceFiles(@namespace ?? place.Namespace)}/{path}"), null);
    }

    private static string OfNamespaceAddress(string rest, string? @namespace, string own)
    {
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var named = slash < 0 ? rest : rest[..slash];
        if (named.Length > 0 && @namespace is not null)
        {
            throw new ExpressionException("You cannot set a namespace both as the function argument and inside the URI");
        }

        var holder = named.Length > 0 ? named : @namespace ?? own;
        return StoragePath.Normalize($"{StoragePaths.NamespaceFiles(holder)}/{(slash < 0 ? "" : rest[slash..])}");
    }

    private string OfNamespaceAddress(string rest, string? @namespace) => OfNamespaceAddress(rest, @namespace, place.Namespace);

    private string OfInternalStorage(string uri)
    {
        var path = StorageUri.PathOf(uri);
        return IsOwn(path) || ExecutionFile().IsMatch(path)
            ? path
            : throw new ExpressionException($"Unable to read the file '{uri}' as it is not an execution file");
    }

    private bool IsOwn(string path) =>
        (place.ExecutionId is { } execution && IsBelow(path, StoragePaths.Execution(place.Namespace, place.FlowId, execution)))
        || IsBelow(path, StoragePaths.NamespaceFiles(place.Namespace))
        || (place.Parent is var (ns, flow, id) && IsBelow(path, StoragePaths.Execution(ns, flow, id)));

    private static bool IsBelow(string path, string folder) => path.StartsWith(folder + "/", StringComparison.Ordinal);

    private string Local(string uri)
    {
        if (outside.AllowedPaths is not { } allowed)
        {
            throw new ExpressionException("The file:// protocol has been disabled inside the Kestra configuration.");
        }

        var path = Path.GetFullPath(new Uri(uri).LocalPath);
        return allowed.Any(folder => path.StartsWith(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            ? path
            : throw new ExpressionException($"The path {path} is not authorized. Path must be allowed either globally inside the Kestra configuration using the `kestra.local-files.allowed-paths` property.");
    }

    [GeneratedRegex(@"^/.+/executions/[^/]+/tasks/[^/]+/.+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex ExecutionFile();
}

namespace Kestra.Storage.Objects;

/// <summary>The one guard of paths in internal storage. Every path that a user has a say in passes here.</summary>
public static class StoragePath
{
    /// <summary>A path in its one form: it starts with <c>/</c>, has no empty parts, and can't leave the root.</summary>
    /// <exception cref="ArgumentException">The path tries to leave, or holds characters that no name may have.</exception>
    public static string Normalize(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal) || path.Contains('\\', StringComparison.Ordinal))
        {
            throw new ArgumentException("A path must not contain backslashes or null characters", nameof(path));
        }

        var decoded = path.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(path) : path;
        if (HasParent(path) || HasParent(decoded))
        {
            throw new ArgumentException("Path must not contain '../'", nameof(path));
        }

        return "/" + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."));
    }

    /// <summary>As <see cref="Normalize"/>, for a path that has to name something below the root.</summary>
    /// <exception cref="ArgumentException">The path is refused, or is the root.</exception>
    public static string NormalizeFile(string path) =>
        Normalize(path) is var normal && normal != "/" ? normal : throw new ArgumentException("The root itself can't be written, moved or deleted", nameof(path));

    /// <summary>A tenant as the first part of a path: one name that can't leave the root.</summary>
    /// <exception cref="ArgumentException">It is empty or more than a name.</exception>
    public static string Tenant(string tenantId) =>
        tenantId.Length > 0 && tenantId.Trim('.').Length > 0 && tenantId.AsSpan().IndexOfAny('/', '\\', '\0') < 0
            ? tenantId
            : throw new ArgumentException("The tenant is not a name", nameof(tenantId));

    private static bool HasParent(string path) => path.Split('/', '\\').Any(part => part.Trim() == "..");
}

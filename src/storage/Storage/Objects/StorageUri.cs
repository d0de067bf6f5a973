namespace Kestra.Storage.Objects;

/// <summary>Addresses of files in internal storage: <c>kestra:///path</c>.</summary>
public static class StorageUri
{
    public const string Prefix = "kestra://";

    public static bool Is(string? text) => text is not null && text.StartsWith("kestra:///", StringComparison.Ordinal);

    public static string Of(string path) => Prefix + StoragePath.Normalize(path);

    /// <exception cref="ArgumentException">Not such an address.</exception>
    public static string PathOf(string uri) => Is(uri) ? StoragePath.Normalize(uri[Prefix.Length..]) : throw new ArgumentException($"Cannot process the URI {uri}: scheme not supported.", nameof(uri));
}

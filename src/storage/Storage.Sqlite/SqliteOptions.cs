namespace Kestra.Storage.Sqlite;

/// <summary>Where the embedded database is and how it is opened.</summary>
public sealed record SqliteOptions
{
    /// <summary>Path of the file; its folder is created.</summary>
    public required string Path { get; init; }

    /// <summary>Readers at the same time; further ones wait.</summary>
    public int Readers { get; init; } = 8;

    /// <summary>Memory for pages, per connection, in KiB.</summary>
    public int CacheKibibytes { get; init; } = 16 * 1024;

    /// <summary>Every commit reaches the disk before it is acknowledged. Switching it off gives up the durability that the product promises.</summary>
    public bool Synchronous { get; init; } = true;

    /// <summary>Sees every statement before it runs; tests look at the plans.</summary>
    internal Action<string>? Observe { get; init; }
}

namespace Kestra.Load.Databases;

/// <summary>The embedded database: a file in the server's folder.</summary>
internal sealed class SqliteBench(string folder) : BenchDatabase
{
    public override string Description => "SQLite, WAL, synchronous=FULL";

    public override string ServerCommand => "local";

    public override IReadOnlyDictionary<string, string> Configuration(string folder) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["datasources.sqlite.url"] = "file:" + File,
        ["kestra.storage.local.base-path"] = Path.Combine(folder, "storage"),
    };

    public override Task<CommitFloor> MeasureFloorAsync(TimeSpan duration) => Task.Run(() => SqliteFloor.Measure(Path.Combine(folder, "floor"), duration));

    public override Task<long> ReadSizeAsync() => Task.FromResult(new FileInfo(File).Length);

    public override Task<long> MultiplyExecutionsAsync(int wanted) => Task.Run(() => SqliteCopies.Multiply(File, wanted));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string File => Path.Combine(folder, "database.db");
}

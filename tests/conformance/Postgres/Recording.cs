using System.IO.Compression;
using System.Text.Json.Nodes;
using Kestra.Conformance.Beds;

namespace Kestra.Conformance.Postgres;

/// <summary>Databases of the original, recorded.</summary>
internal static class Recording
{
    public const string Level = "1.0.36";

    public static JsonNode Catalogue(string version)
    {
        var node = JsonNode.Parse(File.ReadAllBytes(Path(version, "catalog.json")))!;
        node.AsObject().Remove("server_version_num");
        return node;
    }

    public static List<string> History(string version) => [.. File.ReadAllLines(Path(version, "history.csv")).Skip(1)];

    /// <summary>A new database with what was recorded.</summary>
    /// <returns>How to connect to it.</returns>
    public static async Task<string> RestoreAsync(string version)
    {
        var database = await (await PostgresServer.SharedAsync).CreateDatabaseAsync();
        await using var file = File.OpenRead(Path(version, "sql.gz"));
        await using var unzipped = new GZipStream(file, CompressionMode.Decompress);
        using var reader = new StreamReader(unzipped);
        await PostgresServer.ExecuteAsync(database + ";Timezone=UTC", await reader.ReadToEndAsync());
        return database;
    }

    private static string Path(string version, string kind) => Repo.Contract($"fixtures/postgres/kestra-{version}.{kind}");
}

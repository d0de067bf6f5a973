using System.Globalization;
using System.IO.Compression;
using Kestra.Postgres;

namespace Kestra.Samples;

/// <summary>The check before an upgrade, on the dump of a real installation.</summary>
public sealed class PostgresSampleTests
{
    [Fact]
    public async Task A_database_is_dumped_counted_and_checked_before_its_upgrade()
    {
        Assert.SkipWhen(PostgresCluster.Unavailable is not null, PostgresCluster.Unavailable ?? "");
        using var workspace = new Workspace();
        await using var postgres = await PostgresCluster.StartAsync(null, "fsync=off", "max_connections=20");
        await using (var dump = new GZipStream(File.OpenRead(Path.Combine(Repository.Root, "tests/contracts/data/fixtures/postgres/kestra-0.22.0-upgraded-to-1.0.36.sql.gz")), CompressionMode.Decompress))
        {
            await postgres.PsqlAsync("postgres", dump, "--output", "/dev/null");
        }

        var execution = await workspace.RunSampleAsync(0, "postgres-pre-upgrade-check.yaml", $"url={UrlOf(postgres)}");

        var counted = (await File.ReadAllLinesAsync(workspace.Stored(execution.TaskRun("count").GetProperty("outputs").GetProperty("outputFiles").GetProperty("rows.csv"))))
            .Select(static line => line.Split(',')).ToDictionary(static cells => cells[0], static cells => cells[1], StringComparer.Ordinal);
        foreach (var table in (string[])["flows", "executions", "logs", "triggers", "flyway_schema_history"])
        {
            counted[table].ShouldBe(await CountAsync(postgres, table), table);
        }

        execution.Output("rows").GetInt32().ShouldBe(counted.Values.Sum(static count => int.Parse(count, CultureInfo.InvariantCulture)));
        new FileInfo(workspace.Stored(execution.Output("dump"))).Length.ShouldBeGreaterThan(1000);
        var report = await File.ReadAllTextAsync(workspace.Stored(execution.Output("report")));
        report.ShouldContain($"| flows | {counted["flows"]} |\n");
        report.ShouldContain("## Problems");
    }

    [Fact]
    public async Task A_database_that_is_none_of_kestra_is_told()
    {
        Assert.SkipWhen(PostgresCluster.Unavailable is not null, PostgresCluster.Unavailable ?? "");
        using var workspace = new Workspace();
        await using var postgres = await PostgresCluster.StartAsync(null, "fsync=off", "max_connections=20");

        var execution = await workspace.RunSampleAsync(0, "postgres-pre-upgrade-check.yaml", $"url={UrlOf(postgres)}");

        execution.Output("problems").GetInt32().ShouldBe(2);
        (await File.ReadAllTextAsync(workspace.Stored(execution.Output("report")))).ShouldContain("- no schema history: is this a Kestra database?");
    }
    // By its socket, as a job on the database's own machine would.
    private static string UrlOf(PostgresCluster postgres) => string.Create(CultureInfo.InvariantCulture, $"postgresql://kestra@/postgres?host={postgres.Folder}&port={postgres.Port}");

    private static async Task<string> CountAsync(PostgresCluster postgres, string table) =>
        (await postgres.PsqlAsync("postgres", null, "--tuples-only", "--no-align", "--command", $"select count(*) from {table}")).Trim();
}

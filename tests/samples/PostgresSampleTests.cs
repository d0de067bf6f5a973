using System.IO.Compression;

namespace Kestra.Samples;

/// <summary>The check before an upgrade, on the dump of a real installation.</summary>
public sealed class PostgresSampleTests
{
    [Fact]
    public async Task A_database_is_dumped_counted_and_checked_before_its_upgrade()
    {
        Assert.SkipWhen(PrivatePostgres.Unavailable is { }, PrivatePostgres.Unavailable ?? "");
        using var workspace = new Workspace();
        await using var postgres = await PrivatePostgres.StartAsync();
        await using (var dump = new GZipStream(File.OpenRead(Path.Combine(Repository.Root, "tests/contracts/data/fixtures/postgres/kestra-0.22.0-upgraded-to-1.0.36.sql.gz")), CompressionMode.Decompress))
        {
            await postgres.LoadAsync(dump);
        }

        var execution = await workspace.RunSampleAsync(0, "postgres-pre-upgrade-check.yaml", $"url={postgres.Url}");

        var counted = (await File.ReadAllLinesAsync(workspace.Stored(execution.TaskRun("count").GetProperty("outputs").GetProperty("outputFiles").GetProperty("rows.csv"))))
            .Select(static line => line.Split(',')).ToDictionary(static cells => cells[0], static cells => cells[1], StringComparer.Ordinal);
        foreach (var table in (string[])["flows", "executions", "logs", "triggers", "flyway_schema_history"])
        {
            counted[table].ShouldBe(await postgres.QueryAsync($"select count(*) from {table}"), table);
        }

        execution.Output("rows").GetInt32().ShouldBe(counted.Values.Sum(static count => int.Parse(count, System.Globalization.CultureInfo.InvariantCulture)));
        new FileInfo(workspace.Stored(execution.Output("dump"))).Length.ShouldBeGreaterThan(1000);
        var report = await File.ReadAllTextAsync(workspace.Stored(execution.Output("report")));
        report.ShouldContain($"| flows | {counted["flows"]} |\n");
        report.ShouldContain("## Problems");
    }

    [Fact]
    public async Task A_database_that_is_none_of_kestra_is_told()
    {
        Assert.SkipWhen(PrivatePostgres.Unavailable is { }, PrivatePostgres.Unavailable ?? "");
        using var workspace = new Workspace();
        await using var postgres = await PrivatePostgres.StartAsync();

        var execution = await workspace.RunSampleAsync(0, "postgres-pre-upgrade-check.yaml", $"url={postgres.Url}");

        execution.Output("problems").GetInt32().ShouldBe(2);
        (await File.ReadAllTextAsync(workspace.Stored(execution.Output("report")))).ShouldContain("- no schema history: is this a Kestra database?");
    }
}

using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace Kestra.Samples;

/// <summary>The samples that run with a server in the process.</summary>
public sealed class EmbeddedSampleTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task Weather_is_summed_up_from_the_data_that_comes_along()
    {
        var execution = await workspace.RunSampleAsync(0, "weather-report.yaml");

        execution.State().ShouldBe("SUCCESS");
        execution.Tasks().ShouldNotContain("download");
        execution.Tasks().Count(static task => task == "months").ShouldBe(4);
        CheckWeather(execution);
    }

    [Fact]
    public async Task Weather_is_summed_up_from_a_download()
    {
        await using var server = new SmallServer(new() { ["/weather.csv"] = (200, await File.ReadAllBytesAsync(SampleRuns.File("_files/seattle-weather.csv"))) });

        var execution = await workspace.RunSampleAsync(0, "weather-report.yaml", $"url={server.Address("/weather.csv")}", "rows=1000");

        execution.TaskRun("download").GetProperty("outputs").GetProperty("code").GetInt32().ShouldBe(200);
        execution.Tasks().Count(static task => task == "months").ShouldBe(2);
        CheckWeather(execution);
    }

    private void CheckWeather(JsonElement execution)
    {
        // The same sums, straight from the rows.
        var months = File.ReadLines(SampleRuns.File("_files/seattle-weather.csv")).Skip(1).Select(static line => line.Split(','))
            .Select(static cells => (Month: cells[0][..7], Rain: Number(cells[1]), High: Number(cells[2]), Low: Number(cells[3])))
            .GroupBy(static row => row.Month, StringComparer.Ordinal)
            .Select(static month => (month.Key, Days: month.Count(), Wet: month.Count(static row => row.Rain > 0), Rain: month.Sum(static row => row.Rain), High: month.Max(static row => row.High), Low: month.Min(static row => row.Low)))
            .ToList();
        months.Sum(static month => month.Days).ShouldBe(1461);

        using var report = JsonDocument.Parse(File.ReadAllBytes(workspace.Stored(execution.Output("data"))));
        var reported = report.RootElement.EnumerateArray().Select(static month => (
            month.GetProperty("month").GetString()!,
            month.GetProperty("days").GetInt32(),
            month.GetProperty("wetDays").GetInt32(),
            month.GetProperty("rainMm").GetDouble(),
            month.GetProperty("maxC").GetDouble(),
            month.GetProperty("minC").GetDouble())).ToList();
        reported.ShouldBe(months.Select(static month => (month.Key, month.Days, month.Wet, Math.Round(month.Rain, 1), month.High, month.Low)));
        execution.Output("days").GetInt32().ShouldBe(1461);
        execution.Output("wettest").GetString().ShouldBe(months.MaxBy(static month => month.Rain).Key);
        var page = File.ReadAllText(workspace.Stored(execution.Output("report")));
        page.ShouldStartWith("# Weather by month\n\n| Month |");
        page.Split('\n').Count(static line => line.StartsWith("| 20", StringComparison.Ordinal)).ShouldBe(months.Count);
    }

    [Fact]
    public async Task A_flaky_step_is_retried_until_it_succeeds()
    {
        var execution = await workspace.RunSampleAsync(0, "retry-and-errors.yaml");

        execution.State().ShouldBe("SUCCESS");
        execution.TaskRun("flaky").GetProperty("attempts").GetArrayLength().ShouldBe(3);
        execution.Tasks().ShouldContain("published");
        execution.Tasks().ShouldContain("clean");
        execution.Tasks().ShouldNotContain("alert");
    }

    [Fact]
    public async Task A_failure_runs_the_errors_branch_and_the_end_in_any_case()
    {
        var execution = await workspace.RunSampleAsync(1, "retry-and-errors.yaml", "broken=true");

        execution.State().ShouldBe("FAILED");
        execution.Tasks().ShouldNotContain("published");
        execution.TaskRun("alert").State().ShouldBe("SUCCESS");
        execution.TaskRun("clean").State().ShouldBe("SUCCESS");
    }

    [Fact]
    public async Task Subflows_give_their_outputs_to_the_parent()
    {
        var execution = await workspace.RunSampleAsync(0, "regional-sales.yaml");

        execution.Output("total").GetInt32().ShouldBe(120 + 80 + 45 + 300 + 15 + 5);
        // The regions run at the same time: whichever ends first comes first.
        execution.Output("regions").GetString()!.Split(", ").ShouldBe(["north", "south", "west"], ignoreOrder: true);
        execution.Tasks().Count(static task => task == "region").ShouldBe(3);
    }

    [Fact]
    public async Task The_nightly_report_runs_at_any_time_by_hand()
    {
        var execution = await workspace.RunSampleAsync(0, "nightly-report.yaml");

        var berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var started = DateTimeOffset.Parse(execution.GetProperty("state").GetProperty("startDate").GetString()!, CultureInfo.InvariantCulture);
        execution.Output("day").GetString().ShouldBe(TimeZoneInfo.ConvertTime(started, berlin).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Services_that_answer_make_a_report()
    {
        await using var server = new SmallServer(new() { ["/a"] = (200, "ok"u8.ToArray()), ["/b"] = (204, []) });

        var execution = await workspace.RunSampleAsync(0, "service-health.yaml", $"urls=[\"{server.Address("/a")}\",\"{server.Address("/b")}\"]");

        var report = await File.ReadAllTextAsync(workspace.Stored(execution.Output("report")));
        report.ShouldContain($"| {server.Address("/a")} | up |");
        report.ShouldContain($"| {server.Address("/b")} | up |");
    }

    [Fact]
    public async Task A_service_that_is_down_fails_the_check_and_is_in_the_report()
    {
        await using var server = new SmallServer(new() { ["/a"] = (200, "ok"u8.ToArray()), ["/b"] = (503, "no"u8.ToArray()) });

        var execution = await workspace.RunSampleAsync(1, "service-health.yaml", $"urls=[\"{server.Address("/a")}\",\"{server.Address("/b")}\"]");

        execution.State().ShouldBe("FAILED");
        execution.TaskRun("all_up").State().ShouldBe("FAILED");
        var report = await File.ReadAllTextAsync(workspace.Stored(execution.TaskRun("report").GetProperty("outputs").GetProperty("uri")));
        report.ShouldContain($"| {server.Address("/b")} | down |");
    }

    [Fact]
    public async Task A_file_is_packed_with_its_checksums()
    {
        var original = string.Concat(Enumerable.Range(0, 2000).Select(static number => $"line {number % 7}\n"));
        var path = workspace.Write("original.txt", original);

        var execution = await workspace.RunSampleAsync(0, "archive-file.yaml", $"file={path}");

        await using var archive = new GZipStream(File.OpenRead(workspace.Stored(execution.Output("archive"))), CompressionMode.Decompress);
        using var reader = new StreamReader(archive);
        (await reader.ReadToEndAsync()).ShouldBe(original);
        var sums = await File.ReadAllTextAsync(workspace.Stored(execution.Output("checksums")));
        sums.ShouldContain(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(path))) + "  original\n");
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}

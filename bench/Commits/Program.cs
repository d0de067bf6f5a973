// What a commit of the executor costs: batches of one-task executions, created, run and ended, with their logs.
//   dotnet run -c Release --project bench/Commits -- [--sqlite FILE] [--postgres CONNECTION-STRING] [--size 200] [--batches 50]
using System.Diagnostics;
using System.Globalization;
using Kestra.Commits;
using Kestra.Storage;
using Kestra.Storage.Executions;
using Kestra.Storage.Postgres;
using Kestra.Storage.Sqlite;
using NodaTime;

var options = args.Chunk(2).Where(static pair => pair.Length == 2).ToDictionary(static pair => pair[0], static pair => pair[1], StringComparer.Ordinal);
var size = int.Parse(options.GetValueOrDefault("--size", "200"), CultureInfo.InvariantCulture);
var batches = int.Parse(options.GetValueOrDefault("--batches", "50"), CultureInfo.InvariantCulture);
Console.WriteLine("| store | executions a batch | created, ms | ended, ms | executions/s | CPU of this process, µs an execution |");
Console.WriteLine("|---|--:|--:|--:|--:|--:|");
if (options.TryGetValue("--sqlite", out var file) || options.Count == 0)
{
    file ??= Path.Combine("bench", "out", "commits.db");
    File.Delete(file);
    await MeasureAsync("SQLite, synchronous=FULL", new SqliteStore(new SqliteOptions { Path = file }, TimeProvider.System));
}

if (options.TryGetValue("--postgres", out var connection))
{
    await MeasureAsync("PostgreSQL", new PostgresStore(new PostgresOptions { ConnectionString = connection }, TimeProvider.System));
}

async Task MeasureAsync(string name, IStore opened)
{
    await using var store = opened;
    await store.MigrateAsync(default);
    var lease = await store.Journal.AcquireAsync(0, "bench", Duration.FromHours(1), default) ?? throw new InvalidOperationException("The partition is taken");
    var (created, ended) = (new List<double>(), new List<double>());
    var work = TimeSpan.Zero;
    for (var batch = 0; batch < batches + 5; batch++)
    {
        var executions = Enumerable.Range(0, size).Select(_ => SampleExecution.Create()).ToList();
        var (start, end) = (SampleExecution.Created(executions), SampleExecution.Ended(executions));
        var before = Environment.CpuUsage.TotalTime;
        created.Add(await TimeAsync(() => store.Journal.CommitAsync(lease, start, default)));
        ended.Add(await TimeAsync(() => store.Journal.CommitAsync(lease, end, default)));
        work += batch < 5 ? TimeSpan.Zero : Environment.CpuUsage.TotalTime - before;
    }

    // The first ones compile and prepare.
    var (first, second) = (Median(created.Skip(5)), Median(ended.Skip(5)));
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {size} | {first:F2} | {second:F2} | {size * 1000 / (first + second):F0} | {work.TotalMicroseconds / batches / size:F0} |"));
}

static async Task<double> TimeAsync(Func<Task> work)
{
    var started = Stopwatch.GetTimestamp();
    await work();
    return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
}

static double Median(IEnumerable<double> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : 0;

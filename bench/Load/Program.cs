using System.Globalization;
using System.Runtime.InteropServices;
using Kestra.Load;
using Kestra.Load.Databases;
using Kestra.Load.Measuring;
using Kestra.Load.Workloads;

LoadOptions? options;
try
{
    options = LoadOptions.Parse(args);
}
catch (FormatException error)
{
    await Console.Error.WriteLineAsync(error.Message);
    return 2;
}

if (options is null)
{
    await Console.Out.WriteLineAsync(LoadOptions.Help);
    return 0;
}

var folder = Path.Combine(options.Folder, "kestra-bench-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
Directory.CreateDirectory(folder);

// Another user, as whom PostgreSQL runs, must be able to reach its own folder; the system's temporary folder is the one it always can.
await using BenchDatabase database = options.Postgres
    ? await PostgresBench.StartAsync(options.PostgresUrl, Path.Combine(Path.GetTempPath(), "kestra-bench-postgres-" + Environment.ProcessId.ToString(CultureInfo.InvariantCulture)))
    : new SqliteBench(folder);
var report = new Report();
await new Measurements(options, database, folder, report).RunAsync(options.Workloads);
Directory.Delete(folder, recursive: true);
var text = report.ToMarkdown(
[
    $"{DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}",
    $"load generator and server on the same machine; runs of {options.Seconds.ToString(CultureInfo.InvariantCulture)} s; {database.Description}",
    $"load of the machine in the end (1, 5, 15 minutes): {string.Join(", ", (await File.ReadAllTextAsync("/proc/loadavg")).Split(' ').Take(3))}; above 2, others had part of the two processors",
]);
await Console.Out.WriteAsync(text);
if (options.ReportFile is { } file)
{
    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
    await File.WriteAllTextAsync(file, text);
}

return 0;

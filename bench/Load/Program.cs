using System.Globalization;
using System.Runtime.InteropServices;
using Kestra.Load;
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

var report = new Report();
await new Measurements(options, report).RunAsync(options.Workloads);
var text = report.ToMarkdown(
[
    $"{DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}",
    $"load generator and server on the same machine; runs of {options.Seconds.ToString(CultureInfo.InvariantCulture)} s; SQLite, WAL, synchronous=FULL",
]);
await Console.Out.WriteAsync(text);
if (options.ReportFile is { } file)
{
    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
    await File.WriteAllTextAsync(file, text);
}

return 0;

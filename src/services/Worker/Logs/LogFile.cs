using System.Globalization;
using Kestra.Hosting.Lanes;
using Kestra.Model.Identifiers;
using Kestra.Model.Logs;
using Kestra.Plugins;

namespace Kestra.Worker.Logs;

/// <summary>The log of one run whose task has <c>logToFile</c>: a file of internal storage in the place of rows of the database. Metrics pass.</summary>
internal sealed class LogFile : ILogSink, IDisposable
{
    private readonly ILogSink sink;
    private readonly long limit;
    private readonly string path;
    private readonly string name;
    private readonly Lock gate = new();
    private readonly StreamWriter writer;
    private long written;
    private bool closed;

    public LogFile(ILogSink sink, WorkerOptions options, IIdSource ids)
    {
        this.sink = sink;
        limit = options.LogFileLength;
        var id = ids.Next();
        name = $"log-{id[..Math.Min(5, id.Length)]}.txt";
        var folder = options.WorkingFolder ?? Path.Combine(Path.GetTempPath(), "kestra-wd");
        Directory.CreateDirectory(folder);
        path = Path.Combine(folder, $"log-{id}.txt");
        writer = new StreamWriter(path);
    }

    public ValueTask WriteAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        TryWrite(entry);
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(MetricEntry entry, CancellationToken cancellationToken) => sink.WriteAsync(entry, cancellationToken);

    public bool TryWrite(LogEntry entry)
    {
        lock (gate)
        {
            // What a run that was left behind still says has no reader.
            if (!closed && written <= limit)
            {
                var line = Line(entry);
                written += line.Length;
                writer.WriteLine(written <= limit ? line : "… the rest was cut off");
            }
        }

        return true;
    }

    public bool TryWrite(MetricEntry entry) => sink.TryWrite(entry);

    /// <summary>Puts the file into internal storage; nothing is written any more.</summary>
    /// <returns>Its address.</returns>
    public async Task<string> StoreAsync(IRunStorage storage)
    {
        Close();
        return await storage.PutFileAsync(path, name, CancellationToken.None);
    }

    public void Dispose()
    {
        Close();
        File.Delete(path);
    }

    private void Close()
    {
        lock (gate)
        {
            if (!closed)
            {
                closed = true;
                writer.Dispose();
            }
        }
    }

    private static string Line(LogEntry entry) => string.Create(
        CultureInfo.InvariantCulture,
        $"{entry.Timestamp.ToDateTimeUtc().ToLocalTime():yyyy-MM-dd HH:mm:ss,fff} {entry.Level,-5} {entry.Thread,-12} flow.{entry.FlowId}.{entry.TaskId} {entry.Message}");
}

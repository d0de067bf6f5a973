using System.Globalization;
using System.Text.Json;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Running;

/// <summary>Turns the states and logs of an execution into lines.</summary>
internal sealed class RunProgress(RunScreen screen, TimeProvider time)
{
    /// <summary>Task runs named in the moving line.</summary>
    private const int NamedRuns = 3;

    /// <summary>Lines about task runs at most; a loop of thousands is counted, not told.</summary>
    private const int MaxTaskLines = 500;

    private readonly Dictionary<string, string> shown = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> labels = new(StringComparer.Ordinal);
    private readonly long started = time.GetTimestamp();
    private ExecutionView? last;
    private int taskLines;

    public void Update(ExecutionView execution)
    {
        foreach (var run in execution.TaskRuns)
        {
            labels[run.Id] = run.Label;
            if (shown.GetValueOrDefault(run.Id) != run.State)
            {
                shown[run.Id] = run.State;
                ShowTaskRun(run);
            }
        }

        if (execution.State is "PAUSED" or "QUEUED" or "KILLING" && execution.State != last?.State)
        {
            screen.Line(Now(), new("  "), new(Sentence(execution), Colour.Yellow));
        }

        last = execution;
        ShowStatus(execution);
    }

    /// <summary>Time has passed.</summary>
    public void Tick()
    {
        if (last is not null)
        {
            ShowStatus(last);
        }
    }

    public void Log(JsonElement entry)
    {
        if (entry.Text("message") is not { } message)
        {
            return;
        }

        var level = entry.Text("level") ?? "INFO";
        var source = entry.Text("taskRunId") is { } run && labels.TryGetValue(run, out var label) ? label : entry.Text("taskId") ?? entry.Text("triggerId") ?? "";
        var lines = message.TrimEnd().ReplaceLineEndings("\n").Split('\n');
        foreach (var line in lines)
        {
            screen.Line(Time(entry), new("  "), new(level.PadRight(5), ColourOf(level)), new("  "), new(source.Length > 0 ? source + "  " : "", Colour.Cyan), new(line));
        }
    }

    private void ShowTaskRun(TaskRunView run)
    {
        if (!run.IsEnded && run.State is not ("RUNNING" or "PAUSED" or "RETRYING") || ++taskLines > MaxTaskLines)
        {
            if (taskLines == MaxTaskLines + 1)
            {
                taskLines++;
                screen.Line(Now(), new("  …  further task runs are not listed", Colour.Dim));
            }

            return;
        }

        var (sign, colour) = run.State switch
        {
            "SUCCESS" => ("✓", Colour.Green),
            "WARNING" => ("!", Colour.Yellow),
            "FAILED" or "KILLED" or "CANCELLED" => ("✗", Colour.Red),
            "SKIPPED" => ("-", Colour.Dim),
            "PAUSED" or "RETRYING" => ("‖", Colour.Yellow),
            "RETRIED" => ("↻", Colour.Yellow),
            _ => ("▶", Colour.Blue),
        };
        var duration = run.IsEnded ? $" in {Text(run.Duration)}" : "";
        screen.Line(run.Since is { } since ? At(since) : Now(), new("  "), new(sign, colour), new($" {run.Label} "), new(run.State, colour), new(duration, Colour.Dim));
    }

    private void ShowStatus(ExecutionView execution)
    {
        var ended = execution.TaskRuns.Count(static run => run.IsEnded);
        var running = execution.TaskRuns.Where(static run => run.State == "RUNNING").Select(static run => run.Label).ToList();
        var names = string.Join(", ", running.TakeLast(NamedRuns)) + (running.Count > NamedRuns ? $" and {running.Count - NamedRuns} more" : "");
        screen.Status($"{execution.State} {Text(time.GetElapsedTime(started))} · {ended}/{execution.TaskRuns.Count} task runs ended{(names.Length > 0 ? $" · {names}" : "")}");
    }

    private static string Sentence(ExecutionView execution) => execution.State switch
    {
        "PAUSED" => $"PAUSED: execution {execution.Id} waits to be resumed (`kestra execution resume {execution.Id}` or the UI, on a running server)",
        "QUEUED" => "QUEUED: the concurrency limit of the flow is reached; the execution begins when another one ends",
        _ => execution.State,
    };

    private Piece Now() => At(time.GetUtcNow());

    private Piece Time(JsonElement entry) => entry.Text("timestamp") is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var date)
        ? At(date)
        : Now();

    private Piece At(DateTimeOffset date) => new(TimeZoneInfo.ConvertTime(date, time.LocalTimeZone).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture), Colour.Dim);

    private static Colour ColourOf(string level) => level switch
    {
        "ERROR" => Colour.Red,
        "WARN" => Colour.Yellow,
        "INFO" => Colour.Green,
        _ => Colour.Dim,
    };

    /// <summary>A duration for people: <c>0.42s</c>, <c>12.3s</c>, <c>2m05s</c>, <c>3h20m</c>.</summary>
    internal static string Text(TimeSpan duration) => duration.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalHours}h{duration.Minutes:00}m")
        : duration.TotalMinutes >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes}m{duration.Seconds:00}s")
        : duration.TotalSeconds >= 10 ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0}s")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.00}s");
}

using System.Globalization;

namespace Kestra.Executor.Jobs;

/// <summary>How much of the processors' time is used: of the machine's where it tells (Linux), else by this process.</summary>
internal sealed class ProcessorTime(TimeProvider time)
{
    private const string MachineTimes = "/proc/stat";

    private static readonly bool IsMachineKnown = File.Exists(MachineTimes);

    private (double Used, double Whole) before;

    /// <returns>The part that was used since the last call, 0 to 1.</returns>
    public double Used()
    {
        var now = IsMachineKnown ? OfMachine() : OfProcess();
        var (used, whole) = (now.Used - before.Used, now.Whole - before.Whole);
        before = now;
        return whole > 0 ? used / whole : 0;
    }

    // The first line is the sum of all processors: user, nice, system, idle, iowait, … in ticks. See proc(5).
    private static (double Used, double Whole) OfMachine()
    {
        using var reader = new StreamReader(MachineTimes);
        var ticks = (reader.ReadLine() ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(static text => double.Parse(text, CultureInfo.InvariantCulture)).ToList();
        var whole = ticks.Sum();
        return (whole - ticks.Skip(3).Take(2).Sum(), whole);
    }

    private (double Used, double Whole) OfProcess() =>
        (Environment.CpuUsage.TotalTime.TotalSeconds, time.GetElapsedTime(0).TotalSeconds * Environment.ProcessorCount);
}

using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Kestra.Hosting.Telemetry;

/// <summary>What the process itself uses.</summary>
public sealed class ProcessMetrics : IDisposable
{
    private readonly Meter meter = new("Kestra.Process");

    public ProcessMetrics(TimeProvider time)
    {
        var startedAt = time.GetUtcNow();
        meter.CreateObservableGauge("process.start.time.seconds", () => startedAt.ToUnixTimeMilliseconds() / 1000.0, description: "start of the process, seconds since 1970");
        meter.CreateObservableGauge("process.uptime.seconds", () => (time.GetUtcNow() - startedAt).TotalSeconds, description: "seconds since the start");
        meter.CreateObservableGauge("process.resident.memory.bytes", () => Environment.WorkingSet, description: "resident memory");
        meter.CreateObservableGauge("process.managed.memory.bytes", () => GC.GetTotalMemory(forceFullCollection: false), description: "managed heap in use");
        meter.CreateObservableCounter("process.cpu.seconds", CpuSeconds, description: "processor time used");
        meter.CreateObservableGauge("process.threads", () => ThreadPool.ThreadCount, description: "threads of the pool");
    }

    public void Dispose() => meter.Dispose();

    private static double CpuSeconds()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }
}

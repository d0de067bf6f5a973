using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Memory;

/// <summary>Gives memory back to the system once a process that needed much of it is idle.</summary>
public sealed partial class IdleMemoryService(TimeProvider time, ILogger<IdleMemoryService> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly IdleMemory idle = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            if (idle.Look(GC.GetTotalAllocatedBytes()))
            {
                var before = GC.GetGCMemoryInfo().TotalCommittedBytes;
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                LogGiven((before - GC.GetGCMemoryInfo().TotalCommittedBytes) / (1024 * 1024));
            }
        }
    }

    [LoggerMessage(LogLevel.Debug, "The process is idle; {Mebibytes} MiB were given back")]
    private partial void LogGiven(long mebibytes);
}

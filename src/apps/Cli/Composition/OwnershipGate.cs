using Kestra.Executor;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Cli.Composition;

/// <summary>
/// Holds the start of everything behind it (worker, scheduler, ports) until this process owns the executions. While another
/// server on the same database has them, this one stands by, and takes over when that one stops or its lease runs out.
/// </summary>
internal sealed partial class OwnershipGate(ExecutorService executor, TimeProvider time, ILogger<OwnershipGate> logger) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Reminder = TimeSpan.FromMinutes(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        for (var pause = Patience; !executor.Ready.IsCompleted; pause = Reminder)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(executor.Ready, Task.Delay(pause, time, waiting.Token));
            await waiting.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (!executor.Ready.IsCompleted)
            {
                LogWaiting(executor.Unhealthy ?? "it has not started yet");
            }
        }

        await executor.Ready;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(LogLevel.Warning, "The server stands by, because the executor does not own the executions yet: {Reason}")]
    private partial void LogWaiting(string reason);
}

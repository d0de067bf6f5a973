using System.Threading.Channels;
using Kestra.Storage;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Lanes.Remote;

/// <summary>
/// Writes what this process leaves for others: everything that waits goes in one transaction, together with the logs and metrics
/// that were written before it, so that a result never becomes known before its logs. While the database is away it waits and
/// tries again.
/// </summary>
public sealed partial class Outbox : BackgroundService
{
    private const int LogLimit = 50_000;

    private readonly IExecutionJournal journal;
    private readonly LogBuffer logs;
    private readonly TimeProvider time;
    private readonly ILogger<Outbox> logger;
    private readonly Channel<Entry> entries;
    private readonly int batchLimit;
    private readonly bool drainsLogs;

    /// <param name="capacity">Commands that may wait to be written; a sender beyond it waits for room.</param>
    /// <param name="batchLimit">Commands of one transaction.</param>
    /// <param name="drainsLogs">No executor of this process writes logs, so this does even when there are no commands.</param>
    public Outbox(IExecutionJournal journal, LogBuffer logs, TimeProvider time, ILogger<Outbox> logger, bool drainsLogs, int capacity = 20_000, int batchLimit = 2_000)
    {
        ArgumentNullException.ThrowIfNull(logs);
        this.journal = journal;
        this.logs = logs;
        this.time = time;
        this.logger = logger;
        this.batchLimit = batchLimit;
        this.drainsLogs = drainsLogs;
        entries = Channel.CreateBounded<Entry>(new BoundedChannelOptions(capacity) { SingleReader = true });
        if (drainsLogs)
        {
            logs.Arrived = () => entries.Writer.TryWrite(new Entry(null, null));
        }
    }

    /// <summary>Writes a command; durable when it returns.</summary>
    public async Task SendAsync(OutgoingCommand command, CancellationToken cancellationToken)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await entries.Writer.WriteAsync(new Entry(command, written), cancellationToken);
        await written.Task.WaitAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        entries.Writer.TryComplete();
        await (ExecuteTask ?? Task.CompletedTask).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await entries.Reader.WaitToReadAsync(stoppingToken))
        {
            var batch = new ExecutionBatch();
            var waiting = new List<TaskCompletionSource>();
            while (batch.CommandsSent.Count < batchLimit && entries.Reader.TryRead(out var entry))
            {
                if (entry.Command is { } command)
                {
                    batch.CommandsSent.Add(command);
                    waiting.Add(entry.Written!);
                }
            }

            if (batch.CommandsSent.Count > 0 || drainsLogs)
            {
                logs.Drain(batch.Logs, batch.Metrics, LogLimit);
                await WriteAsync(batch, waiting, stoppingToken);
            }
        }
    }

    private async Task WriteAsync(ExecutionBatch batch, List<TaskCompletionSource> waiting, CancellationToken stopping)
    {
        if (batch.IsEmpty)
        {
            return;
        }

        for (var delay = TimeSpan.FromMilliseconds(200); ; delay = delay < TimeSpan.FromSeconds(10) ? delay * 2 : delay)
        {
            try
            {
                await journal.CommitAsync([], batch, CancellationToken.None);
                break;
            }
            catch (StoreUnavailableException away)
            {
                LogAway(away.Message, delay.TotalMilliseconds);
                await Task.Delay(delay, time, stopping);
            }
            catch (Exception fault)
            {
                // What the database refuses for good is told to those who sent it.
                LogRefused(fault);
                foreach (var sender in waiting)
                {
                    sender.TrySetException(fault);
                }

                return;
            }
        }

        foreach (var sender in waiting)
        {
            sender.TrySetResult();
        }
    }

    private readonly record struct Entry(OutgoingCommand? Command, TaskCompletionSource? Written);

    [LoggerMessage(LogLevel.Warning, "The database did not take what this server leaves for others ({Reason}); it is tried again in {Milliseconds} ms")]
    private partial void LogAway(string reason, double milliseconds);

    [LoggerMessage(LogLevel.Error, "The database refuses what this server leaves for others")]
    private partial void LogRefused(Exception fault);
}

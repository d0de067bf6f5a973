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

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

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
            logs.Arrived = () => entries.Writer.TryWrite(new Entry(null, null, 0));
        }
    }

    /// <summary>Writes a command; durable when it returns.</summary>
    /// <param name="patience">How long a database that is away is waited for; null waits for ever.</param>
    /// <exception cref="CommandsUnavailableException">The patience is over; what was not written is never written.</exception>
    public async Task SendAsync(OutgoingCommand command, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        var entry = new Entry(command, patience, time.GetTimestamp());
        await entries.Writer.WriteAsync(entry, cancellationToken);
        await entry.Written.Task.WaitAsync(cancellationToken);
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
            var taken = new List<Entry>();
            Take(taken);
            if (taken.Count > 0 || drainsLogs)
            {
                var batch = new ExecutionBatch();
                logs.Drain(batch.Logs, batch.Metrics, LogLimit);
                await WriteAsync(batch, taken, stoppingToken);
            }
        }
    }

    private void Take(List<Entry> taken)
    {
        while (taken.Count < batchLimit && entries.Reader.TryRead(out var entry))
        {
            if (entry.Command is not null)
            {
                taken.Add(entry);
            }
        }
    }

    private async Task WriteAsync(ExecutionBatch batch, List<Entry> taken, CancellationToken stopping)
    {
        for (var delay = FirstPause; ; delay = delay * 2 < LongestPause ? delay * 2 : LongestPause)
        {
            batch.CommandsSent.Clear();
            batch.CommandsSent.AddRange(taken.Select(static entry => entry.Command!.Value));
            try
            {
                if (!batch.IsEmpty)
                {
                    await journal.CommitAsync([], batch, CancellationToken.None);
                }

                break;
            }
            catch (StoreUnavailableException away)
            {
                LogAway(away.Message, delay.TotalMilliseconds);
                taken.ForEach(static entry => entry.WasTried = true);
                await Task.Delay(delay, time, stopping);
                Take(taken);
                SendAway(taken);
            }
            catch (Exception fault)
            {
                // What the database refuses for good is told to those who sent it.
                LogRefused(fault);
                taken.ForEach(entry => entry.Written.TrySetException(fault));
                return;
            }
        }

        taken.ForEach(static entry => entry.Written.TrySetResult());
    }

    // Those who have waited long enough; their commands must not be carried out when the database is back.
    private void SendAway(List<Entry> taken)
    {
        foreach (var entry in taken.Where(entry => time.GetElapsedTime(entry.Began) >= entry.Patience).ToList())
        {
            taken.Remove(entry);
            entry.Written.TrySetException(entry.WasTried
                ? new CommandsUnavailableException("The database can't be used at the moment; it is not known whether the request was carried out", isUncertain: true)
                : new CommandsUnavailableException("The database can't be used at the moment; nothing was changed"));
        }
    }

    /// <param name="command">Null only wakes.</param>
    private sealed class Entry(OutgoingCommand? command, TimeSpan? patience, long began)
    {
        public OutgoingCommand? Command { get; } = command;
        public TimeSpan? Patience { get; } = patience;
        public long Began { get; } = began;

        /// <summary>A transaction with it was not answered.</summary>
        public bool WasTried { get; set; }

        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(LogLevel.Warning, "The database did not take what this server leaves for others ({Reason}); it is tried again in {Milliseconds} ms")]
    private partial void LogAway(string reason, double milliseconds);

    [LoggerMessage(LogLevel.Error, "The database refuses what this server leaves for others")]
    private partial void LogRefused(Exception fault);
}

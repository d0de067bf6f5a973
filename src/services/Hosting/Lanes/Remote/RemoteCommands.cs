using System.Collections.Concurrent;
using System.Globalization;
using Kestra.Storage;
using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Lanes.Remote;

/// <summary>
/// Commands to executions that another process owns. They go through the database, and so do their outcomes; while somebody waits,
/// outcomes are looked for at each hint and at intervals.
/// </summary>
/// <param name="reader">Names this process among those who wait for outcomes.</param>
public sealed partial class RemoteCommands(IExecutionJournal journal, IHints hints, Outbox outbox, string reader, RemoteCommandOptions options, TimeProvider time, ILogger<RemoteCommands> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<ReadOnlyMemory<byte>>> waiting = new(StringComparer.Ordinal);
    private readonly Alarm news = new(time);
    private long lastToken;

    /// <summary>Sends a command and waits for its outcome.</summary>
    /// <exception cref="StoreUnavailableException">No executor took the command in time; it may still be carried out.</exception>
    public async Task<CommandOutcome> SubmitAsync(CommandEnvelope envelope, int partition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        if (waiting.Count >= options.WaitingLimit)
        {
            return new CommandOutcome.Overloaded(TimeSpan.FromSeconds(1));
        }

        var reply = await ExchangeAsync(partition, envelope.ExecutionId, token => (envelope with { Reader = reader, Token = token }).Encode(), cancellationToken);
        return OutcomeCodec.Decode(reply);
    }

    /// <summary>Sends what the owner of a partition answers, and waits for the answer.</summary>
    /// <param name="encode">Makes the message from the token under which this process waits.</param>
    /// <exception cref="StoreUnavailableException">Nobody answered in time; it may still be carried out.</exception>
    public async Task<ReadOnlyMemory<byte>> ExchangeAsync(int partition, string subject, Func<string, ReadOnlyMemory<byte>> encode, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(encode);
        var token = Interlocked.Increment(ref lastToken).ToString(CultureInfo.InvariantCulture);
        var caller = new TaskCompletionSource<ReadOnlyMemory<byte>>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[token] = caller;
        try
        {
            await outbox.SendAsync(new OutgoingCommand(partition, subject, encode(token)), cancellationToken, options.OutagePatience);
            news.Ring();
            return await caller.Task.WaitAsync(options.Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new StoreUnavailableException($"No server has answered the command to '{subject}' within {options.Patience.TotalSeconds:0} seconds. It is kept and will be carried out as soon as one takes it up.");
        }
        finally
        {
            waiting.TryRemove(token, out _);
        }
    }

    /// <summary>Names this process among those who wait.</summary>
    public string Reader => reader;

    /// <summary>Sends a command for whose outcome nobody waits; durable when it returns.</summary>
    public Task PostAsync(CommandEnvelope envelope, int partition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        return SendAsync(partition, envelope.ExecutionId, envelope.Encode(), cancellationToken);
    }

    /// <summary>Sends a message to which nobody answers; durable when it returns.</summary>
    public Task SendAsync(int partition, string subject, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        outbox.SendAsync(new OutgoingCommand(partition, subject, message), cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = hints.Subscribe(OnHint);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await news.WaitAsync(waiting.IsEmpty ? options.IdleInterval : options.PollInterval, stoppingToken);
                if (!waiting.IsEmpty)
                {
                    await TakeAsync(stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (StoreUnavailableException away)
            {
                LogAway(away.Message);
                await Task.Delay(options.IdleInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task TakeAsync(CancellationToken stopping)
    {
        foreach (var reply in await journal.TakeRepliesAsync(reader, stopping))
        {
            if (waiting.TryGetValue(reply.Token, out var caller))
            {
                caller.TrySetResult(reply.Outcome);
            }
        }
    }

    private void OnHint(Hint hint)
    {
        if (hint.Kind == HintKind.Reply && hint.Subject == reader)
        {
            news.Ring();
        }
    }

    [LoggerMessage(LogLevel.Warning, "Outcomes of commands can't be read ({Reason}); they are looked for again")]
    private partial void LogAway(string reason);
}

/// <summary>Times and limits of commands between processes.</summary>
public sealed record RemoteCommandOptions
{
    /// <summary>How often outcomes are looked for while somebody waits and no hint comes.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How often it is looked whether somebody waits.</summary>
    public TimeSpan IdleInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an outcome is waited for: longer than another executor needs to take over.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a database that is away is waited for before the caller is told to come back.</summary>
    public TimeSpan OutagePatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Callers that may wait at the same time.</summary>
    public int WaitingLimit { get; init; } = 20_000;
}

using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Npgsql;

namespace Kestra.Storage.Postgres;

/// <summary>
/// Hints by LISTEN, on one connection for all, which is opened with the first who wants them and opened again when it breaks. A
/// notification names what there is, separated by commas: a letter for the kind, and for whom.
/// </summary>
internal sealed class PostgresHints(PostgresDatabase database, PostgresOptions options, TimeProvider time) : IHints, IWorkerJobHints, IAsyncDisposable
{
    private const string FlowSuffix = "_flows";
    private const int PayloadLimit = 7000;
    private const char CommandLetter = 'c';
    private const char ReplyLetter = 'r';

    /// <summary>Stands for jobs that wait, in a notification.</summary>
    internal const string JobsWaiting = "j";

    private const string JobsKilled = "k";

    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    private readonly Hints handlers = new();
    private readonly WorkerJobHints workers = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private volatile bool connected;
    private Task? listening;
    private int isDisposed;

    /// <summary>Whether changes are told at this moment, as far as is known.</summary>
    public bool IsConnected => connected;

    /// <summary>Called on any thread when a flow was stored by any process, and when hints begin to be told: what was before is not known.</summary>
    public Action? FlowsChanged { get; set; }

    public IDisposable Subscribe(Action<Hint> handler)
    {
        Begin();
        return handlers.Subscribe(handler);
    }

    public IDisposable Subscribe(Action<WorkerJobNews> handler)
    {
        Begin();
        return workers.Subscribe(handler);
    }

    /// <summary>Begins to listen, unless it has.</summary>
    public void Begin()
    {
        lock (gate)
        {
            listening ??= Task.Run(ListenAsync);
        }
    }

    /// <summary>The channel on which changes of flows are told.</summary>
    public static string FlowChannel(string schema) => schema + FlowSuffix;

    public async ValueTask DisposeAsync()
    {
        // The container holds it under two names.
        if (Interlocked.Exchange(ref isDisposed, 1) != 0)
        {
            return;
        }

        await stopping.CancelAsync();
        if (listening is not null)
        {
            await listening;
        }

        stopping.Dispose();
    }

    /// <summary>What a notification carries; the database limits its size, and beyond that whoever waits polls.</summary>
    internal static string? Payload(IReadOnlyCollection<Hint> hints, WorkerJobNews news)
    {
        if (hints.Count == 0 && news == WorkerJobNews.None)
        {
            return null;
        }

        var jobs = new[] { (Flag: WorkerJobNews.Waiting, Word: JobsWaiting), (Flag: WorkerJobNews.Killed, Word: JobsKilled) }
            .Where(word => news.HasFlag(word.Flag))
            .Select(static word => word.Word);
        var named = hints.Select(static hint => $"{(hint.Kind == HintKind.Command ? CommandLetter : ReplyLetter)}{hint.Subject}");
        var payload = string.Join(',', jobs.Concat(named));
        return payload.Length <= PayloadLimit ? payload : $"{JobsWaiting},{JobsKilled}";
    }

    private async Task ListenAsync()
    {
        var wait = options.HintRetry;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.OpenAsync(stopping.Token);
                connection.Notification += (_, notification) => Announce(notification.Channel, notification.Payload);
                await using (var listen = new NpgsqlCommand($"LISTEN {database.Schema}; LISTEN {FlowChannel(database.Schema)}", connection))
                {
                    await listen.ExecuteNonQueryAsync(stopping.Token);
                }

                wait = options.HintRetry;
                FlowsChanged?.Invoke();
                connected = true;
                while (true)
                {
                    await connection.WaitAsync(stopping.Token);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                options.HintsLost?.Invoke(fault);
            }
            finally
            {
                connected = false;
            }

            await Task.Delay(wait, time, stopping.Token).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            wait = wait * 2 < LongestRetry ? wait * 2 : LongestRetry;
        }
    }

    private void Announce(string channel, string payload)
    {
        if (channel.EndsWith(FlowSuffix, StringComparison.Ordinal))
        {
            FlowsChanged?.Invoke();
            handlers.Announce([new Hint(HintKind.Flow, "")]);
            return;
        }

        var parts = payload.Split(',', StringSplitOptions.RemoveEmptyEntries);
        handlers.Announce(parts
            .Where(static part => part[0] is CommandLetter or ReplyLetter)
            .Select(static part => new Hint(part[0] == CommandLetter ? HintKind.Command : HintKind.Reply, part[1..])));
        workers.Announce(parts.Aggregate(WorkerJobNews.None, static (news, part) => news | NewsOf(part)));
    }

    private static WorkerJobNews NewsOf(string part) => part switch
    {
        JobsWaiting => WorkerJobNews.Waiting,
        JobsKilled => WorkerJobNews.Killed,
        _ => WorkerJobNews.None,
    };
}

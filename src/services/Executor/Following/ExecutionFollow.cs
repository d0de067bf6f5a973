using System.Runtime.CompilerServices;
using Kestra.Executor.Reading;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Model.Logs;
using Kestra.Storage;
using Kestra.Storage.Logs;
using Microsoft.Extensions.Options;

namespace Kestra.Executor.Following;

/// <summary>Follows executions and their logs by reading what is stored at each signal.</summary>
public sealed class ExecutionFollow(ChangeSignals signals, StoredExecutionReader reader, ILogRepository logs, IOptions<ExecutorOptions> options, TimeProvider time) : IExecutionFollow, ILogFollow
{
    // How often an execution is looked at that the loop of this process does not hold: another one may have it.
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    private const int LogPage = 500;

    public async IAsyncEnumerable<Execution> FollowAsync(string tenantId, string executionId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watch = signals.Begin(executionId);
        while (true)
        {
            var (execution, ended) = await ReadAsync(tenantId, executionId, cancellationToken);
            yield return execution;
            if (ended)
            {
                yield break;
            }

            await NextAsync(watch, tenantId, executionId, cancellationToken);
        }
    }

    public async Task<Execution> WaitForEndAsync(string tenantId, string executionId, CancellationToken cancellationToken)
    {
        using var watch = signals.Begin(executionId);
        while (true)
        {
            if (watch.Ended is { } end && end.TenantId == tenantId)
            {
                return ModelJson.ReadExecution(end.Document.Span);
            }

            // Nothing has to be read about an execution whose end will be handed over.
            if (!signals.IsHeld(tenantId, executionId))
            {
                var (execution, ended) = await ReadAsync(tenantId, executionId, cancellationToken);
                if (ended)
                {
                    return execution;
                }
            }

            await NextAsync(watch, tenantId, executionId, cancellationToken);
        }
    }

    async IAsyncEnumerable<LogEntry> ILogFollow.FollowAsync(string tenantId, string executionId, LogLevel? minLevel, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var watch = signals.Begin(executionId);
        var query = new LogQuery(minLevel);
        var after = 0L;
        while (true)
        {
            // The end is looked up before the logs, so that the last lines of an ended execution are still read.
            var (_, ended) = await ReadAsync(tenantId, executionId, cancellationToken);
            while (true)
            {
                var seen = after;
                var page = await UntilReadAsync(() => logs.ReadExecutionAsync(tenantId, executionId, query, seen, LogPage, cancellationToken), cancellationToken);
                foreach (var (position, entry) in page)
                {
                    after = position;
                    yield return entry;
                }

                if (page.Count < LogPage)
                {
                    break;
                }
            }

            if (ended)
            {
                yield break;
            }

            await NextAsync(watch, tenantId, executionId, cancellationToken);
        }
    }

    private async Task NextAsync(ChangeSignals.Watch watch, string tenantId, string executionId, CancellationToken cancellationToken)
    {
        if (signals.IsHeld(tenantId, executionId))
        {
            await watch.NextAsync(cancellationToken);
            return;
        }

        using var limit = new CancellationTokenSource(LookEvery, time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        await watch.NextAsync(waiting.Token).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task<(Execution Execution, bool Ended)> ReadAsync(string tenantId, string executionId, CancellationToken cancellationToken) =>
        await UntilReadAsync(() => reader.ReadAsync(tenantId, executionId, cancellationToken), cancellationToken)
            ?? throw new KeyNotFoundException($"Execution '{executionId}' does not exist.");

    // Whoever waits for an execution waits for the database as well.
    private async Task<T> UntilReadAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await read();
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(options.Value.RecoveryDelay, time, cancellationToken);
            }
        }
    }
}

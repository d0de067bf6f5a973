using System.Collections.Concurrent;
using System.Text.Json;
using Kestra.Engine;
using Kestra.Executor.Loop;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Logging;

namespace Kestra.Executor.Partitions;

/// <summary>
/// Brings the commands that others have stored for the owned partitions into the loop. A command stays stored until the commit that
/// carries it out; those that are underway are known here, so that none is taken twice.
/// </summary>
internal sealed partial class CommandReader(IExecutionJournal journal, IHints hints, OwnedPartitions owned, ExecutorInbox inbox, ExecutorOptions options, TimeProvider time, ILogger<CommandReader> logger)
{
    private readonly ConcurrentDictionary<long, byte> underway = new();
    private readonly ConcurrentQueue<long> finished = new();

    public async Task RunAsync(CancellationToken stopping)
    {
        using var poll = new LanePoll(hints, Concerns, options.CommandPollMinimum, options.CommandPollMaximum, time);
        while (true)
        {
            await poll.WaitAsync(await TryReadAsync(stopping), stopping);
        }
    }

    /// <summary>A command is over: its row is gone.</summary>
    internal void Finish(long id) => finished.Enqueue(id);

    /// <summary>A command shall be read again.</summary>
    internal void Forget(long id) => underway.TryRemove(id, out _);

    private async Task<bool> TryReadAsync(CancellationToken stopping)
    {
        try
        {
            return await ReadAsync(stopping);
        }
        catch (Storage.StoreUnavailableException away)
        {
            // Whether the database is away, the loop finds out with its commits.
            LogNotRead(away.Message);
            return false;
        }
    }

    /// <returns>Whether there was something new.</returns>
    private async Task<bool> ReadAsync(CancellationToken stopping)
    {
        var partitions = owned.All;
        if (partitions.Count == 0)
        {
            return false;
        }

        // A look that began before a command was over may still show its row, so the command is known until that look is over too.
        var over = new List<long>();
        while (finished.TryDequeue(out var id))
        {
            over.Add(id);
        }

        var found = false;
        foreach (var command in await journal.ReadCommandsAsync(partitions, options.CommandReadLimit, stopping))
        {
            if (underway.TryAdd(command.Id, 0))
            {
                found = true;
                await inbox.PostAsync(await ItemAsync(command, stopping), stopping);
            }
        }

        over.ForEach(id => underway.TryRemove(id, out _));
        return found;
    }

    private async Task<LaneItem> ItemAsync(QueuedCommand command, CancellationToken stopping)
    {
        CommandEnvelope envelope;
        ExecutionRequest? request;
        try
        {
            envelope = CommandEnvelope.Decode(command.Command);
            request = envelope.Command is null ? null : envelope.ToRequest();
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or ArgumentException or InvalidOperationException or FormatException)
        {
            LogUnreadable(error, command.ExecutionId);
            return new LaneItem.Drop(new QueuedCaller(this, command, null));
        }

        var caller = new QueuedCaller(this, command, envelope);
        var partition = await PartitionAsync(envelope, command.Partition, stopping);
        if (partition != command.Partition && !owned.Owns(partition))
        {
            return new LaneItem.Forward(command, partition, caller.Silent());
        }

        return request is null
            ? new LaneItem.Delete(envelope.TenantId, envelope.ExecutionId, partition, caller)
            : new LaneItem.Decide(request, partition, caller)
            {
                Origin = envelope.Origin is { } origin
                    ? new SubflowOrigin(new ExecutionKey(envelope.TenantId, origin.ParentExecutionId), origin.ParentPartition, origin.TaskRunId) { RestartsFailed = origin.RestartsFailed }
                    : null,
            };
    }

    // An execution that does not exist is told so by the one who has the command.
    private async Task<int> PartitionAsync(CommandEnvelope envelope, int otherwise, CancellationToken stopping)
    {
        if (envelope.Command is Command.Create { Execution: var execution })
        {
            return FlowPartition.Of(new ExecutionPlace(execution.TenantId, execution.Namespace, execution.FlowId), owned.Total);
        }

        return (envelope.Place ?? await PlaceAsync(envelope, stopping)) is { } place ? FlowPartition.Of(place, owned.Total)
            : await journal.FindTimerPartitionAsync(envelope.TenantId, envelope.ExecutionId, stopping) is { } waiting ? waiting

            // It may have come to be between the two looks.
            : await PlaceAsync(envelope, stopping) is { } late ? FlowPartition.Of(late, owned.Total)
            : otherwise;
    }

    private Task<ExecutionPlace?> PlaceAsync(CommandEnvelope envelope, CancellationToken stopping) => journal.FindPlaceAsync(envelope.TenantId, envelope.ExecutionId, stopping);

    private bool Concerns(Hint hint) =>
        hint.Kind == HintKind.Command && int.TryParse(hint.Subject, System.Globalization.CultureInfo.InvariantCulture, out var partition) && owned.Owns(partition);

    [LoggerMessage(LogLevel.Error, "A stored command for execution {ExecutionId} can't be read and is dropped")]
    private partial void LogUnreadable(Exception error, string executionId);

    [LoggerMessage(LogLevel.Warning, "Stored commands could not be read ({Reason}); it is tried again")]
    private partial void LogNotRead(string reason);
}

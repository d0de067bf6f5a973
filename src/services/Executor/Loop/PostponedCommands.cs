using System.Globalization;
using System.Text.Json;
using Kestra.Engine;
using Kestra.Executor.Timers;
using Kestra.Model.Identifiers;
using Kestra.Model.Json;
using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Executor.Loop;

/// <summary>
/// Commands that come during maintenance. Each is a timer of its own, due at once, and fires when the maintenance is over: in the
/// order of their arrival, and after a restart as well.
/// </summary>
internal sealed class PostponedCommands(Func<bool> isInMaintenance, TimerQueue timers, TimeProvider time, IIdSource ids)
{
    private const string Prefix = "later:";

    // A start of a subflow names who waits for it, and is asked for again when this process dies; so it is kept in memory.
    private readonly Queue<LaneItem.Decide> held = new();
    private Instant last = Instant.MinValue;

    /// <summary>Nothing is decided now.</summary>
    public bool AreKept => isInMaintenance();

    public static bool Owns(string key) => key.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Keeps a command until the end of the maintenance.</summary>
    public void Keep(ExecutionKey key, int partition, Command command, BatchUnderway batch)
    {
        // Dates tell the order, so no two are the same.
        last = Instant.Max(Instant.FromDateTimeOffset(time.GetUtcNow()), last + Duration.FromTicks(TimeSpan.TicksPerMicrosecond));
        var name = command is Command.TaskResult result ? NameOf(result.TaskRunId, result.Attempt) : Prefix + ids.Next();
        var timer = new ExecutionTimer(name, key.TenantId, key.ExecutionId, last, Encode(command)) { Partition = partition };
        timers.Set(timer);
        batch.SetTimer(timer);
    }

    public void Hold(LaneItem.Decide item) => held.Enqueue(item);

    /// <summary>What was held in memory, oldest first.</summary>
    public bool TryRelease(out LaneItem.Decide? item) => held.TryDequeue(out item);

    /// <summary>The result of an attempt has come and is kept.</summary>
    public bool HasResult(string taskRunId, int attempt) => timers.Find(NameOf(taskRunId, attempt)) is not null;

    public static Command Decode(ReadOnlyMemory<byte> payload)
    {
        using var document = JsonDocument.Parse(payload, ModelJson.DocumentOptions);
        return CommandCodec.Read(document.RootElement);
    }

    private static string NameOf(string taskRunId, int attempt) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{taskRunId}:{attempt}");

    private static ReadOnlyMemory<byte> Encode(Command command) => ModelJson.Bytes(writer => CommandCodec.Write(writer, command));
}

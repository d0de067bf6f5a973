using Kestra.Engine;

namespace Kestra.Worker.Claiming;

/// <summary>An execution that was read before, so that only what came after is read again. Used by one reader at a time.</summary>
internal sealed class KnownExecution
{
    /// <summary>Held by whoever reads.</summary>
    public SemaphoreSlim Reading { get; } = new(1);

    /// <summary>Null until it was read, and after it could not be trusted any more.</summary>
    public ExecutionState? State { get; set; }

    /// <summary>The snapshot that the state began with.</summary>
    public long Version { get; set; }

    /// <summary>The last position in the state.</summary>
    public long Position { get; set; }

    /// <summary>Bytes that the state was read from.</summary>
    public long Bytes { get; set; }
}

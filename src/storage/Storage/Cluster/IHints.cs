namespace Kestra.Storage.Cluster;

/// <summary>
/// Tells that something was left for somebody in another process. Hints only shorten the wait: one may be lost, late or doubled,
/// so whoever waits polls as well.
/// </summary>
public interface IHints
{
    /// <param name="handler">Called on any thread, and must not block.</param>
    IDisposable Subscribe(Action<Hint> handler);
}

/// <param name="Subject">The partition or the reader that it is for.</param>
public readonly record struct Hint(HintKind Kind, string Subject);

public enum HintKind
{
    /// <summary>Commands for a partition.</summary>
    Command,

    /// <summary>Answers for a reader.</summary>
    Reply,

    /// <summary>A flow was stored by some process; for everybody.</summary>
    Flow,
}

namespace Kestra.Storage.Executions;

/// <summary>
/// Tells that commands were left for a partition. Hints only shorten the wait: one may be lost, late or doubled, so whoever
/// waits for commands polls as well.
/// </summary>
public interface ICommandHints
{
    /// <param name="handler">Gets the partition; called on any thread, and must not block.</param>
    IDisposable Subscribe(Action<int> handler);
}

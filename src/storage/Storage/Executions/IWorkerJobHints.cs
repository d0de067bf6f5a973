namespace Kestra.Storage.Executions;

/// <summary>
/// Tells workers that jobs were sent, given back or killed, of whatever group. Hints only shorten the wait: one may be lost,
/// late or doubled, so workers poll as well.
/// </summary>
public interface IWorkerJobHints
{
    /// <param name="handler">Called on any thread, and must not block.</param>
    IDisposable Subscribe(Action handler);
}

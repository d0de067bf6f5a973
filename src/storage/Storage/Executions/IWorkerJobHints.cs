namespace Kestra.Storage.Executions;

/// <summary>
/// Tells workers that there is something for them, of whatever group. Hints only shorten the wait: one may be lost, late or
/// doubled, so workers poll as well.
/// </summary>
public interface IWorkerJobHints
{
    /// <param name="handler">Called on any thread, and must not block.</param>
    IDisposable Subscribe(Action<WorkerJobNews> handler);
}

[Flags]
public enum WorkerJobNews
{
    None = 0,

    /// <summary>Jobs were sent or given back.</summary>
    Waiting = 1,

    /// <summary>Jobs were killed.</summary>
    Killed = 2,
}

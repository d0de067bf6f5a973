namespace Kestra.Hosting.Liveness;

/// <summary>The wish of a part that this process ends; the program waits for it as it waits for signals.</summary>
public sealed class ServerExit
{
    private readonly TaskCompletionSource<string> requested = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the reason.</summary>
    public Task<string> Requested => requested.Task;

    public void Request(string reason) => requested.TrySetResult(reason);
}

namespace Kestra.Hosting.Lanes;

/// <summary>Wakes one waiter. What rings while nobody waits is heard by the next.</summary>
public sealed class Alarm(TimeProvider time)
{
    private readonly Lock gate = new();
    private TaskCompletionSource rung = New();

    public void Ring()
    {
        lock (gate)
        {
            rung.TrySetResult();
        }
    }

    /// <summary>Waits until it rings, at most so long.</summary>
    public async Task WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        Task ring;
        lock (gate)
        {
            ring = rung.Task;
        }

        if (!ring.IsCompleted)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(ring, Task.Delay(limit, time, over.Token));
            await over.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }

        lock (gate)
        {
            if (rung.Task.IsCompleted)
            {
                rung = New();
            }
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

namespace Kestra.Executor.Loop;

/// <summary>
/// Tells whether a transaction should wait a moment for more: where new executions come in so quickly that others are on their way, and
/// each transaction is dear. A single execution, however many tasks it has, never waits.
/// </summary>
/// <param name="delay">The moment; zero never waits.</param>
internal sealed class Gathering(TimeSpan delay, TimeProvider time)
{
    // New executions of a span; below it the next one would mostly come too late.
    private const int Many = 10;

    private static readonly TimeSpan Span = TimeSpan.FromMilliseconds(100);

    private long began = time.GetTimestamp();
    private int came;

    public TimeSpan Delay => delay;

    public bool IsWorthIt { get; private set; }

    /// <summary>A transaction is written.</summary>
    /// <param name="created">New executions in it.</param>
    public void Note(int created)
    {
        came += created;
        if (delay > TimeSpan.Zero && time.GetElapsedTime(began) is var passed && passed >= Span)
        {
            IsWorthIt = came >= Many * (passed / Span);
            (began, came) = (time.GetTimestamp(), 0);
        }
    }
}

namespace Kestra.Executor.Loop;

/// <summary>
/// How long a command that comes now waits until its decision is durable: what is undecided or not yet written, by the rate at which
/// the last transactions were written. Slow tasks do not count: only what waits for the loop and the database does. Written by the
/// loop, read by any thread.
/// </summary>
internal sealed class LaneLoad(TimeProvider time)
{
    // So few are never a load, and what they take is the time of a commit, which many of them share.
    private const int Few = 50;

    // Commands after which the rate before them is forgotten; a transaction that stalled for once does not make a rate.
    private const double Remembered = 2_000;

    private double decided;
    private double seconds;
    private long began;
    private double secondsEach;
    private long documentBytes;
    private int underway;

    /// <summary>Commands that are decided and not durable.</summary>
    public int Underway
    {
        get => Volatile.Read(ref underway);
        set => Volatile.Write(ref underway, value);
    }

    /// <summary>Size of the documents that were written lately, on the average.</summary>
    public long DocumentBytes => Volatile.Read(ref documentBytes);

    /// <param name="waiting">Commands that are not decided yet.</param>
    public TimeSpan Wait(int waiting) => waiting + Underway is var commands and > Few ? TimeSpan.FromSeconds(commands * Volatile.Read(ref secondsEach)) : TimeSpan.Zero;

    /// <summary>A transaction begins after a time in which there was nothing to write.</summary>
    public void Begin() => began = time.GetTimestamp();

    /// <summary>A transaction is durable; the next one follows.</summary>
    public void End(int commands)
    {
        var now = time.GetTimestamp();
        if (commands < Few)
        {
            began = now;
            return;
        }

        var kept = Math.Max(0, 1 - (commands / Remembered));
        decided = (decided * kept) + commands;
        seconds = (seconds * kept) + time.GetElapsedTime(began, now).TotalSeconds;
        began = now;
        Volatile.Write(ref secondsEach, seconds / decided);
    }

    /// <summary>Documents are part of a transaction.</summary>
    /// <param name="bytes">Of all of them.</param>
    public void Written(int documents, long bytes)
    {
        if (documents > 0)
        {
            Volatile.Write(ref documentBytes, documentBytes + (((bytes / documents) - documentBytes) / 8));
        }
    }
}

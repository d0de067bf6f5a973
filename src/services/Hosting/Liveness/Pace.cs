namespace Kestra.Hosting.Liveness;

/// <summary>Notices when work that should happen at intervals did not: the process was stopped, starved, or its clock was set.</summary>
/// <param name="interval">Time between two turns.</param>
/// <param name="tolerance">How much later than that a turn may come.</param>
internal sealed class Pace(TimeProvider time, TimeSpan interval, TimeSpan tolerance)
{
    private DateTimeOffset? clock;
    private long stamp;

    /// <summary>To be asked once a turn.</summary>
    /// <returns>The time since the turn before when it was too long, by clock or by timer; otherwise null.</returns>
    public TimeSpan? Lateness()
    {
        var (before, beforeStamp) = (clock, stamp);
        (clock, stamp) = (time.GetUtcNow(), time.GetTimestamp());
        if (before is not { } last)
        {
            return null;
        }

        var byTimer = time.GetElapsedTime(beforeStamp, stamp);
        var byClock = (clock.Value - last).Duration();
        var elapsed = byTimer > byClock ? byTimer : byClock;
        return elapsed > interval + tolerance ? elapsed : null;
    }
}

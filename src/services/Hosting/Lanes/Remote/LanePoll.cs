using Kestra.Storage.Cluster;

namespace Kestra.Hosting.Lanes.Remote;

/// <summary>The pauses of a reader of stored rows: short while there are some, doubling while there are none, ended by a hint.</summary>
public sealed class LanePoll : IDisposable
{
    private readonly Alarm alarm;
    private readonly IDisposable subscription;
    private readonly TimeSpan shortest;
    private readonly TimeSpan longest;
    private TimeSpan pause;

    /// <param name="concerns">Whether a hint tells of rows for this reader.</param>
    /// <param name="shortest">Pause after rows were found.</param>
    /// <param name="longest">Pause at most.</param>
    public LanePoll(IHints hints, Func<Hint, bool> concerns, TimeSpan shortest, TimeSpan longest, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(hints);
        ArgumentNullException.ThrowIfNull(concerns);
        (this.shortest, this.longest, pause) = (shortest, longest, shortest);
        alarm = new Alarm(time);
        subscription = hints.Subscribe(hint => Hear(concerns(hint)));
    }

    /// <summary>There is a reason to look at once.</summary>
    public void Ring() => alarm.Ring();

    /// <summary>Waits until it is time to look again.</summary>
    /// <param name="found">Whether the last look found something.</param>
    public Task WaitAsync(bool found, CancellationToken cancellationToken)
    {
        pause = found ? shortest : pause * 2 < longest ? pause * 2 : longest;
        return alarm.WaitAsync(pause, cancellationToken);
    }

    public void Dispose() => subscription.Dispose();

    private void Hear(bool isForUs)
    {
        if (isForUs)
        {
            alarm.Ring();
        }
    }
}

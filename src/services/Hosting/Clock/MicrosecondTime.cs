namespace Kestra.Hosting.Clock;

/// <summary>
/// The system's clock in whole microseconds, as documents and both databases keep moments. A moment that has been stored and read
/// back is therefore the one that was decided with, so that what a restart rebuilds equals what it replaces.
/// </summary>
public sealed class MicrosecondTime : TimeProvider
{
    public override DateTimeOffset GetUtcNow()
    {
        var now = base.GetUtcNow();
        return new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }
}

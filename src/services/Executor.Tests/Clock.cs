namespace Kestra.Executor.Tests;

/// <summary>A time that passes when it is told to.</summary>
internal sealed class Clock : TimeProvider
{
    private long now = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan by) => now += by.Ticks;

    public override long GetTimestamp() => now;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(now);
}

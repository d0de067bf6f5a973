using Kestra.Worker.Claiming;
using NodaTime;
using Kestra.Scheduler.Tests;

namespace Kestra.Worker.Tests.Claiming;

public sealed class PollPaceTests
{
    [Fact]
    public void The_longer_nothing_was_found_the_longer_is_the_wait()
    {
        var time = new ManualTime(Instant.FromUtc(2026, 1, 1, 0, 0));
        var pace = new PollPace(new ClaimOptions(), time);
        var waits = new List<double>();
        foreach (var seconds in new[] { 0, 3.7, 0.1, 3.7, 7.5, 15, 30, 600 })
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            waits.Add(pace.Next().TotalMilliseconds);
        }

        waits.ShouldBe([25, 25, 31.25, 62.5, 125, 250, 500, 500]);
        pace.Found();
        pace.Next().ShouldBe(TimeSpan.FromMilliseconds(25));
    }

    [Fact]
    public void No_wait_is_shorter_than_the_shortest()
    {
        var time = new ManualTime(Instant.FromUtc(2026, 1, 1, 0, 0));
        var pace = new PollPace(new ClaimOptions { ShortestPoll = TimeSpan.FromMilliseconds(200), LongestPoll = TimeSpan.FromMilliseconds(100) }, time);

        time.Advance(TimeSpan.FromHours(1));

        pace.Next().ShouldBe(TimeSpan.FromMilliseconds(200));
    }
}

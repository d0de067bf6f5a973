using Kestra.Executor.Loop;

namespace Kestra.Executor.Tests;

/// <summary>A transaction waits for more only where more is to be expected.</summary>
public sealed class GatheringTests
{
    private readonly Clock clock = new();

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(10, true)]
    [InlineData(100, true)]
    public void It_is_worth_it_where_many_executions_come_to_be(int created, bool expected)
    {
        var gathering = new Gathering(TimeSpan.FromMilliseconds(2), clock);
        Write(gathering, created);
        gathering.IsWorthIt.ShouldBe(expected);
    }

    [Fact]
    public void It_is_over_when_they_come_no_more_and_after_a_pause_the_first_does_not_wait_for_the_next()
    {
        var gathering = new Gathering(TimeSpan.FromMilliseconds(2), clock);
        Write(gathering, created: 50);
        Write(gathering, created: 0);
        gathering.IsWorthIt.ShouldBeFalse();
        clock.Advance(TimeSpan.FromMinutes(1));
        gathering.Note(20);
        gathering.IsWorthIt.ShouldBeFalse();
    }

    [Fact]
    public void Without_a_moment_nothing_waits()
    {
        var gathering = new Gathering(TimeSpan.Zero, clock);
        Write(gathering, created: 1_000);
        gathering.IsWorthIt.ShouldBeFalse();
    }

    private void Write(Gathering gathering, int created)
    {
        clock.Advance(TimeSpan.FromMilliseconds(100));
        gathering.Note(created);
    }
}

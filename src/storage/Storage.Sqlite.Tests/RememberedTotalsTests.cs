using Kestra.Storage.Relational;

namespace Kestra.Storage.Sqlite.Tests;

public sealed class RememberedTotalsTests
{
    private readonly Clock clock = new();
    private readonly RememberedTotals totals;
    private long rows;
    private TimeSpan cost;
    private int counted;

    public RememberedTotalsTests() => totals = new RememberedTotals(clock);

    [Fact]
    public async Task Short_lists_are_always_exact()
    {
        for (rows = RememberedTotals.ExactUpTo - 5; rows <= RememberedTotals.ExactUpTo; rows++)
        {
            (await TotalAsync()).ShouldBe(rows);
        }

        counted.ShouldBe(0);
    }

    [Fact]
    public async Task Long_list_is_counted_again_after_a_second()
    {
        rows = 5_000;
        (await TotalAsync()).ShouldBe(5_000);
        rows = 6_000;
        (await TotalAsync()).ShouldBe(5_000);
        clock.Forward(TimeSpan.FromSeconds(1));
        (await TotalAsync()).ShouldBe(6_000);
        counted.ShouldBe(2);
    }

    [Fact]
    public async Task Lists_with_other_values_have_totals_of_their_own()
    {
        rows = 5_000;
        await TotalAsync("one", new[] { "a", "b" });
        rows = 6_000;
        (await TotalAsync("one", new[] { "a", "c" })).ShouldBe(6_000);
        (await TotalAsync("two", new[] { "a", "b" })).ShouldBe(6_000);
        (await TotalAsync("one", new[] { "a", "b" })).ShouldBe(5_000);
    }

    [Fact]
    public async Task Total_that_takes_long_to_count_is_given_until_it_is_a_minute_old()
    {
        (rows, cost) = (5_000, TimeSpan.FromSeconds(1));
        (await TotalAsync()).ShouldBe(5_000);
        rows = 6_000;
        clock.Forward(TimeSpan.FromSeconds(18));
        (await TotalAsync()).ShouldBe(5_000);
        counted.ShouldBe(1);
        clock.Forward(TimeSpan.FromMinutes(2));
        (await TotalAsync()).ShouldBe(6_000);
    }

    [Fact]
    public async Task Count_that_fails_is_tried_again()
    {
        rows = 5_000;
        await Should.ThrowAsync<InvalidOperationException>(() => totals.CountAsync("", [], limit => limit is null ? throw new InvalidOperationException("away") : Task.FromResult<long>(limit.Value)));
        (await TotalAsync("")).ShouldBe(5_000);
    }

    private Task<long> TotalAsync(string clause = "all", params object?[] values) => totals.CountAsync(clause, values, limit =>
    {
        if (limit is { } most)
        {
            return Task.FromResult(Math.Min(most, rows));
        }

        counted++;
        clock.Forward(cost);
        return Task.FromResult(rows);
    });

    private sealed class Clock : TimeProvider
    {
        private long ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks;

        public void Forward(TimeSpan time) => ticks += time.Ticks;
    }
}

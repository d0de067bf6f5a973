using Kestra.Executor.Jobs;
using Kestra.Model.Flows;

namespace Kestra.Executor.Tests;

/// <summary>In a burst those who send executions are answered first, and what they sent begins little by little.</summary>
public sealed class StartPaceTests
{
    private static readonly TimeSpan Span = TimeSpan.FromMilliseconds(100);

    private readonly Clock clock = new();
    private readonly WorkerJobQueue jobs = new();
    private readonly StartPace pace;
    private double used = 1;
    private TimeSpan wait;
    private int sent;

    public StartPaceTests() => pace = new StartPace(jobs, () => used, () => wait, clock);

    [Fact]
    public void Executions_begin_at_once_while_there_is_time_for_them()
    {
        used = 0.8;
        Come(100);
        NextSpan();
        Come(100);
        pace.Release();
        jobs.KeptBack.ShouldBe(0);
        pace.NextLook.ShouldBeNull();
    }

    [Fact]
    public void The_worker_has_enough_and_what_it_can_not_begin_soon_stands_in_nobodys_way()
    {
        used = 0;
        Come(1_000);
        pace.Release();
        pace.Release();
        jobs.KeptBack.ShouldBe(800);
        for (var each = 0; each < 150; each++)
        {
            jobs.Kill(Tenants.Default, $"e{each}", null, [($"run{each}", 0)]);
        }

        pace.Release();
        jobs.KeptBack.ShouldBe(650);
    }

    [Fact]
    public void Few_executions_begin_at_once_however_busy_the_machine_is()
    {
        Come(20);
        NextSpan();
        Come(20);
        pace.Release();
        jobs.KeptBack.ShouldBe(0);
    }

    [Fact]
    public void One_in_thirty_two_begins_while_more_come_than_there_is_time_for()
    {
        Come(500);
        NextSpan();
        var before = jobs.KeptBack;
        for (var transaction = 0; transaction < 100; transaction++)
        {
            Come(5);
            pace.Release();
        }

        (before + 500 - jobs.KeptBack).ShouldBeInRange(500 / 32, (500 / 32) + 1);
        jobs.Waiting.ShouldBe(1_000);
        pace.NextLook.ShouldNotBeNull();
    }

    [Fact]
    public void A_span_without_new_ones_is_a_wave_and_two_are_the_end()
    {
        Come(500);
        NextSpan();
        Come(500);
        NextSpan();
        pace.IsPressed.ShouldBeTrue();
        NextSpan();
        pace.IsPressed.ShouldBeTrue();
        NextSpan();
        pace.IsPressed.ShouldBeFalse();
        pace.WasPressed(TimeSpan.FromSeconds(5)).ShouldBeTrue();
        clock.Advance(TimeSpan.FromSeconds(5));
        pace.WasPressed(TimeSpan.FromSeconds(5)).ShouldBeFalse();
    }

    [Fact]
    public void A_burst_that_leaves_some_time_goes_on_until_half_of_it_is_left()
    {
        Come(500);
        NextSpan();
        Come(500);
        used = 0.6;
        NextSpan();
        pace.IsPressed.ShouldBeTrue();
        Come(500);
        used = 0.4;
        NextSpan();
        pace.IsPressed.ShouldBeFalse();
    }

    [Fact]
    public void A_database_that_is_short_of_time_makes_a_burst_too()
    {
        used = 0.3;
        wait = TimeSpan.FromMilliseconds(60);
        Come(500);
        NextSpan();
        pace.IsPressed.ShouldBeTrue();
        wait = TimeSpan.FromMilliseconds(20);
        Come(500);
        pace.Release();
        wait = TimeSpan.Zero;
        NextSpan();
        pace.IsPressed.ShouldBeTrue("it waited within the span");
        Come(500);
        NextSpan();
        pace.IsPressed.ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_let_go_comes_in_the_order_in_which_it_was_sent_and_without_what_was_killed_meanwhile()
    {
        Come(4);
        jobs.Kill(Tenants.Default, "e1", null, [("run1", 0)]).ShouldHaveSingleItem().ExecutionId.ShouldBe("e1");
        jobs.Waiting.ShouldBe(3);
        pace.Release();
        var taken = new List<string>();
        await foreach (var job in jobs.TakeAsync(null, TestContext.Current.CancellationToken))
        {
            taken.Add(job.ExecutionId);
            if (taken.Count == 3)
            {
                break;
            }
        }

        taken.ShouldBe(["e0", "e2", "e3"]);
    }

    private void Come(int count)
    {
        for (var each = 0; each < count; each++)
        {
            pace.Send(Jobs.Of(sent++));
        }
    }

    private void NextSpan()
    {
        clock.Advance(Span);
        pace.Release();
    }
}

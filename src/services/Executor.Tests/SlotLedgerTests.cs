using Kestra.Executor.Slots;
using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Executor.Tests;

/// <summary>Who holds and who waits, by itself: the count is a set of ids, so nothing can be given back twice or forgotten.</summary>
public sealed class SlotLedgerTests
{
    private static readonly FlowKey Flow = new("main", "company", "flow");
    private static readonly Instant Start = Instant.FromUtc(2026, 1, 1, 0, 0);

    private readonly SlotLedger slots = new();

    [Fact]
    public void A_slot_is_given_up_to_the_limit_and_asking_again_changes_nothing()
    {
        slots.TryHold(Flow, "a", 2).ShouldBeTrue();
        slots.TryHold(Flow, "a", 2).ShouldBeTrue();
        slots.TryHold(Flow, "b", 2).ShouldBeTrue();
        slots.TryHold(Flow, "c", 2).ShouldBeFalse();
    }

    [Fact]
    public void Nobody_overtakes_those_who_wait()
    {
        Fill("a");
        Wait("b", 1);
        slots.Release(Flow, "a").ShouldBeTrue();
        slots.TryHold(Flow, "c", 1).ShouldBeFalse("b waits since earlier");
        slots.Grant(Flow).ShouldBe(["b"]);
    }

    [Fact]
    public void Those_who_wait_go_on_in_the_order_of_their_dates()
    {
        Fill("a");
        Wait("late", 9);
        Wait("early", 1);
        Wait("between", 5);
        Drain("a").ShouldBe(["early", "between", "late"]);
    }

    [Fact]
    public void A_release_lets_as_many_go_on_as_there_are_slots()
    {
        slots.TryHold(Flow, "a", 3).ShouldBeTrue();
        foreach (var (id, at) in new[] { ("b", 1), ("c", 2), ("d", 3), ("e", 4) })
        {
            slots.Wait(Flow, id, 3, Start + Duration.FromSeconds(at));
        }

        slots.Grant(Flow).ShouldBe(["b", "c"]);
        slots.Release(Flow, "a");
        slots.Grant(Flow).ShouldBe(["d"]);
    }

    [Fact]
    public void Releasing_twice_or_what_was_never_held_does_nothing()
    {
        Fill("a");
        Wait("b", 1);
        Wait("c", 2);
        slots.Release(Flow, "a").ShouldBeTrue();
        slots.Release(Flow, "a").ShouldBeFalse();
        slots.Release(Flow, "never").ShouldBeFalse();
        slots.Release(new FlowKey("main", "company", "other"), "a").ShouldBeFalse();
        slots.Grant(Flow).ShouldBe(["b"], "one slot is free, not two");
    }

    [Fact]
    public void Who_is_killed_while_waiting_leaves_the_queue_and_takes_no_slot_along()
    {
        Fill("a");
        Wait("b", 1);
        Wait("c", 2);
        slots.Release(Flow, "b").ShouldBeTrue();
        slots.Grant(Flow).ShouldBeEmpty("a still holds the only slot");
        Drain("a").ShouldBe(["c"]);
    }

    [Fact]
    public void A_forced_one_is_above_the_limit_and_the_next_waits_until_it_is_below()
    {
        Fill("a");
        Wait("b", 1);
        Wait("c", 2);
        slots.Hold(Flow, "b");
        slots.Grant(Flow).ShouldBeEmpty();
        slots.Release(Flow, "a");
        slots.Grant(Flow).ShouldBeEmpty("b holds the slot now");
        slots.Release(Flow, "b");
        slots.Grant(Flow).ShouldBe(["c"]);
    }

    [Theory]
    [InlineData(2, new[] { "b" })]
    [InlineData(3, new[] { "b", "c" })]
    [InlineData(null, new[] { "b", "c", "d" })]
    public void A_raised_or_removed_limit_lets_those_who_wait_go_on_at_once(int? limit, string[] expected)
    {
        Fill("a");
        Wait("b", 1);
        Wait("c", 2);
        Wait("d", 3);
        slots.Limit(Flow, limit);
        slots.Grant(Flow).ShouldBe(expected);
    }

    [Fact]
    public void A_lowered_limit_takes_nothing_away_and_holds_from_the_next_on()
    {
        slots.TryHold(Flow, "a", 2).ShouldBeTrue();
        slots.TryHold(Flow, "b", 2).ShouldBeTrue();
        slots.Wait(Flow, "c", 2, Start);
        slots.Limit(Flow, 1);
        slots.Release(Flow, "a");
        slots.Grant(Flow).ShouldBeEmpty();
        slots.Release(Flow, "b");
        slots.Grant(Flow).ShouldBe(["c"]);
    }

    [Fact]
    public void Flows_with_somebody_waiting_are_known_and_only_those()
    {
        Fill("a");
        slots.FlowsThatWait.ShouldBeEmpty();
        Wait("b", 1);
        slots.FlowsThatWait.ShouldBe([Flow]);
        Drain("a").ShouldBe(["b"]);
        slots.FlowsThatWait.ShouldBeEmpty();
        slots.Limit(Flow, 5);
        slots.Release(Flow, "b");
        slots.Limit(Flow, 5);
        slots.FlowsThatWait.ShouldBeEmpty("a limit alone is no reason to remember a flow");
    }

    [Fact]
    public void Stored_rows_bring_back_who_held_and_who_waited()
    {
        slots.Restore(Row("a", SlotState.Held, 0));
        slots.Restore(Row("late", SlotState.Queued, 2));
        slots.Restore(Row("early", SlotState.Queued, 1));
        slots.FlowsThatWait.ShouldBe([Flow]);
        slots.TryHold(Flow, "a", 1).ShouldBeTrue("it holds its slot since before the crash");
        Drain("a").ShouldBe(["early", "late"]);
    }

    /// <summary>Any order of holding, waiting, forcing, limits and ends: never more than the limit but for forced ones, and nothing is left at the end.</summary>
    [Fact]
    public void No_order_of_events_loses_or_invents_a_slot()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            Play(new Random(seed), seed);
        }
    }

    private static void Play(Random random, int seed)
    {
        var (ledger, held, queue, forced, limit) = (new SlotLedger(), new HashSet<string>(), new List<string>(), new HashSet<string>(), random.Next(1, 4));
        for (var step = 0; step < 60; step++)
        {
            var id = $"e{random.Next(12)}";
            switch (random.Next(6))
            {
                case 0 or 1 when !queue.Contains(id):
                    var granted = ledger.TryHold(Flow, id, limit);
                    granted.ShouldBe(held.Contains(id) || (held.Count < limit && queue.Count == 0), $"seed {seed}, step {step}");
                    if (granted)
                    {
                        held.Add(id);
                    }
                    else
                    {
                        ledger.Wait(Flow, id, limit, Start + Duration.FromSeconds(step));
                        queue.Add(id);
                    }

                    break;
                case 2:
                    ledger.Hold(Flow, id);
                    queue.Remove(id);
                    held.Add(id);
                    forced.Add(id);
                    break;
                case 3 or 4:
                    ledger.Release(Flow, id).ShouldBe(held.Remove(id) | queue.Remove(id), $"seed {seed}, step {step}");
                    forced.Remove(id);
                    break;
                case 5 when held.Count + queue.Count > 0:
                    limit = random.Next(1, 4);
                    ledger.Limit(Flow, limit);
                    break;
            }

            foreach (var next in ledger.Grant(Flow))
            {
                next.ShouldBe(queue[0], $"seed {seed}, step {step}: the one that has waited longest");
                queue.RemoveAt(0);
                held.Add(next);
                held.Count.ShouldBeLessThanOrEqualTo(Math.Max(limit, forced.Count), $"seed {seed}, step {step}");
            }

            (queue.Count == 0 || held.Count >= limit).ShouldBeTrue($"seed {seed}, step {step}: a slot is free and somebody waits");
            ledger.FlowsThatWait.Count.ShouldBe(queue.Count > 0 ? 1 : 0, $"seed {seed}, step {step}");
        }
    }

    private static SlotChange Row(string id, SlotState state, int seconds) => new(Flow.TenantId, Flow.Namespace, Flow.FlowId, id, state, Start + Duration.FromSeconds(seconds));

    private void Fill(string id) => slots.TryHold(Flow, id, 1).ShouldBeTrue();

    private void Wait(string id, int seconds) => slots.Wait(Flow, id, 1, Start + Duration.FromSeconds(seconds));

    // Each that goes on ends, until nobody waits.
    private List<string> Drain(string holder)
    {
        var order = new List<string>();
        for (var current = holder; ;)
        {
            slots.Release(Flow, current).ShouldBeTrue();
            if (slots.Grant(Flow).ToList() is not [var next])
            {
                return order;
            }

            order.Add(next);
            current = next;
        }
    }
}

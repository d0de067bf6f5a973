using System.Globalization;
using Kestra.Engine;
using Kestra.Executor.Loop;
using Kestra.Executor.Partitions;
using Kestra.Hosting.Lanes;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Storage.Executions;
using Kestra.Storage.Memory;

namespace Kestra.Executor.Tests;

/// <summary>The database fails at any moment: accepted executions still end, once, and callers are told the truth.</summary>
public sealed class OutageTests
{
    private static readonly string[] Flows =
    [
        """
        id: one
        namespace: outage
        tasks:
          - id: log
            type: io.kestra.plugin.core.log.Log
            message: hello
        """,
        """
        id: each
        namespace: outage
        tasks:
          - id: each
            type: io.kestra.plugin.core.flow.ForEach
            values: [1, 2, 3]
            concurrencyLimit: 2
            tasks:
              - id: log
                type: io.kestra.plugin.core.log.Log
                message: "value {{ taskrun.value }}"
          - id: last
            type: io.kestra.plugin.core.log.Log
            message: done
        """,
        """
        id: limited
        namespace: outage
        concurrency:
          limit: 1
          behavior: QUEUE
        tasks:
          - id: log
            type: io.kestra.plugin.core.log.Log
            message: hello
        """,
        """
        id: parent
        namespace: outage
        tasks:
          - id: sub
            type: io.kestra.plugin.core.flow.Subflow
            namespace: outage
            flowId: one
            wait: true
            transmitFailed: true
          - id: pause
            type: io.kestra.plugin.core.flow.Pause
            pauseDuration: PT0.01S
          - id: log
            type: io.kestra.plugin.core.log.Log
            message: done
        """,
        """
        id: waits
        namespace: outage
        tasks:
          - id: first
            type: io.kestra.plugin.core.log.Log
            message: before
          - id: sleep
            type: io.kestra.plugin.core.flow.Sleep
            duration: PT1M
        """,
    ];

    [Theory]
    [InlineData(FaultMoment.Before, 1)]
    [InlineData(FaultMoment.After, 1)]
    [InlineData(FaultMoment.Before, 3)]
    [InlineData(FaultMoment.After, 3)]
    public async Task A_fault_at_any_call_loses_and_doubles_nothing(FaultMoment moment, int count)
    {
        await using var bed = await Bed.StartAsync(Flows);
        bed.Plan.Disarm();
        await RunAllAsync(bed, "well", moment);
        var calls = bed.Plan.Calls;
        calls.ShouldBeGreaterThan(10);

        var failed = 0;
        for (var call = 0; call < calls; call++)
        {
            bed.Plan.Arm(call, moment, count);
            await RunAllAsync(bed, call.ToString(CultureInfo.InvariantCulture), moment);
            failed += bed.Plan.Failed;
        }

        // A run makes a few calls more or less, so that not every number is reached each time.
        failed.ShouldBeGreaterThan(calls / 4);
        bed.Plan.Disarm();
        var left = await bed.StopAsync();
        (left.Executions.Count, left.Timers.Count, left.Slots.Count).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task Callers_of_a_long_outage_are_sent_away_and_their_requests_are_never_carried_out()
    {
        await using var bed = await Bed.StartAsync(Flows, callerPatience: TimeSpan.FromMilliseconds(50));
        await bed.CreateAsync("one", "before");
        await bed.EndAsync("before");
        bed.Plan.Arm(0, FaultMoment.Before, int.MaxValue);

        var first = await Should.ThrowAsync<CommandsUnavailableException>(() => bed.CreateAsync("one", "waited"));
        var second = await Should.ThrowAsync<CommandsUnavailableException>(() => bed.CreateAsync("one", "came-later"));

        second.IsUncertain.ShouldBeFalse();
        second.Message.ShouldBe("The database can't be used at the moment; nothing was changed");
        bed.Executor.Unhealthy.ShouldNotBeNull().ShouldContain("The database is away");
        bed.Plan.Disarm();
        await TakenAsync(bed, "afterwards");
        (await bed.EndAsync("afterwards")).State.Current.ShouldBe(StateType.SUCCESS);
        bed.Executor.Unhealthy.ShouldBeNull();
        (await bed.FindAsync("came-later")).ShouldBeNull();

        // The first one was in a transaction of which the server did not hear; it was told so.
        first.IsUncertain.ShouldBeTrue();
        (await bed.FindAsync("waited")).ShouldBeNull();
    }

    [Fact]
    public async Task A_request_that_was_carried_out_though_its_answer_was_lost_is_answered_as_soon_as_the_database_is_back()
    {
        await using var bed = await Bed.StartAsync(Flows);
        bed.Plan.Arm(1, FaultMoment.After);

        (await bed.CreateAsync("one", "answered")).ShouldBeOfType<CommandOutcome.Accepted>().Execution.Id.ShouldBe("answered");

        bed.Plan.Failed.ShouldBe(1);
        (await bed.EndAsync("answered")).State.Current.ShouldBe(StateType.SUCCESS);
    }

    [Fact]
    public async Task What_the_database_refuses_for_good_fails_alone()
    {
        await using var bed = await Bed.StartAsync(Flows);
        bed.Store.Inspect = static batch =>
        {
            if (batch.Snapshots.Any(static snapshot => snapshot.Labels.Any(static label => label.Key == "poison")))
            {
                throw new InvalidOperationException("value out of range");
            }
        };

        var poisoned = bed.CreateAsync("one", "poisoned", new Label("poison", "yes"));
        var others = Enumerable.Range(0, 20).Select(number => bed.CreateAsync("one", $"beside{number}")).ToList();

        foreach (var other in others)
        {
            (await other).ShouldBeOfType<CommandOutcome.Accepted>();
        }

        (await Should.ThrowAsync<CommitFailedException>(() => poisoned)).Message.ShouldContain("value out of range");
        for (var number = 0; number < others.Count; number++)
        {
            (await bed.EndAsync($"beside{number}")).State.Current.ShouldBe(StateType.SUCCESS);
            (await bed.LogOfAsync($"beside{number}")).Count(static line => line == "hello").ShouldBe(1);
        }

        (await bed.FindAsync("poisoned")).ShouldBeNull();
    }

    [Fact]
    public async Task Commands_to_executions_that_must_be_read_first_survive_a_batch_that_is_refused()
    {
        await using var bed = await Bed.StartAsync(Flows);
        string[] ids = ["first", "second", "third"];
        foreach (var id in ids)
        {
            await bed.CreateAsync("one", id);
            await bed.EndAsync(id);
        }

        // The first batch with one of them is refused when all three have arrived, whether they are in it, wait to be read, or wait to be decided.
        using var arrived = new ManualResetEventSlim();
        var refusals = 0;
        bed.Store.Inspect = batch =>
        {
            if (batch.Snapshots.Any(static snapshot => snapshot.Labels.Any(static label => label.Key == "late")) && Interlocked.Increment(ref refusals) == 1)
            {
                arrived.Wait(TimeSpan.FromMinutes(1)).ShouldBeTrue();
                throw new InvalidOperationException("not now");
            }
        };
        var commands = ids.Select(id => bed.SubmitAsync(id, new Command.SetLabels([new Label("late", "yes")]))).ToList();
        arrived.Set();

        (await Task.WhenAll(commands)).ShouldAllBe(static outcome => outcome is CommandOutcome.Accepted);
        refusals.ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task A_batch_with_which_a_partition_is_given_away_is_still_written_with_its_lease()
    {
        await using var bed = await Bed.StartAsync(Flows);
        var (execution, owned, lease) = (bed.Restore("one", "given", partition: 13), new OwnedPartitions(16), new PartitionLease(13, "owner", 3));
        owned.Add(lease);
        var batch = new BatchUnderway(new ExecutorOptions(), owned);
        batch.AddSnapshot(execution);
        owned.Remove(lease.Partition);

        batch.Close();

        batch.Leases.ShouldBe([lease]);
        batch.Witness.ShouldNotBeNull().Lease.ShouldBe(lease);
        batch.Rows.Snapshots.ShouldHaveSingleItem().Id.ShouldBe("given");
    }

    [Fact]
    public async Task A_server_that_lost_its_lease_answers_no_request_as_accepted()
    {
        await using var bed = await Bed.StartAsync(Flows);
        bed.Store.Inspect = _ =>
        {
            // Between the decision and its commit another server takes over; it is as if this one had slept.
            bed.Store.Inspect = static _ => { };
            var later = new MemoryStore(bed.Database, new Later(TimeSpan.FromMinutes(10))).Journal;
            later.AcquireAsync(0, "other", NodaTime.Duration.FromMinutes(5), CancellationToken.None).GetAwaiter().GetResult().ShouldNotBeNull();
        };

        var lost = await Should.ThrowAsync<CommandsUnavailableException>(() => bed.CreateAsync("one", "lost"));
        var late = await Should.ThrowAsync<CommandsUnavailableException>(() => bed.CreateAsync("one", "late"));

        lost.Message.ShouldBe("Another server has taken the executions over; nothing was changed");
        late.Message.ShouldBe(lost.Message);
        (await bed.FindAsync("lost")).ShouldBeNull();
        bed.Executor.Unhealthy.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_stopped_server_leaves_documents_that_need_no_journal()
    {
        await using var bed = await Bed.StartAsync(Flows);
        await bed.CreateAsync("waits", "open");
        await bed.UntilAsync("open", static execution => execution.TaskRunList?.Any(static run => run.TaskId == "sleep") == true);

        var left = await bed.StopAsync();

        var open = left.Executions.ShouldHaveSingleItem();
        open.Tail.ShouldBeEmpty();
        var document = Model.Json.ModelJson.ReadExecution(open.Document.Span);
        document.TaskRunList!.Select(static run => run.TaskId).ShouldBe(["first", "sleep"]);
    }

    private static async Task RunAllAsync(Bed bed, string name, FaultMoment moment)
    {
        string[] kinds = ["one", "each", "limited", "limited", "parent"];
        var ids = kinds.Select((flow, index) => $"{name}-{index}-{flow}").ToList();
        var outcomes = await Task.WhenAll(ids.Select((id, index) => bed.CreateAsync(kinds[index], id)));
        outcomes.ShouldAllBe(static outcome => outcome is CommandOutcome.Accepted);
        foreach (var id in ids)
        {
            await JudgeAsync(bed, await bed.EndAsync(id), moment);
        }
    }

    private static async Task JudgeAsync(Bed bed, Execution execution, FaultMoment moment)
    {
        execution.State.Current.ShouldBe(StateType.SUCCESS, execution.Id);
        execution.State.Histories.Count(static entry => entry.State == StateType.SUCCESS).ShouldBe(1, execution.Id);
        var runs = execution.TaskRunList!;
        runs.Count.ShouldBe(execution.FlowId switch { "each" => 5, "parent" => 3, _ => 1 }, execution.Id);
        runs.ShouldAllBe(static run => run.State.Current == StateType.SUCCESS && (run.Attempts == null || run.Attempts.Count <= 1));
        IReadOnlyList<string> expected = execution.FlowId switch
        {
            "each" => ["done", "value 1", "value 2", "value 3"],
            "parent" => ["done"],
            _ => ["hello"],
        };
        var lines = (await bed.LogOfAsync(execution.Id)).Where(line => expected.Contains(line)).Order(StringComparer.Ordinal).ToList();

        // Entries of which nobody knows whether they were written are written again rather than lost.
        (moment == FaultMoment.After ? lines.Distinct(StringComparer.Ordinal).ToList() : lines).ShouldBe(expected, execution.Id);
    }

    private static async Task TakenAsync(Bed bed, string id)
    {
        while (true)
        {
            try
            {
                (await bed.CreateAsync("one", id)).ShouldBeOfType<CommandOutcome.Accepted>();
                return;
            }
            catch (CommandsUnavailableException away)
            {
                // As often as the message says: the server has not noticed yet that its database is back.
                away.IsUncertain.ShouldBeFalse();
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }
    }

    /// <summary>A clock that is ahead.</summary>
    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}

using Kestra.Conformance.Beds;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Storage;
using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Kestra.Storage.Logs;
using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Conformance.Journal;

/// <summary>What the executor's loop relies on: whole batches, one owner at a time, everything open found again.</summary>
public abstract class JournalContract<TBed> : StoreContract<TBed>
    where TBed : StoreBed, new()
{
    private static readonly Duration Minute = Duration.FromMinutes(1);

    private IExecutionJournal Journal => Store.Journal;

    [Fact]
    public async Task Lease_of_another_owner_is_not_given()
    {
        var lease = await Journal.AcquireAsync(Bed.Partition, "one", Minute, None);

        lease.ShouldNotBeNull();
        lease.Epoch.ShouldBeGreaterThan(0);
        (await Journal.AcquireAsync(Bed.Partition, "two", Minute, None)).ShouldBeNull();
        (await Journal.AcquireAsync(StoreBed.NextPartition(), "two", Minute, None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Lease_that_ran_out_goes_to_another_owner_and_fences_the_old_one_off()
    {
        var old = await AcquireAsync("one");
        await Bed.ExpireAsync(Bed.Partition);
        var taken = await Journal.AcquireAsync(Bed.Partition, "two", Minute, None);
        var id = Samples.Id("late");

        taken.ShouldNotBeNull();
        taken.Epoch.ShouldBeGreaterThan(old.Epoch);
        (await Journal.RenewAsync([old], Minute, None)).ShouldBe([old]);
        await Should.ThrowAsync<LeaseLostException>(() => Journal.CommitAsync(old, Batch(Samples.Snapshot(Samples.Execution(Tenant, id))), None));
        (await Journal.ReadAsync(Tenant, id, None)).ShouldBeNull();
        await Journal.CommitAsync(taken, Batch(Samples.Snapshot(Samples.Execution(Tenant, id))), None);
        (await Journal.ReadAsync(Tenant, id, None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Lease_is_taken_over_by_the_same_owner_and_fences_its_earlier_self_off()
    {
        var before = await AcquireAsync("one");
        var after = await AcquireAsync("one");

        after.Epoch.ShouldBeGreaterThan(before.Epoch);
        await Should.ThrowAsync<LeaseLostException>(() => Journal.CommitAsync(before, new ExecutionBatch(), None));
        (await Journal.RenewAsync([before], Minute, None)).ShouldBe([before]);
        (await Journal.RenewAsync([after], Minute, None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Renewal_keeps_a_lease()
    {
        var lease = await AcquireAsync("one");
        await Bed.ExpireAsync(Bed.Partition);

        (await Journal.RenewAsync([lease], Minute, None)).ShouldBeEmpty();

        (await Journal.AcquireAsync(Bed.Partition, "two", Minute, None)).ShouldBeNull();
        await Journal.CommitAsync(lease, new ExecutionBatch(), None);
    }

    [Fact]
    public async Task Release_frees_a_lease_at_once_and_ends_it()
    {
        var lease = await AcquireAsync("one");
        await Journal.ReleaseAsync(lease, None);

        (await Journal.RenewAsync([lease], Minute, None)).ShouldBe([lease]);
        await Should.ThrowAsync<LeaseLostException>(() => Journal.CommitAsync(lease, new ExecutionBatch(), None));
        var next = await Journal.AcquireAsync(Bed.Partition, "two", Minute, None);
        next.ShouldNotBeNull();
        next.Epoch.ShouldBeGreaterThan(lease.Epoch);
    }

    [Fact]
    public async Task Release_of_a_lost_lease_takes_nothing_from_the_new_owner()
    {
        var old = await AcquireAsync("one");
        await Bed.ExpireAsync(Bed.Partition);
        var taken = await AcquireAsync("two");

        await Journal.ReleaseAsync(old, None);

        await Journal.CommitAsync(taken, new ExecutionBatch(), None);
    }

    [Fact]
    public async Task Execution_is_read_with_the_events_after_its_snapshot()
    {
        var lease = await AcquireAsync("one");
        var execution = Samples.Execution(Tenant, Samples.Id("run"), StateType.CREATED);
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(execution)), None);
        await Journal.CommitAsync(lease, Entries(execution.Id, (2, "b"), (3, "c")), None);
        await Journal.CommitAsync(lease, Entries(execution.Id, (4, "d")), None);

        var stored = await Journal.ReadAsync(Tenant, execution.Id, None);

        stored.ShouldNotBeNull();
        stored.ShouldSatisfyAllConditions(
            () => stored.TenantId.ShouldBe(Tenant),
            () => stored.ExecutionId.ShouldBe(execution.Id),
            () => stored.Partition.ShouldBe(Bed.Partition),
            () => stored.Ended.ShouldBeFalse(),
            () => stored.Position.ShouldBe(1),
            () => stored.Tail.Select(Samples.Text).ShouldBe(["b", "c", "d"]));
        ModelJson.ReadExecution(stored.Document.Span).State.ShouldBe(execution.State);
    }

    [Fact]
    public async Task Snapshot_takes_up_the_events_that_it_includes()
    {
        var lease = await AcquireAsync("one");
        var execution = Samples.Execution(Tenant, Samples.Id("run"), StateType.CREATED);
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(execution)), None);
        await Journal.CommitAsync(lease, Entries(execution.Id, (2, "b"), (3, "c")), None);
        var running = execution with { State = execution.State.With(StateType.RUNNING, Samples.Noon + Minute) };
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(running, position: 3)), None);
        await Journal.CommitAsync(lease, Entries(execution.Id, (4, "d")), None);

        var stored = await Journal.ReadAsync(Tenant, execution.Id, None);

        stored!.Position.ShouldBe(3);
        stored.Tail.Select(Samples.Text).ShouldBe(["d"]);
        ModelJson.ReadExecution(stored.Document.Span).State.Current.ShouldBe(StateType.RUNNING);
    }

    [Fact]
    public async Task Provisional_snapshot_is_read_and_loaded_with_the_events_after_it()
    {
        var lease = await AcquireAsync("one");
        var execution = Samples.Execution(Tenant, Samples.Id("run"), StateType.CREATED);
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(execution) with { Provisional = true }), None);
        await Journal.CommitAsync(lease, Entries(execution.Id, (2, "b")), None);

        var read = await Journal.ReadAsync(Tenant, execution.Id, None);
        var loaded = (await Journal.LoadAsync(lease, None)).Executions.ShouldHaveSingleItem();

        foreach (var stored in new[] { read.ShouldNotBeNull(), loaded })
        {
            (stored.TenantId, stored.ExecutionId, stored.Partition, stored.Ended, stored.Position).ShouldBe((Tenant, execution.Id, Bed.Partition, false, 1));
            stored.Tail.Select(Samples.Text).ShouldBe(["b"]);
            ModelJson.ReadExecution(stored.Document.Span).State.ShouldBe(execution.State);
        }

        (await Journal.ReadAsync(Tenant + "x", execution.Id, None)).ShouldBeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Snapshot_after_a_provisional_one_is_in_lists(bool ended)
    {
        var lease = await AcquireAsync("one");
        var execution = Samples.Execution(Tenant, Samples.Id("run"), StateType.CREATED);
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(execution) with { Provisional = true }), None);
        var next = execution with { State = execution.State.With(ended ? StateType.SUCCESS : StateType.RUNNING, Samples.Noon + Minute) };
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(next, position: 2, ended)), None);

        var stored = (await Journal.ReadAsync(Tenant, execution.Id, None)).ShouldNotBeNull();
        (stored.Provisional, stored.Ended).ShouldBe((false, ended));
        ModelJson.ReadExecution(stored.Document.Span).State.ShouldBe(next.State);
        (await Store.Executions.SearchIdsAsync(Tenant, [], 10, None)).ShouldBe([execution.Id]);
        (await Journal.LoadAsync(lease, None)).Executions.Count.ShouldBe(ended ? 0 : 1);
    }

    [Fact]
    public async Task Provisional_snapshot_can_be_deleted()
    {
        var lease = await AcquireAsync("one");
        var id = Samples.Id("run");
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(Samples.Execution(Tenant, id)) with { Provisional = true }), None);
        var deletion = new ExecutionBatch();
        deletion.Deleted.Add((Tenant, id));
        await Journal.CommitAsync(lease, deletion, None);

        (await Journal.ReadAsync(Tenant, id, None)).ShouldBeNull();
        (await Journal.LoadAsync(lease, None)).Executions.ShouldBeEmpty();
    }

    [Fact]
    public async Task Events_after_a_position_are_read_as_long_as_the_snapshot_is_the_same()
    {
        var lease = await AcquireAsync("one");
        var execution = Samples.Execution(Tenant, Samples.Id("run"), StateType.CREATED);
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(execution)), None);
        await Journal.CommitAsync(lease, Entries(execution.Id, (2, "b")), None);
        var version = (await Journal.ReadAsync(Tenant, execution.Id, None))!.Version;
        await Journal.CommitAsync(lease, Entries(execution.Id, (3, "c"), (4, "d")), None);

        (await TailAsync(2)).ShouldBe(["c", "d"]);
        (await TailAsync(4)).ShouldBe([]);
        (await Journal.ReadTailAsync("another", execution.Id, version, 2, None)).ShouldBeNull();
        (await Journal.ReadTailAsync(Tenant, Samples.Id("unknown"), version, 2, None)).ShouldBeNull();
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(execution, position: 5)), None);
        (await TailAsync(4)).ShouldBeNull();

        async Task<IEnumerable<string>?> TailAsync(long position) => (await Journal.ReadTailAsync(Tenant, execution.Id, version, position, None))?.Select(Samples.Text);
    }

    [Fact]
    public async Task Events_of_an_execution_that_was_started_again_do_not_follow_those_before_its_end()
    {
        var lease = await AcquireAsync("one");
        var execution = Samples.Execution(Tenant, Samples.Id("run"), StateType.CREATED);
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(execution)), None);
        await Journal.CommitAsync(lease, Entries(execution.Id, (2, "b")), None);
        var version = (await Journal.ReadAsync(Tenant, execution.Id, None))!.Version;
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(execution with { State = execution.State.With(StateType.FAILED, Samples.Noon + Minute) }, position: 3, ended: true)), None);
        var ended = (await Journal.ReadAsync(Tenant, execution.Id, None))!.Position;
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(execution, position: ended + 1)), None);
        await Journal.CommitAsync(lease, Entries(execution.Id, (ended + 2, "x"), (ended + 3, "y")), None);

        (await Journal.ReadTailAsync(Tenant, execution.Id, version, 2, None)).ShouldBeNull();
    }

    [Fact]
    public async Task End_takes_journal_and_timers_away()
    {
        var lease = await AcquireAsync("one");
        var execution = Samples.Execution(Tenant, Samples.Id("run"));
        var start = Batch(Samples.Snapshot(execution));
        start.TimersSet.Add(Timer(execution.Id, "timeout"));
        await Journal.CommitAsync(lease, start, None);
        await Journal.CommitAsync(lease, Entries(execution.Id, (2, "b")), None);
        var ended = execution with { State = execution.State.With(StateType.SUCCESS, Samples.Noon + Minute) };
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(ended, position: 3, ended: true)), None);

        var stored = await Journal.ReadAsync(Tenant, execution.Id, None);
        var contents = await Journal.LoadAsync(lease, None);

        stored!.Ended.ShouldBeTrue();
        stored.Tail.ShouldBeEmpty();
        ModelJson.ReadExecution(stored.Document.Span).State.Current.ShouldBe(StateType.SUCCESS);
        contents.Executions.ShouldBeEmpty();
        contents.Timers.ShouldBeEmpty();
    }

    [Fact]
    public async Task Ended_execution_can_be_started_again()
    {
        var lease = await AcquireAsync("one");
        var execution = Samples.Execution(Tenant, Samples.Id("run"), StateType.FAILED);
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(execution, position: 2, ended: true)), None);
        var read = await Journal.ReadAsync(Tenant, execution.Id, None);
        var restarted = execution with { State = execution.State.With(StateType.RESTARTED, Samples.Noon + Minute) };
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(restarted, position: read!.Position + 1)), None);
        await Journal.CommitAsync(lease, Entries(execution.Id, (read.Position + 2, "again")), None);

        var loaded = (await Journal.LoadAsync(lease, None)).Executions.ShouldHaveSingleItem();

        loaded.Ended.ShouldBeFalse();
        loaded.Position.ShouldBe(read.Position + 1);
        loaded.Tail.Select(Samples.Text).ShouldBe(["again"]);
        ModelJson.ReadExecution(loaded.Document.Span).State.Current.ShouldBe(StateType.RESTARTED);
    }

    [Fact]
    public async Task Batch_that_fails_leaves_nothing_behind()
    {
        var lease = await AcquireAsync("one");
        var (first, second) = (Samples.Id("first"), Samples.Id("second"));
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(Samples.Execution(Tenant, first))), None);
        await Journal.CommitAsync(lease, Entries(first, (2, "b")), None);
        var batch = Entries(first, (2, "twice"));
        batch.Snapshots.Add(Samples.Snapshot(Samples.Execution(Tenant, second)));
        batch.TimersSet.Add(Timer(second, "timeout"));
        batch.CommandsSent.Add(new OutgoingCommand(Bed.Partition, second, Samples.Bytes("go")));
        batch.Logs.Add(Samples.Log(Tenant, "never", second));

        await Should.ThrowAsync<Exception>(() => Journal.CommitAsync(lease, batch, None));

        (await Journal.ReadAsync(Tenant, second, None)).ShouldBeNull();
        (await Journal.ReadAsync(Tenant, first, None))!.Tail.Select(Samples.Text).ShouldBe(["b"]);
        (await Journal.ReadCommandsAsync([lease.Partition], 10, None)).ShouldBeEmpty();
        (await Journal.LoadAsync(lease, None)).Timers.ShouldBeEmpty();
        (await Store.Logs.ReadExecutionAsync(Tenant, second, new LogQuery(), 0, 10, None)).ShouldBeEmpty();
        await Journal.CommitAsync(lease, Entries(first, (3, "c")), None);
    }

    [Fact]
    public async Task New_owner_finds_everything_that_was_open_after_a_crash()
    {
        var lease = await AcquireAsync("one");
        var (open, ended) = (Samples.Execution(Tenant, Samples.Id("open")), Samples.Execution(Tenant, Samples.Id("ended"), StateType.SUCCESS));
        var batch = Batch(Samples.Snapshot(open), Samples.Snapshot(ended, ended: true));
        batch.TimersSet.Add(Timer(open.Id, "delay"));
        batch.Slots.Add(Slot(open.Id, SlotState.Held, Samples.Noon));
        await Journal.CommitAsync(lease, batch, None);
        await Journal.CommitAsync(lease, Entries(open.Id, (2, "b")), None);
        await Journal.EnqueueCommandAsync(Bed.Partition, open.Id, Samples.Bytes("kill"), None);

        var other = await Bed.OpenAsync();
        await Bed.ExpireAsync(Bed.Partition);
        var taken = await other.Journal.AcquireAsync(Bed.Partition, "two", Minute, None);
        var contents = await other.Journal.LoadAsync(taken!, None);

        var execution = contents.Executions.ShouldHaveSingleItem();
        execution.ExecutionId.ShouldBe(open.Id);
        execution.Tail.Select(Samples.Text).ShouldBe(["b"]);
        var timer = contents.Timers.ShouldHaveSingleItem();
        timer.ShouldSatisfyAllConditions(
            () => timer.Key.ShouldBe(open.Id + "/delay"),
            () => timer.TenantId.ShouldBe(Tenant),
            () => timer.ExecutionId.ShouldBe(open.Id),
            () => timer.DueAt.ShouldBe(Samples.Noon + Minute),
            () => Samples.Text(timer.Payload).ShouldBe("delay"));
        contents.Slots.ShouldHaveSingleItem().ShouldBe(Slot(open.Id, SlotState.Held, Samples.Noon) with { Partition = Bed.Partition });
        (await other.Journal.ReadCommandsAsync([taken!.Partition], 10, None)).ShouldHaveSingleItem().ExecutionId.ShouldBe(open.Id);
    }

    [Fact]
    public async Task Owner_sees_its_own_partition_only()
    {
        var lease = await AcquireAsync("one");
        var elsewhere = (await Journal.AcquireAsync(StoreBed.NextPartition(), "one", Minute, None))!;
        var (mine, other) = (Samples.Id("mine"), Samples.Id("other"));
        foreach (var (owner, id) in new[] { (lease, mine), (elsewhere, other) })
        {
            var batch = Batch(Samples.Snapshot(Samples.Execution(Tenant, id)));
            batch.TimersSet.Add(Timer(id, "delay"));
            batch.Slots.Add(Slot(id, SlotState.Held, Samples.Noon));
            await Journal.CommitAsync(owner, batch, None);
            await Journal.EnqueueCommandAsync(owner.Partition, id, Samples.Bytes("go"), None);
        }

        var contents = await Journal.LoadAsync(lease, None);

        contents.Executions.Select(static execution => execution.ExecutionId).ShouldBe([mine]);
        contents.Timers.Select(static timer => timer.ExecutionId).ShouldBe([mine]);
        contents.Slots.Select(static slot => slot.ExecutionId).ShouldBe([mine]);
        var command = (await Journal.ReadCommandsAsync([lease.Partition], 10, None)).ShouldHaveSingleItem();
        var done = new ExecutionBatch();
        done.CommandsDone.Add(command.Id);
        await Journal.CommitAsync(elsewhere, done, None);
        (await Journal.ReadCommandsAsync([lease.Partition], 10, None)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Executions_of_other_tenants_are_not_read()
    {
        var lease = await AcquireAsync("one");
        var id = Samples.Id("run");
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(Samples.Execution(Tenant, id))), None);

        (await Journal.ReadAsync(Tenant + "x", id, None)).ShouldBeNull();
        (await Journal.ReadAsync(Tenant, id + "x", None)).ShouldBeNull();
    }

    [Fact]
    public async Task Timer_that_is_set_again_replaces_the_first_and_outlives_its_removal_in_the_same_batch()
    {
        var lease = await AcquireAsync("one");
        var id = Samples.Id("run");
        var batch = Batch(Samples.Snapshot(Samples.Execution(Tenant, id)));
        batch.TimersSet.Add(Timer(id, "delay"));
        batch.TimersSet.Add(Timer(id, "timeout"));
        await Journal.CommitAsync(lease, batch, None);
        var again = new ExecutionBatch();
        again.TimersRemoved.Add(id + "/delay");
        again.TimersRemoved.Add(id + "/timeout");
        again.TimersRemoved.Add("unknown");
        again.TimersSet.Add(Timer(id, "delay") with { DueAt = Samples.Noon + Minute * 2 });
        again.TimersSet.Add(Timer(id, "delay") with { DueAt = Samples.Noon + Minute * 3 });
        await Journal.CommitAsync(lease, again, None);

        var timer = (await Journal.LoadAsync(lease, None)).Timers.ShouldHaveSingleItem();

        timer.Key.ShouldBe(id + "/delay");
        timer.DueAt.ShouldBe(Samples.Noon + Minute * 3);
    }

    [Fact]
    public async Task Slots_come_in_the_order_of_waiting_and_the_last_change_counts()
    {
        var lease = await AcquireAsync("one");
        var ids = Enumerable.Range(0, 4).Select(index => Samples.Id("run" + index)).ToList();
        var batch = Batch([.. ids.Select(id => Samples.Snapshot(Samples.Execution(Tenant, id)))]);
        batch.Slots.Add(Slot(ids[0], SlotState.Queued, Samples.Noon + Minute * 3));
        batch.Slots.Add(Slot(ids[1], SlotState.Queued, Samples.Noon + Minute));
        batch.Slots.Add(Slot(ids[2], SlotState.Queued, Samples.Noon + Minute * 2));
        batch.Slots.Add(Slot(ids[3], SlotState.Queued, Samples.Noon));
        batch.Slots.Add(Slot(ids[3], SlotState.Released, Samples.Noon));
        await Journal.CommitAsync(lease, batch, None);
        var granted = new ExecutionBatch();
        granted.Slots.Add(Slot(ids[1], SlotState.Held, Samples.Noon + Minute));
        await Journal.CommitAsync(lease, granted, None);

        (await Journal.LoadAsync(lease, None)).Slots.Select(static slot => (slot.ExecutionId, slot.State)).ShouldBe(
            [(ids[1], SlotState.Held), (ids[2], SlotState.Queued), (ids[0], SlotState.Queued)]);

        var released = new ExecutionBatch();
        ids.ForEach(id => released.Slots.Add(Slot(id, SlotState.Released, Samples.Noon)));
        await Journal.CommitAsync(lease, released, None);
        (await Journal.LoadAsync(lease, None)).Slots.ShouldBeEmpty();
    }

    [Fact]
    public async Task Commands_are_read_in_order_until_they_are_done()
    {
        var lease = await AcquireAsync("one");
        foreach (var text in new[] { "a", "b", "c" })
        {
            await Journal.EnqueueCommandAsync(Bed.Partition, "run", Samples.Bytes(text), None);
        }

        var first = await Journal.ReadCommandsAsync([lease.Partition], 2, None);
        var batch = new ExecutionBatch();
        batch.CommandsDone.Add(first[0].Id);
        batch.CommandsSent.Add(new OutgoingCommand(Bed.Partition, "run", Samples.Bytes("d")));
        await Journal.CommitAsync(lease, batch, None);

        first.Select(static command => Samples.Text(command.Command)).ShouldBe(["a", "b"]);
        (await Journal.ReadCommandsAsync([lease.Partition], 10, None)).Select(static command => Samples.Text(command.Command)).ShouldBe(["b", "c", "d"]);
    }

    [Fact]
    public async Task Commands_for_a_partition_are_hinted_at()
    {
        var lease = await AcquireAsync("one");
        var target = StoreBed.NextPartition();
        using var hinted = new SemaphoreSlim(0);
        using var subscription = Store.Hints.Subscribe(hint => _ = hint == new Hint(HintKind.Command, target.ToString(System.Globalization.CultureInfo.InvariantCulture)) ? hinted.Release() : 0);

        // The first hint may come before somebody listens: hints may be lost, commands not.
        var heard = false;
        for (var attempt = 0; attempt < 100 && !heard; attempt++)
        {
            await Journal.EnqueueCommandAsync(target, "run", Samples.Bytes("go"), None);
            heard = await hinted.WaitAsync(TimeSpan.FromMilliseconds(100));
        }

        heard.ShouldBeTrue("no hint came");
        while (await hinted.WaitAsync(TimeSpan.Zero))
        {
        }

        var batch = new ExecutionBatch();
        batch.CommandsSent.Add(new OutgoingCommand(target, "run", Samples.Bytes("go")));
        await Journal.CommitAsync(lease, batch, None);
        (await hinted.WaitAsync(TimeSpan.FromSeconds(10))).ShouldBeTrue("a commit that sends commands gives no hint");
    }

    [Fact]
    public async Task Deleted_execution_leaves_nothing()
    {
        var lease = await AcquireAsync("one");
        var (gone, kept) = (Samples.Id("gone"), Samples.Id("kept"));
        foreach (var id in new[] { gone, kept })
        {
            var batch = Batch(Samples.Snapshot(Samples.Execution(Tenant, id)));
            batch.TimersSet.Add(Timer(id, "delay"));
            batch.Slots.Add(Slot(id, SlotState.Held, Samples.Noon));
            await Journal.CommitAsync(lease, batch, None);
            await Journal.CommitAsync(lease, Entries(id, (2, "b")), None);
        }

        var removal = Batch(Samples.Snapshot(Samples.Execution(Tenant, gone), position: 3));
        removal.Deleted.Add((Tenant, gone));
        removal.Deleted.Add((Tenant, "unknown"));
        await Journal.CommitAsync(lease, removal, None);

        (await Journal.ReadAsync(Tenant, gone, None)).ShouldBeNull();
        (await Store.Executions.CountAsync(Tenant, [], None)).ShouldBe(1);
        var contents = await Journal.LoadAsync(lease, None);
        contents.Executions.ShouldHaveSingleItem().Tail.ShouldHaveSingleItem();
        contents.Timers.ShouldHaveSingleItem().ExecutionId.ShouldBe(kept);
        contents.Slots.ShouldHaveSingleItem().ExecutionId.ShouldBe(kept);
    }

    [Fact]
    public async Task Executions_are_found_by_the_labels_that_they_have_now()
    {
        var lease = await AcquireAsync("one");
        var execution = Samples.Execution(Tenant, Samples.Id("run"), labels: [new("env", "dev"), new("team", Tenant)]);
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(execution)), None);
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(execution with { Labels = [new("env", "prod"), new("team", Tenant)] }, position: 2)), None);

        (await CountAsync("env:dev")).ShouldBe(0);
        (await CountAsync("env:prod")).ShouldBe(1);
        (await CountAsync("team:" + Tenant)).ShouldBe(1);
        var removal = new ExecutionBatch();
        removal.Deleted.Add((Tenant, execution.Id));
        await Journal.CommitAsync(lease, removal, None);
        var other = Samples.Execution(Tenant, Samples.Id("other"));
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(other)), None);
        (await CountAsync("env:prod")).ShouldBe(0);

        async Task<long> CountAsync(string label) => await Store.Executions.CountAsync(Tenant, [new QueryFilter(FilterField.LABELS, FilterOperation.EQUALS, label)], None);
    }

    [Fact]
    public async Task Batch_carries_triggers_logs_and_metrics()
    {
        var lease = await AcquireAsync("one");
        var id = Samples.Id("run");
        var batch = Batch(Samples.Snapshot(Samples.Execution(Tenant, id)));
        batch.Triggers.Add(Samples.Trigger(Tenant, "every", next: Samples.Noon + Minute));
        batch.Logs.Add(Samples.Log(Tenant, "hello", id));
        batch.Logs.Add(Samples.Log(Tenant, "world", id));
        batch.Metrics.Add(Samples.Metric(Tenant, id, "rows"));
        await Journal.CommitAsync(lease, batch, None);

        (await Store.Triggers.FindAsync(Tenant, "company.team", "hello", "every", None))!.NextExecutionDate!.Value.ToInstant().ShouldBe(Samples.Noon + Minute);
        (await Store.Logs.ReadExecutionAsync(Tenant, id, new LogQuery(), 0, 10, None)).Select(static log => log.Entry.Message).ShouldBe(["hello", "world"]);
        (await Store.Metrics.FindByExecutionAsync(Tenant, id, null, null, new PageRequest(), None)).Results.ShouldHaveSingleItem().Name.ShouldBe("rows");
    }

    [Fact]
    public async Task Large_batch_is_one_commit()
    {
        var lease = await AcquireAsync("one");
        var ids = Enumerable.Range(0, 500).Select(_ => Samples.Id("run")).ToList();
        var batch = Batch([.. ids.Select(id => Samples.Snapshot(Samples.Execution(Tenant, id)))]);
        ids.ForEach(id => batch.Journal.Add(new JournalEntry(Tenant, id, 2, Samples.Bytes(id))));
        await Journal.CommitAsync(lease, batch, None);

        var contents = await Journal.LoadAsync(lease, None);

        contents.Executions.Select(static execution => execution.ExecutionId).ShouldBe(ids, ignoreOrder: true);
        contents.Executions.ShouldAllBe(static execution => Samples.Text(execution.Tail.Single()) == execution.ExecutionId);
    }

    [Fact]
    public async Task Partitions_commit_side_by_side()
    {
        var leases = new List<PartitionLease>();
        for (var index = 0; index < 4; index++)
        {
            leases.Add((await Journal.AcquireAsync(StoreBed.NextPartition(), "one", Minute, None))!);
        }

        await Task.WhenAll(leases.Select(lease => Task.Run(async () =>
        {
            for (var turn = 0; turn < 10; turn++)
            {
                await Journal.CommitAsync(lease, Batch(Samples.Snapshot(Samples.Execution(Tenant, Samples.Id("run")))), None);
            }
        })));

        foreach (var lease in leases)
        {
            (await Journal.LoadAsync(lease, None)).Executions.Count.ShouldBe(10);
        }
    }

    [Fact]
    public async Task One_commit_writes_several_partitions()
    {
        var (one, two) = (await AcquireAsync("one"), (await Journal.AcquireAsync(StoreBed.NextPartition(), "one", Minute, None))!);
        var batch = Batch(
            Samples.Snapshot(Samples.Execution(Tenant, Samples.Id("first"))) with { Partition = one.Partition },
            Samples.Snapshot(Samples.Execution(Tenant, Samples.Id("second"))) with { Partition = two.Partition });
        batch.TimersSet.Add(new ExecutionTimer(Samples.Id("key"), Tenant, batch.Snapshots[1].Id, Instant.FromUnixTimeSeconds(1), Samples.Bytes("later")) { Partition = two.Partition });
        batch.Slots.Add(new SlotChange(Tenant, "io.test", "flow", batch.Snapshots[1].Id, SlotState.Held, Instant.FromUnixTimeSeconds(2)) { Partition = two.Partition });

        await Journal.CommitAsync([one, two], batch, None);

        var (first, second) = (await Journal.LoadAsync(one, None), await Journal.LoadAsync(two, None));
        first.Executions.Select(static execution => execution.ExecutionId).ShouldBe([batch.Snapshots[0].Id]);
        second.Executions.Select(static execution => execution.ExecutionId).ShouldBe([batch.Snapshots[1].Id]);
        (first.Timers.Count, first.Slots.Count).ShouldBe((0, 0));
        second.Timers.ShouldHaveSingleItem().Partition.ShouldBe(two.Partition);
        second.Slots.ShouldHaveSingleItem().Partition.ShouldBe(two.Partition);
    }

    [Fact]
    public async Task Commit_with_one_lost_lease_writes_nothing()
    {
        var (kept, lost) = (await AcquireAsync("one"), (await Journal.AcquireAsync(StoreBed.NextPartition(), "one", Minute, None))!);
        await Journal.ReleaseAsync(lost, None);
        var id = Samples.Id("half");

        (await Should.ThrowAsync<LeaseLostException>(() => Journal.CommitAsync([kept, lost], Batch(Samples.Snapshot(Samples.Execution(Tenant, id)) with { Partition = kept.Partition }), None)))
            .Message.ShouldContain($"Partition {lost.Partition} ");
        (await Journal.ReadAsync(Tenant, id, None)).ShouldBeNull();
        (await Journal.RenewAsync([kept, lost], Minute, None)).ShouldBe([lost]);
    }

    [Fact]
    public async Task Members_are_counted_while_they_say_so()
    {
        var circle = "circle" + Tenant;
        (await Journal.JoinAsync(circle, "first" + Tenant, Minute, None)).ShouldBe(1);
        (await Journal.JoinAsync(circle, "second" + Tenant, Minute, None)).ShouldBe(2);
        (await Journal.JoinAsync(circle + "'", "stranger" + Tenant, Minute, None)).ShouldBe(1, "another circle shares other leases");
        (await Journal.JoinAsync(circle, "first" + Tenant, Minute, None)).ShouldBe(2);

        await Journal.LeaveAsync("second" + Tenant, None);
        (await Journal.JoinAsync(circle, "late" + Tenant, Duration.FromSeconds(-1), None)).ShouldBe(2, "one who says so counts itself");
        (await Journal.JoinAsync(circle, "first" + Tenant, Minute, None)).ShouldBe(1, "the other's time is over");
        await Journal.LeaveAsync("first" + Tenant, None);
        await Journal.LeaveAsync("stranger" + Tenant, None);
    }

    [Fact]
    public async Task Reply_is_taken_once_by_its_reader()
    {
        var lease = await AcquireAsync("one");
        var reader = Samples.Id("reader");
        var batch = new ExecutionBatch();
        batch.Replies.Add(new CommandReply(reader, "1", Samples.Bytes("done")));
        batch.Replies.Add(new CommandReply(Samples.Id("other"), "2", Samples.Bytes("not yours")));
        await Journal.CommitAsync(lease, batch, None);

        var reply = (await Journal.TakeRepliesAsync(reader, None)).ShouldHaveSingleItem();
        (reply.Token, Samples.Text(reply.Outcome)).ShouldBe(("1", "done"));
        (await Journal.TakeRepliesAsync(reader, None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Place_of_an_execution_tells_its_flow()
    {
        var lease = await AcquireAsync("one");
        var execution = Samples.Execution(Tenant, Samples.Id("placed"));
        await Journal.CommitAsync(lease, Batch(Samples.Snapshot(execution)), None);

        (await Journal.FindPlaceAsync(Tenant, execution.Id, None)).ShouldBe(new ExecutionPlace(Tenant, execution.Namespace, execution.FlowId));
        (await Journal.FindPlaceAsync(Tenant, Samples.Id("nobody"), None)).ShouldBeNull();
        (await Journal.FindPlaceAsync("other", execution.Id, None)).ShouldBeNull();
    }

    [Fact]
    public async Task Partition_of_an_execution_that_is_still_to_be_created_is_that_of_its_timer()
    {
        var lease = await AcquireAsync("one");
        var (waiting, batch) = (Samples.Id("waiting"), new ExecutionBatch());
        batch.TimersSet.Add(Timer(waiting, "create"));
        await Journal.CommitAsync(lease, batch, None);

        (await Journal.FindTimerPartitionAsync(Tenant, waiting, None)).ShouldBe(Bed.Partition);
        (await Journal.FindTimerPartitionAsync(Tenant, Samples.Id("nobody"), None)).ShouldBeNull();
        (await Journal.FindTimerPartitionAsync("other", waiting, None)).ShouldBeNull();
    }

    private async Task<PartitionLease> AcquireAsync(string owner) =>
        await Journal.AcquireAsync(Bed.Partition, owner, Minute, None) ?? throw new InvalidOperationException("The partition is not free");

    private static ExecutionBatch Batch(params IEnumerable<ExecutionSnapshot> snapshots)
    {
        var batch = new ExecutionBatch();
        batch.Snapshots.AddRange(snapshots);
        return batch;
    }

    private ExecutionBatch Entries(string id, params (long Position, string Text)[] entries)
    {
        var batch = new ExecutionBatch();
        batch.Journal.AddRange(entries.Select(entry => new JournalEntry(Tenant, id, entry.Position, Samples.Bytes(entry.Text))));
        return batch;
    }

    private ExecutionTimer Timer(string id, string name) => new($"{id}/{name}", Tenant, id, Samples.Noon + Minute, Samples.Bytes(name));

    private SlotChange Slot(string id, SlotState state, Instant queuedAt) => new(Tenant, "company.team", "hello", id, state, queuedAt);
}

public sealed class MemoryJournalTests : JournalContract<MemoryBed>;

public sealed class SqliteJournalTests : JournalContract<SqliteBed>;

public sealed class PostgresJournalTests : JournalContract<PostgresBed>;

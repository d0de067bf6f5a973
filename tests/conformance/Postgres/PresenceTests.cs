using Kestra.Conformance.Beds;
using Kestra.Storage.Executions;
using Kestra.Storage.Postgres;
using NodaTime;

namespace Kestra.Conformance.Postgres;

/// <summary>The leases of an executor whose process has died are free as soon as the database has noticed; those of one that lives are not.</summary>
public sealed class PresenceTests
{
    private const string Circle = "executions";

    private static readonly Duration Hour = Duration.FromHours(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Lease_of_a_process_that_is_gone_is_free_before_it_runs_out()
    {
        var database = await NewDatabaseAsync();
        await using var heir = Open(database);
        await using (var mortal = Open(database))
        {
            (await mortal.Journal.JoinAsync(Circle, "mortal", Hour, default)).ShouldBe(1);
            (await mortal.Journal.AcquireAsync(3, "mortal", Hour, default)).ShouldNotBeNull();
            (await heir.Journal.JoinAsync(Circle, "heir", Hour, default)).ShouldBe(2);
            (await heir.Journal.AcquireAsync(3, "heir", Hour, default)).ShouldBeNull("its owner lives");
            (await heir.Journal.FindGoneAsync(default)).ShouldBeEmpty();
        }

        (await UntilAsync(() => heir.Journal.AcquireAsync(3, "heir", Hour, default))).Epoch.ShouldBe(2);
        (await heir.Journal.JoinAsync(Circle, "heir", Hour, default)).ShouldBe(1, "nobody shares with the dead");
        (await heir.Journal.FindGoneAsync(default)).ShouldBe(["mortal"]);
    }

    [Fact]
    public async Task Owner_that_only_lost_the_session_of_its_lock_is_kept_from_writing_and_shows_itself_again()
    {
        var database = await NewDatabaseAsync();
        await using var one = Open(database);
        await using var other = Open(database);
        await one.Journal.JoinAsync(Circle, "one", Hour, default);
        await other.Journal.JoinAsync(Circle, "other", Hour, default);
        var lost = (await one.Journal.AcquireAsync(0, "one", Hour, default)).ShouldNotBeNull();
        await PostgresServer.ExecuteAsync(database, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1263489876 AND objid = (hashtext('one')::bigint & 4294967295)::oid");

        var taken = await UntilAsync(() => other.Journal.AcquireAsync(0, "other", Hour, default));
        var batch = new ExecutionBatch();
        batch.TimersRemoved.Add("any");
        await Should.ThrowAsync<LeaseLostException>(() => one.Journal.CommitAsync([lost], batch, default));

        (await one.Journal.JoinAsync(Circle, "one", Hour, default)).ShouldBe(2);
        (await one.Journal.AcquireAsync(0, "one", Hour, default)).ShouldBeNull("the other one lives");
        await other.Journal.ReleaseAsync(taken, default);
        (await one.Journal.AcquireAsync(0, "one", Hour, default)).ShouldNotBeNull();
        (await other.Journal.AcquireAsync(0, "other", Hour, default)).ShouldBeNull("it shows itself again");
    }

    [Fact]
    public async Task Members_that_count_on_the_time_of_their_leases_have_it()
    {
        var database = await NewDatabaseAsync();
        await using var other = Open(database);
        await using (var scheduler = Open(database))
        {
            await scheduler.Journal.JoinAsync("triggers", "scheduler", Hour, default);
            (await scheduler.Journal.AcquireAsync(1_000_000, "scheduler", Hour, default)).ShouldNotBeNull();
        }

        (await other.Journal.AcquireAsync(1_000_000, "other", Hour, default)).ShouldBeNull();
    }

    [Fact]
    public async Task Owner_that_shows_no_lock_is_judged_by_the_time_of_its_lease()
    {
        var database = await NewDatabaseAsync();
        await using var other = Open(database);
        await using (var silent = Open(database))
        {
            (await silent.Journal.AcquireAsync(0, "silent", Hour, default)).ShouldNotBeNull();
        }

        (await other.Journal.AcquireAsync(0, "other", Hour, default)).ShouldBeNull();
    }

    private static async Task<PartitionLease> UntilAsync(Func<Task<PartitionLease?>> acquire)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await acquire() is { } lease)
            {
                return lease;
            }

            await Task.Delay(20, limit.Token);
        }
    }

    private static PostgresStore Open(string database) => new(new PostgresOptions { ConnectionString = database }, TimeProvider.System);

    private static async Task<string> NewDatabaseAsync()
    {
        var database = await (await PostgresServer.SharedAsync).CreateDatabaseAsync();
        await using var store = Open(database);
        await store.MigrateAsync(default);
        return database;
    }
}

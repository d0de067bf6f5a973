using Kestra.Conformance.Beds;
using Kestra.Storage;
using Kestra.Storage.Executions;
using Kestra.Storage.Postgres;
using NodaTime;

namespace Kestra.Conformance.Postgres;

/// <summary>A database that goes away and comes back: clear faults in between, and nothing lost.</summary>
public sealed class OutageTests
{
    [Fact]
    public async Task Lost_connections_are_replaced()
    {
        var (database, store) = await OpenAsync();
        await using var closing = store;
        var lease = (await store.Journal.AcquireAsync(1, "one", Duration.FromMinutes(1), default))!;
        var id = Samples.Id("run");
        await store.Journal.CommitAsync(lease, Batch(id), default);
        await EndConnectionsAsync(database);

        await RetryAsync(() => store.Journal.CommitAsync(lease, new ExecutionBatch(), default));

        (await store.Journal.LoadAsync(lease, default)).Executions.ShouldHaveSingleItem().ExecutionId.ShouldBe(id);
    }

    [Fact]
    public async Task Database_that_only_reads_is_unavailable_until_it_writes_again()
    {
        var (database, store) = await OpenAsync();
        await using var closing = store;
        var lease = (await store.Journal.AcquireAsync(1, "one", Duration.FromMinutes(1), default))!;
        await PostgresServer.ExecuteAsync(database, "ALTER DATABASE " + Name(database) + " SET default_transaction_read_only = on");
        await EndConnectionsAsync(database);
        await RetryAsync(() => store.Settings.FindAsync("any", default));

        await Should.ThrowAsync<StoreUnavailableException>(() => store.Journal.CommitAsync(lease, Batch(Samples.Id("run")), default));
        await Should.ThrowAsync<StoreUnavailableException>(() => store.CheckAsync(default));

        await PostgresServer.ExecuteAsync(database + ";Options=-c default_transaction_read_only=off", "ALTER DATABASE " + Name(database) + " SET default_transaction_read_only = off");
        await EndConnectionsAsync(database);
        await RetryAsync(() => store.CheckAsync(default));
        await store.Journal.CommitAsync(lease, Batch(Samples.Id("run")), default);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_unavailable()
    {
        await using var store = new PostgresStore(new PostgresOptions { ConnectionString = "Host=127.0.0.1;Port=1;Username=kestra;Database=kestra" }, TimeProvider.System);

        await Should.ThrowAsync<StoreUnavailableException>(() => store.CheckAsync(default));
        await Should.ThrowAsync<StoreUnavailableException>(() => store.MigrateAsync(default));
    }

    [Fact]
    public async Task Hints_come_again_after_their_connection_broke()
    {
        var database = await (await PostgresServer.SharedAsync).CreateDatabaseAsync();
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var store = new PostgresStore(new PostgresOptions { ConnectionString = database, HintRetry = TimeSpan.FromMilliseconds(1), HintsLost = _ => lost.TrySetResult() }, TimeProvider.System);
        await store.MigrateAsync(default);
        using var hinted = new SemaphoreSlim(0);
        using var subscription = store.Hints.Subscribe(_ => hinted.Release());
        (await HearAsync(store, hinted)).ShouldBeTrue("no hint came");

        await EndConnectionsAsync(database);
        await lost.Task.WaitAsync(TimeSpan.FromSeconds(20));
        while (await hinted.WaitAsync(TimeSpan.Zero))
        {
        }

        (await HearAsync(store, hinted)).ShouldBeTrue("no hint came after the connection broke");
    }

    private static async Task<bool> HearAsync(PostgresStore store, SemaphoreSlim hinted)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            await RetryAsync(() => store.Journal.EnqueueCommandAsync(1, "run", Samples.Bytes("go"), default));
            if (await hinted.WaitAsync(TimeSpan.FromMilliseconds(100)))
            {
                return true;
            }
        }

        return false;
    }

    // What an owner does: as often as the store says that it can't now.
    private static async Task RetryAsync(Func<Task> work)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await work();
                return;
            }
            catch (StoreUnavailableException) when (attempt < 30)
            {
            }
        }
    }

    private static ExecutionBatch Batch(string id)
    {
        var batch = new ExecutionBatch();
        batch.Snapshots.Add(Samples.Snapshot(Samples.Execution("main", id)));
        return batch;
    }

    private static async Task<(string Database, PostgresStore Store)> OpenAsync()
    {
        var database = await (await PostgresServer.SharedAsync).CreateDatabaseAsync();
        var store = NewDatabaseTests.Open(database);
        await store.MigrateAsync(default);
        return (database, store);
    }

    private static string Name(string database) => new Npgsql.NpgsqlConnectionStringBuilder(database).Database!;

    private static async Task EndConnectionsAsync(string database) => await PostgresServer.ExecuteAsync(
        (await PostgresServer.SharedAsync).ConnectionString("postgres"), $"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{Name(database)}'");
}

using Kestra.Conformance.Beds;
using Kestra.Storage.Flows;
using Kestra.Storage.Postgres;

namespace Kestra.Conformance.Postgres;

/// <summary>Two processes on one database: each sees what it stores at once, and what the other stores within moments.</summary>
public sealed class FlowChangeTests
{
    private const string Tenant = "main";

    [Fact]
    public async Task Own_change_is_seen_at_once()
    {
        await using var store = Open(await NewDatabaseAsync());
        (await FindAsync(store)).ShouldBeNull();

        for (var revision = 1; revision <= 20; revision++)
        {
            await SaveAsync(store, revision - 1);
            (await FindAsync(store))!.Revision.ShouldBe(revision);
        }
    }

    [Fact]
    public async Task Change_of_another_process_is_seen_within_moments()
    {
        var database = await NewDatabaseAsync();
        await using var one = Open(database);
        await using var other = Open(database);
        await SaveAsync(one, 0);
        for (var revision = 1; revision <= 5; revision++)
        {
            await UntilAsync(other, revision);
            await SaveAsync(one, revision);
        }
    }

    [Fact]
    public async Task Change_is_seen_while_the_database_cannot_tell_of_it()
    {
        var database = await NewDatabaseAsync();
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var one = Open(database);
        await using var other = new PostgresStore(new PostgresOptions { ConnectionString = database, HintRetry = TimeSpan.FromDays(1), HintsLost = _ => lost.TrySetResult() }, TimeProvider.System);
        await SaveAsync(one, 0);
        await UntilAsync(other, 1);
        while (!lost.Task.IsCompleted)
        {
            await PostgresServer.ExecuteAsync(database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()");
            await Task.WhenAny(lost.Task, Task.Delay(50));
        }

        await SaveWithRetryAsync(one, 1);
        (await FindAsync(other))!.Revision.ShouldBe(2);
    }

    private static Task<StoredFlow?> FindAsync(PostgresStore store) => store.Flows.FindAsync(Tenant, "company.team", "hello", revision: null, allowDeleted: false, default);

    private static Task SaveAsync(PostgresStore store, int last) => store.Flows.SaveAsync(Samples.Flow(Tenant, "hello", source: $"revision {last + 1}"), last == 0 ? null : last, default);

    // The connection that is used next may be the one that was ended.
    private static async Task SaveWithRetryAsync(PostgresStore store, int last)
    {
        try
        {
            await SaveAsync(store, last);
        }
        catch (Kestra.Storage.StoreUnavailableException)
        {
            await SaveAsync(store, last);
        }
    }

    private static async Task UntilAsync(PostgresStore store, int revision)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while ((await FindAsync(store))?.Revision != revision)
        {
            patience.IsCancellationRequested.ShouldBeFalse($"revision {revision} was not seen");
        }
    }

    private static async Task<string> NewDatabaseAsync()
    {
        var database = await (await PostgresServer.SharedAsync).CreateDatabaseAsync();
        await using var store = Open(database);
        await store.MigrateAsync(default);
        return database;
    }

    private static PostgresStore Open(string database) => new(new PostgresOptions { ConnectionString = database }, TimeProvider.System);
}

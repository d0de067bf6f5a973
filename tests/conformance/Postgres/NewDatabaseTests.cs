using System.Text.Json;
using System.Text.Json.Nodes;
using Kestra.Conformance.Beds;
using Kestra.Storage.Postgres;

namespace Kestra.Conformance.Postgres;

/// <summary>A new database is Kestra's own, as its migrations would have left it.</summary>
public sealed class NewDatabaseTests
{
    [Fact]
    public async Task Catalogue_is_that_of_the_original()
    {
        var database = await CreateAsync();

        var catalogue = await PostgresCatalogue.ReadAsync(database);

        Differences(catalogue, Recording.Catalogue(Recording.Level)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("CREATE INDEX further ON logs (key)", "/tables/logs/indexes")]
    [InlineData("ALTER TABLE flows ADD COLUMN updated text", "/tables/flows/columns")]
    [InlineData("ALTER TABLE executions ALTER COLUMN state_duration DROP NOT NULL", "/tables/executions/columns")]
    [InlineData("ALTER TYPE state_type ADD VALUE 'SUBMITTED'", "/enums/state_type")]
    [InlineData("DROP TRIGGER queues_updated ON queues", "/tables/queues/triggers")]
    [InlineData("CREATE TABLE further (id int)", "/tables/further")]
    public async Task Comparison_sees_what_differs(string change, string place)
    {
        var database = await CreateAsync();
        await PostgresServer.ExecuteAsync(database, change);

        Differences(await PostgresCatalogue.ReadAsync(database), Recording.Catalogue(Recording.Level)).ShouldHaveSingleItem().ShouldStartWith(place);
    }

    [Fact]
    public async Task Functions_are_those_of_the_original()
    {
        var database = await CreateAsync();

        (await PostgresCatalogue.FunctionBodiesAsync(database)).ShouldBe(await PostgresCatalogue.FunctionBodiesAsync(await Recording.RestoreAsync(Recording.Level)));
    }

    [Fact]
    public async Task History_has_the_rows_of_the_migrations()
    {
        var database = await CreateAsync();

        (await PostgresCatalogue.HistoryAsync(database)).ShouldBe(Recording.History(Recording.Level));
    }

    [Fact]
    public async Task Processes_that_start_together_create_it_once()
    {
        var database = await (await PostgresServer.SharedAsync).CreateDatabaseAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            await using var store = Open(database);
            await store.MigrateAsync(default);
            await store.CheckAsync(default);
        }));

        (await PostgresCatalogue.HistoryAsync(database)).Count.ShouldBe(40);
        (await PostgresCatalogue.TextsAsync(database, "SELECT version::text FROM kestra_engine.migration ORDER BY version")).ShouldBe(["1", "2", "3", "4", "5", "6"]);
    }

    [Fact]
    public async Task Engine_tables_can_have_a_schema_of_another_name()
    {
        var database = await (await PostgresServer.SharedAsync).CreateDatabaseAsync();
        await using var store = new PostgresStore(new PostgresOptions { ConnectionString = database, EngineSchema = "other_engine" }, TimeProvider.System);
        await store.MigrateAsync(default);

        (await store.Journal.AcquireAsync(1, "one", NodaTime.Duration.FromMinutes(1), default)).ShouldNotBeNull();
        (await PostgresCatalogue.TextsAsync(database, "SELECT schema_name::text FROM information_schema.schemata WHERE schema_name LIKE '%engine'")).ShouldBe(["other_engine"]);
        Should.Throw<ArgumentException>(() => new PostgresOptions { ConnectionString = database, EngineSchema = "x; DROP SCHEMA public" });
    }

    [Fact]
    public async Task Start_that_must_not_migrate_creates_nothing_and_works_on_what_is_there()
    {
        var database = await (await PostgresServer.SharedAsync).CreateDatabaseAsync();
        await using var store = new PostgresStore(new PostgresOptions { ConnectionString = database, Migrate = false }, TimeProvider.System);

        (await Should.ThrowAsync<InvalidOperationException>(() => store.MigrateAsync(default))).Message.ShouldContain("sys database migrate");

        (await PostgresCatalogue.TextsAsync(database, "SELECT tablename::text FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")).ShouldBeEmpty();
        await using var migrating = Open(database);
        await migrating.MigrateAsync(default);
        await store.MigrateAsync(default);
        await store.CheckAsync(default);
    }

    [Fact]
    public async Task Foreign_tables_are_left_alone()
    {
        var database = await (await PostgresServer.SharedAsync).CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "CREATE TABLE invoices (id int)");
        await using var store = Open(database);

        (await Should.ThrowAsync<InvalidOperationException>(() => store.MigrateAsync(default))).Message.ShouldContain("no history");

        (await PostgresCatalogue.ReadAsync(database))["tables"]!.AsObject().Select(static table => table.Key).ShouldBe(["invoices"]);
    }

    internal static PostgresStore Open(string database) => new(new PostgresOptions { ConnectionString = database }, TimeProvider.System);

    /// <summary>Where two catalogues differ, as paths with both values.</summary>
    internal static List<string> Differences(JsonNode? actual, JsonNode? expected, string path = "")
    {
        if (actual is JsonObject ours && expected is JsonObject theirs)
        {
            return [.. ours.Select(static pair => pair.Key).Union(theirs.Select(static pair => pair.Key)).SelectMany(key => Differences(ours[key], theirs[key], $"{path}/{key}"))];
        }

        if (actual is JsonArray list && expected is JsonArray other && list.Count == other.Count)
        {
            return [.. list.Zip(other).SelectMany((pair, index) => Differences(pair.First, pair.Second, $"{path}[{index}]"))];
        }

        return JsonNode.DeepEquals(actual, expected) ? [] : [$"{path}: {JsonSerializer.Serialize(actual)} instead of {JsonSerializer.Serialize(expected)}"];
    }

    private static async Task<string> CreateAsync()
    {
        var database = await (await PostgresServer.SharedAsync).CreateDatabaseAsync();
        await using var store = Open(database);
        await store.MigrateAsync(default);
        return database;
    }
}

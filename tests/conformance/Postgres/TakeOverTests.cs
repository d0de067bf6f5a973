using Kestra.Conformance.Beds;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Storage.Executions;
using Kestra.Storage.Flows;
using Kestra.Storage.Logs;
using Kestra.Storage.Queries;
using NodaTime;
using static Kestra.Storage.Queries.FilterField;
using static Kestra.Storage.Queries.FilterOperation;

namespace Kestra.Conformance.Postgres;

/// <summary>A database that the original worked on is taken over in place, with everything in it, and stays the original's.</summary>
public sealed class TakeOverTests
{
    private const string Tenant = "main";

    [Theory]
    [InlineData("1.0.36")]
    [InlineData("0.12.0-upgraded-to-1.0.36")]
    [InlineData("0.22.0-upgraded-to-1.0.36-tenant-migrated")]
    public async Task Tables_and_history_stay_as_they_are(string version)
    {
        var database = await Recording.RestoreAsync(version);
        var before = await RowsAsync(database);
        await using var store = NewDatabaseTests.Open(database);

        await store.MigrateAsync(default);
        await store.MigrateAsync(default);

        NewDatabaseTests.Differences(await PostgresCatalogue.ReadAsync(database), Recording.Catalogue(version)).ShouldBeEmpty();
        (await PostgresCatalogue.HistoryAsync(database)).ShouldBe(Recording.History(version));
        (await RowsAsync(database)).ShouldBe(before);
    }

    [Theory]
    [InlineData("0.24.0", "sys database migrate")]
    [InlineData("0.12.0", "sys database migrate")]
    [InlineData("1.3.34", "1.1 or newer")]
    [InlineData("2.0.0", "2.0 or newer")]
    public async Task Database_of_another_level_is_refused_and_not_touched(string version, string reason)
    {
        var database = await Recording.RestoreAsync(version);
        var before = await PostgresCatalogue.ReadAsync(database);
        await using var store = NewDatabaseTests.Open(database);

        (await Should.ThrowAsync<InvalidOperationException>(() => store.MigrateAsync(default))).Message.ShouldContain(reason);

        NewDatabaseTests.Differences(await PostgresCatalogue.ReadAsync(database), before).ShouldBeEmpty();
        (await PostgresCatalogue.TextsAsync(database, "SELECT schema_name::text FROM information_schema.schemata WHERE schema_name = 'kestra_engine'")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("UPDATE flyway_schema_history SET checksum = 1 WHERE version = '1.44'", "1.44")]
    [InlineData("UPDATE flyway_schema_history SET success = false WHERE version = '1.37'", "failed half-way")]
    [InlineData("DELETE FROM flyway_schema_history WHERE version = '1.44'", "1 migrations are missing (1.44)")]
    [InlineData("UPDATE flyway_schema_history SET checksum = 1 WHERE version = '1.38'", null)]
    [InlineData("INSERT INTO flyway_schema_history VALUES (99, '2.7', 'enterprise', 'SQL', 'V2_7__enterprise.sql', 1, 'kestra', now(), 1, true)", null)]
    public async Task History_is_judged(string change, string? reason)
    {
        var database = await Recording.RestoreAsync(Recording.Level);
        await PostgresServer.ExecuteAsync(database, change);
        await using var store = NewDatabaseTests.Open(database);

        if (reason is null)
        {
            await store.MigrateAsync(default);
        }
        else
        {
            (await Should.ThrowAsync<InvalidOperationException>(() => store.MigrateAsync(default))).Message.ShouldContain(reason);
        }
    }

    [Fact]
    public async Task Flows_are_read()
    {
        var database = await Recording.RestoreAsync(Recording.Level);
        await using var store = await OpenAsync(database);
        var expected = await PostgresCatalogue.TextsAsync(
            database, "SELECT DISTINCT ON (namespace, id) concat_ws(' ', namespace, id, revision, deleted) FROM flows WHERE tenant_id = 'main' ORDER BY namespace, id, revision DESC");

        var flows = await store.Flows.FindAllAsync(Tenant, default);

        flows.Select(static flow => $"{flow.Namespace} {flow.Id} {flow.Revision} f").ShouldBe(expected.Where(static row => row.EndsWith(" f", StringComparison.Ordinal)), ignoreOrder: true);
        flows.ShouldNotBeEmpty();
        flows.ShouldAllBe(static flow => flow.Source.Contains(flow.Id, StringComparison.Ordinal) && flow.Document.Length > 0);
        (await store.Flows.FindRevisionsAsync(Tenant, "company.team", "hello", default)).Select(static flow => flow.Revision).ShouldBeInOrder();
        (await store.Flows.SearchAsync(Tenant, [new QueryFilter(LABELS, EQUALS, "team:data"), new QueryFilter(QUERY, EQUALS, "hello")], new PageRequest(), default)).Results.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Flow_gets_a_further_revision()
    {
        await using var store = await OpenAsync(await Recording.RestoreAsync(Recording.Level));
        var last = (await store.Flows.FindAsync(Tenant, "company.team", "hello", null, false, default))!;

        var saved = await store.Flows.SaveAsync(Samples.Flow(Tenant, "hello"), last.Revision, default);

        saved.Revision.ShouldBe(last.Revision + 1);
        (await store.Flows.FindAsync(Tenant, "company.team", "hello", null, false, default))!.Source.ShouldBe(saved.Source);
    }

    [Fact]
    public async Task Executions_are_read()
    {
        var database = await Recording.RestoreAsync(Recording.Level);
        await using var store = await OpenAsync(database);
        var ids = await PostgresCatalogue.TextsAsync(database, "SELECT key FROM executions WHERE NOT deleted AND tenant_id = 'main' AND kind IS NULL ORDER BY start_date DESC, key DESC");

        var page = await store.Executions.SearchAsync(Tenant, [], new PageRequest(1, 1000), default);

        var executions = page.Results.Select(static document => ModelJson.ReadExecution(document.Span)).ToList();
        executions.Select(static execution => execution.Id).ShouldBe(ids);
        page.Total.ShouldBe(ids.Count);
        foreach (var state in executions.Select(static execution => execution.State.Current).Distinct())
        {
            (await store.Executions.CountAsync(Tenant, [new QueryFilter(STATE, EQUALS, state.ToString())], default)).ShouldBe(executions.Count(execution => execution.State.Current == state));
        }

        foreach (var execution in executions)
        {
            var stored = (await store.Journal.ReadAsync(Tenant, execution.Id, default))!;
            stored.Tail.ShouldBeEmpty();
            stored.Ended.ShouldBe(execution.State.Current.IsTerminated, execution.Id);
        }
    }

    [Fact]
    public async Task Ended_execution_can_be_started_again()
    {
        await using var store = await OpenAsync(await Recording.RestoreAsync(Recording.Level));
        var failed = (await store.Executions.SearchIdsAsync(Tenant, [new QueryFilter(STATE, EQUALS, "FAILED")], 1, default)).Single();
        var stored = (await store.Journal.ReadAsync(Tenant, failed, default))!;
        var execution = ModelJson.ReadExecution(stored.Document.Span);
        var lease = (await store.Journal.AcquireAsync(1, "one", Duration.FromMinutes(1), default))!;
        var batch = new ExecutionBatch();
        batch.Snapshots.Add(Samples.Snapshot(execution with { State = execution.State.With(StateType.RESTARTED, Samples.Noon) }, stored.Position + 1));
        await store.Journal.CommitAsync(lease, batch, default);

        (await store.Journal.LoadAsync(lease, default)).Executions.ShouldHaveSingleItem().ExecutionId.ShouldBe(failed);
    }

    [Fact]
    public async Task Logs_metrics_triggers_and_settings_are_read()
    {
        var database = await Recording.RestoreAsync(Recording.Level);
        await using var store = await OpenAsync(database);
        var execution = (await PostgresCatalogue.TextsAsync(database, "SELECT execution_id FROM logs WHERE execution_id IS NOT NULL AND tenant_id = 'main' AND NOT deleted GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"))[0];
        var messages = await PostgresCatalogue.TextsAsync(database, $"SELECT value ->> 'message' FROM logs WHERE execution_id = '{execution}' AND NOT deleted");
        await store.Logs.AppendAsync([Samples.Log(Tenant, "ours", execution, timestamp: Instant.FromUtc(2000, 1, 1, 0, 0))], default);

        var read = new List<string>();
        for (var after = 0L; await store.Logs.ReadExecutionAsync(Tenant, execution, new LogQuery(), after, 2, default) is { Count: > 0 } logs; after = logs[^1].Position)
        {
            read.AddRange(logs.Select(static log => log.Entry.Message));
        }

        read.Order().ShouldBe(messages.Append("ours").Order());
        read[^1].ShouldBe("ours");
        var measured = (await PostgresCatalogue.TextsAsync(database, "SELECT execution_id FROM metrics WHERE tenant_id = 'main' LIMIT 1"))[0];
        (await store.Metrics.FindByExecutionAsync(Tenant, measured, null, null, new PageRequest(1, 100), default)).Results.ShouldNotBeEmpty();
        var triggers = await store.Triggers.FindAllAsync(Tenant, null, null, default);
        triggers.Count.ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe((await PostgresCatalogue.TextsAsync(database, "SELECT count(*)::text FROM triggers WHERE tenant_id = 'main'"))[0]);
        (await store.Triggers.FindAsync(Tenant, "company.team", "etl", "daily", default))!.NextExecutionDate!.Value.ToInstant().ShouldBe(Instant.FromUtc(2026, 2, 3, 6, 0));
        (await store.Settings.FindAsync("instance.version", default)).ShouldBe("1.0.36");
        (await store.Settings.FindAsync("kestra.server.basic-auth", default))!.ShouldContain("\"username\": \"admin@example.com\"");
    }

    private static async Task<Storage.Postgres.PostgresStore> OpenAsync(string database)
    {
        var store = NewDatabaseTests.Open(database);
        await store.MigrateAsync(default);
        return store;
    }

    /// <summary>A digest of the content of each table.</summary>
    private static async Task<List<string>> RowsAsync(string database)
    {
        var digests = new List<string>();
        foreach (var table in await PostgresCatalogue.TextsAsync(database, "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"))
        {
            digests.AddRange(await PostgresCatalogue.TextsAsync(database, $"SELECT concat_ws(' ', '{table}', count(*), md5(string_agg(content, '' ORDER BY content))) FROM (SELECT row::text AS content FROM {table} AS row) AS rows"));
        }

        return digests;
    }
}

using System.Collections.Concurrent;
using Kestra.Model;
using Kestra.Storage.Executions;
using Kestra.Storage.Logs;
using Kestra.Storage.Queries;
using Microsoft.Data.Sqlite;
using NodaTime;
using static Kestra.Storage.Queries.FilterField;
using static Kestra.Storage.Queries.FilterOperation;

namespace Kestra.Storage.Sqlite.Tests;

/// <summary>Every list that the UI shows is a range of an index, however many rows there are.</summary>
public sealed class QueryPlanTests : IAsyncLifetime
{
    private const string Tenant = "main";

    private static readonly Instant Noon = Instant.FromUtc(2026, 5, 4, 12, 0);
    private static readonly SortField Newest = new("state.startDate", true);

    private readonly string folder = Directory.CreateTempSubdirectory("kestra-plans-").FullName;
    private readonly ConcurrentQueue<string> statements = [];
    private readonly SqliteStore store;

    public QueryPlanTests() => store = new SqliteStore(new SqliteOptions { Path = File, Synchronous = false, Observe = statements.Enqueue }, TimeProvider.System);

    public static TheoryData<QueryFilter[]> ExecutionFilters =>
    [
        Of(),
        Of(new QueryFilter(NAMESPACE, EQUALS, "company")),
        Of(new QueryFilter(NAMESPACE, PREFIX, "company")),
        Of(new QueryFilter(NAMESPACE, EQUALS, "company"), new QueryFilter(FLOW_ID, EQUALS, "hello")),
        Of(new QueryFilter(STATE, IN, new[] { "FAILED", "RUNNING" })),
        Of(new QueryFilter(START_DATE, GREATER_THAN_OR_EQUAL_TO, Noon)),
        Of(new QueryFilter(START_DATE, GREATER_THAN, Noon), new QueryFilter(END_DATE, LESS_THAN, Noon)),
        Of(new QueryFilter(LABELS, EQUALS, new Label("env", "prod"))),
        Of(new QueryFilter(TRIGGER_EXECUTION_ID, EQUALS, "run")),
        Of(new QueryFilter(CHILD_FILTER, EQUALS, "MAIN")),
        Of(new QueryFilter(SCOPE, EQUALS, "USER")),
        Of(new QueryFilter(EXECUTION_ID, IN, new[] { "a", "b" })),
        Of(new QueryFilter(QUERY, EQUALS, "hello")),
        Of(new QueryFilter(QUERY, EQUALS, "hello world"), new QueryFilter(START_DATE, GREATER_THAN_OR_EQUAL_TO, Noon)),
        Of(new QueryFilter(KIND, EQUALS, "TEST")),
    ];

    private string File => Path.Combine(folder, "kestra.db");

    public async ValueTask InitializeAsync() => await store.MigrateAsync(default);

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [MemberData(nameof(ExecutionFilters))]
    public async Task Executions(QueryFilter[] filters)
    {
        await store.Executions.SearchAsync(Tenant, filters, new PageRequest(1, 25, [Newest]), default);
        await store.Executions.SearchIdsAsync(Tenant, filters, 100, default);
        await store.Executions.CountAsync(Tenant, filters, default);
        await store.Executions.CountByDateAsync(Tenant, filters, Noon, Noon + Duration.FromDays(1), DateTimeZone.Utc, DateBucket.Hour, default);

        CheckPlans();
    }

    [Fact]
    public async Task Executions_without_a_filter_come_sorted_from_the_index()
    {
        await store.Executions.SearchAsync(Tenant, [], new PageRequest(1, 25, [Newest]), default);
        await store.Executions.SearchAsync(Tenant, [], new PageRequest(1, 25), default);
        await store.Executions.SearchAsync(Tenant, [new QueryFilter(NAMESPACE, EQUALS, "company"), new QueryFilter(FLOW_ID, EQUALS, "hello")], new PageRequest(1, 25, [Newest]), default);
        await store.Executions.SearchAsync(Tenant, [new QueryFilter(STATE, EQUALS, "FAILED")], new PageRequest(1, 25, [Newest]), default);
        await store.Executions.LatestPerFlowAsync(Tenant, [("company", "hello")], default);

        CheckPlans(sorted: true);
    }

    [Fact]
    public async Task Flows()
    {
        await store.Flows.FindAsync(Tenant, "company", "hello", null, false, default);
        await store.Flows.FindAsync(Tenant, "company", "hello", 1, false, default);
        await store.Flows.FindRevisionsAsync(Tenant, "company", "hello", default);
        await store.Flows.SearchAsync(Tenant, [], new PageRequest(), default);
        await store.Flows.SearchAsync(Tenant, [new QueryFilter(NAMESPACE, PREFIX, "company"), new QueryFilter(QUERY, EQUALS, "hello")], new PageRequest(), default);
        await store.Flows.SearchAsync(Tenant, [new QueryFilter(LABELS, EQUALS, "env:prod")], new PageRequest(), default);
        await store.Flows.SearchSourceAsync(Tenant, "text", "company", new PageRequest(), default);
        await store.Flows.FindNamespacesAsync(Tenant, "comp", default);

        CheckPlans();
    }

    [Fact]
    public async Task Logs_metrics_and_triggers()
    {
        await store.Logs.SearchAsync(Tenant, [], new PageRequest(), default);
        await store.Logs.SearchAsync(Tenant, [new QueryFilter(START_DATE, GREATER_THAN_OR_EQUAL_TO, Noon), new QueryFilter(LEVEL, EQUALS, "WARN"), new QueryFilter(QUERY, EQUALS, "oops")], new PageRequest(), default);
        await store.Logs.SearchAsync(Tenant, [new QueryFilter(NAMESPACE, EQUALS, "company"), new QueryFilter(FLOW_ID, EQUALS, "hello")], new PageRequest(), default);
        await store.Logs.ReadExecutionAsync(Tenant, "run", new LogQuery(), 10, 100, default);
        await store.Logs.DeleteAsync(Tenant, "run", new LogQuery(), default);
        await store.Metrics.FindByExecutionAsync(Tenant, "run", null, null, new PageRequest(), default);
        await store.Metrics.DeleteAsync(Tenant, "run", default);
        await store.Triggers.SearchAsync(Tenant, [], new PageRequest(), default);
        await store.Triggers.FindAllAsync(Tenant, "company", "hello", default);
        await store.Triggers.FindAsync(Tenant, "company", "hello", "every", default);

        CheckPlans();
    }

    [Fact]
    public async Task Journal()
    {
        var lease = (await store.Journal.AcquireAsync(1, "one", Duration.FromMinutes(1), default))!;
        await store.Journal.LoadAsync(lease, default);
        await store.Journal.ReadAsync(Tenant, "run", default);
        await store.Journal.ReadCommandsAsync([lease.Partition], 10, default);
        var batch = new ExecutionBatch();
        batch.Deleted.Add((Tenant, "run"));
        batch.TimersRemoved.Add("timer");
        batch.CommandsDone.Add(1);
        await store.Journal.CommitAsync(lease, batch, default);

        CheckPlans();
    }

    private void CheckPlans(bool sorted = false)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        SqliteFunctions.Register(connection);
        var looked = statements.Where(static sql => sql.StartsWith("SELECT", StringComparison.Ordinal) || sql.StartsWith("DELETE", StringComparison.Ordinal)).Distinct().ToList();
        looked.ShouldNotBeEmpty();
        foreach (var sql in looked)
        {
            foreach (var step in Plan(connection, sql))
            {
                // Lists of values are walked through whole; tables are not.
                if (!step.Contains("json_each", StringComparison.Ordinal))
                {
                    step.StartsWith("SCAN", StringComparison.Ordinal).ShouldBeFalse($"{step}\n{sql}");
                }

                (sorted && step.Contains("TEMP B-TREE", StringComparison.Ordinal)).ShouldBeFalse($"{step}\n{sql}");
            }
        }
    }

    private static TheoryDataRow<QueryFilter[]> Of(params QueryFilter[] filters) => new(filters);

    private static List<string> Plan(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
        for (var index = 0; sql.Contains($"${index}", StringComparison.Ordinal); index++)
        {
            command.Parameters.AddWithValue($"${index}", "");
        }

        using var reader = command.ExecuteReader();
        var steps = new List<string>();
        while (reader.Read())
        {
            steps.Add(reader.GetString(3));
        }

        return steps;
    }
}

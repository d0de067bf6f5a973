using Kestra.Conformance.Beds;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Storage.Executions;
using Kestra.Storage.Queries;
using NodaTime;
using static Kestra.Storage.Queries.FilterField;
using static Kestra.Storage.Queries.FilterOperation;

namespace Kestra.Conformance.Repositories;

/// <summary>Lists of executions: every filter with every operation, sorting, paging, counting.</summary>
public abstract class ExecutionRepositoryContract<TBed> : StoreContract<TBed>
    where TBed : StoreBed, new()
{
    private static readonly Instant Noon = Samples.Noon;

    /// <summary>What is stored, by its short name; ids get an ending that is unique.</summary>
    private static readonly (string Name, Func<string, string, Execution> Of)[] Stored =
    [
        ("a", static (tenant, id) => Samples.Execution(tenant, id, StateType.SUCCESS, Noon, Duration.FromSeconds(90), "company.team", "hello-world", [new("env", "prod"), new("team", "data")])),
        ("b", static (tenant, id) => Samples.Execution(tenant, id, StateType.FAILED, Noon + Duration.FromMinutes(1), Duration.FromSeconds(5), "company.team", "Import_Orders", [new("env", "prod"), new("env", "eu")])),
        ("c", static (tenant, id) => Samples.Execution(tenant, id, StateType.RUNNING, Noon + Duration.FromMinutes(2), Duration.FromSeconds(1), "company", "hello-world", [new("env", "dev")], parent: "parent1")),
        ("d", static (tenant, id) => Samples.Execution(tenant, id, StateType.SUCCESS, Noon + Duration.FromMinutes(3), Duration.FromSeconds(10), "companyx", "other", trigger: Samples.StartedBy("after", "ex1"))),
        ("e", static (tenant, id) => Samples.Execution(tenant, id, StateType.WARNING, Noon + Duration.FromMinutes(4), Duration.FromHours(30), "system", "cleanup%", trigger: Samples.StartedBy("nightly", "ex2"))),
        ("test", static (tenant, id) => Samples.Execution(tenant, id, StateType.SUCCESS, Noon, Duration.FromSeconds(1), "company.team", "hello-world", [new("env", "prod")], ExecutionKind.TEST)),
        ("play", static (tenant, id) => Samples.Execution(tenant, id, StateType.SUCCESS, Noon, Duration.FromSeconds(1), "company.team", "hello-world", kind: ExecutionKind.PLAYGROUND)),
        ("normal", static (tenant, id) => Samples.Execution(tenant, id, StateType.KILLED, Noon - Duration.FromDays(40), Duration.FromSeconds(2), "archive", "old", kind: ExecutionKind.NORMAL)),
    ];

    private readonly Dictionary<string, string> names = new(StringComparer.Ordinal);
    private readonly string ending = Guid.NewGuid().ToString("N")[..10];

    public static TheoryData<string, FilterField, FilterOperation, object?, string> Cases => new()
    {
        { "no value", NAMESPACE, IN, Array.Empty<string>(), "" },
        { "namespace", NAMESPACE, EQUALS, "company.team", "b a" },
        { "namespace with other case", NAMESPACE, EQUALS, "Company.team", "" },
        { "other namespaces", NAMESPACE, NOT_EQUALS, "company.team", "e d c normal" },
        { "namespaces", NAMESPACE, IN, new[] { "company", "system" }, "e c" },
        { "namespaces that are not", NAMESPACE, NOT_IN, new[] { "company", "system", "archive" }, "d b a" },
        { "namespace part", NAMESPACE, CONTAINS, "pany", "d c b a" },
        { "namespace start", NAMESPACE, STARTS_WITH, "company", "d c b a" },
        { "namespace end", NAMESPACE, ENDS_WITH, "team", "b a" },
        { "namespace and below", NAMESPACE, PREFIX, "company", "c b a" },
        { "namespace by expression", NAMESPACE, REGEX, "^company(\\.|$)", "c b a" },
        { "namespace by unanchored expression", NAMESPACE, REGEX, "x", "d" },
        { "signs of patterns are text", NAMESPACE, CONTAINS, "%", "" },
        { "underscore is text", NAMESPACE, STARTS_WITH, "compan_", "" },
        { "quotes are text", NAMESPACE, EQUALS, "' OR '1' = '1", "" },
        { "flow", FLOW_ID, EQUALS, "hello-world", "c a" },
        { "flow with signs", FLOW_ID, CONTAINS, "%", "e" },
        { "flow part with underscore", FLOW_ID, CONTAINS, "t_O", "b" },
        { "flow start", FLOW_ID, STARTS_WITH, "hello", "c a" },
        { "flow start is case-sensitive", FLOW_ID, STARTS_WITH, "import", "" },
        { "flow end", FLOW_ID, ENDS_WITH, "Orders", "b" },
        { "flow end is a whole end", FLOW_ID, ENDS_WITH, "Order", "" },
        { "flow by expression", FLOW_ID, REGEX, "[A-Z]", "b" },
        { "other flows", FLOW_ID, NOT_EQUALS, "hello-world", "e d b normal" },
        { "state", STATE, EQUALS, "SUCCESS", "d a" },
        { "states", STATE, EQUALS, new[] { "SUCCESS", "RUNNING" }, "d c a" },
        { "in states", STATE, IN, new[] { "FAILED", "WARNING" }, "e b" },
        { "not state", STATE, NOT_EQUALS, "SUCCESS", "e c b normal" },
        { "not in states", STATE, NOT_IN, new[] { "SUCCESS", "RUNNING", "KILLED" }, "e b" },
        { "state of later versions", STATE, IN, new[] { "SUBMITTED" }, "" },
        { "started after", START_DATE, GREATER_THAN, Noon + Duration.FromMinutes(3), "e" },
        { "started since", START_DATE, GREATER_THAN_OR_EQUAL_TO, Noon + Duration.FromMinutes(3), "e d" },
        { "started before", START_DATE, LESS_THAN, Noon, "normal" },
        { "started until", START_DATE, LESS_THAN_OR_EQUAL_TO, Noon, "a normal" },
        { "started at", START_DATE, EQUALS, Noon + Duration.FromMinutes(2), "c" },
        { "not started at", START_DATE, NOT_EQUALS, Noon + Duration.FromMinutes(2), "e d b a normal" },
        { "ended after", END_DATE, GREATER_THAN, Noon + Duration.FromMinutes(3), "e d" },
        { "ended until", END_DATE, LESS_THAN_OR_EQUAL_TO, Noon + Duration.FromSeconds(90), "b a normal" },
        { "ended not at", END_DATE, NOT_EQUALS, Noon + Duration.FromSeconds(90), "e d b normal" },
        { "label", LABELS, EQUALS, new Label("env", "prod"), "b a" },
        { "second label of a key", LABELS, EQUALS, new Label("env", "eu"), "b" },
        { "all labels", LABELS, EQUALS, new[] { new Label("env", "prod"), new Label("team", "data") }, "a" },
        { "labels as text", LABELS, EQUALS, "env:dev", "c" },
        { "any label", LABELS, IN, new[] { new Label("env", "dev"), new Label("team", "data") }, "c a" },
        { "no such label", LABELS, NOT_EQUALS, new Label("env", "prod"), "e d c normal" },
        { "none of the labels", LABELS, NOT_IN, new[] { new Label("env", "prod"), new Label("env", "dev") }, "e d normal" },
        { "label part", LABELS, CONTAINS, new Label("env", "ro"), "b a" },
        { "label with signs", LABELS, EQUALS, new Label("en\"v", "$.x"), "" },
        { "system", SCOPE, EQUALS, "SYSTEM", "e" },
        { "user", SCOPE, EQUALS, "USER", "d c b a normal" },
        { "not system", SCOPE, NOT_EQUALS, "SYSTEM", "d c b a normal" },
        { "both scopes", SCOPE, IN, new[] { "USER", "SYSTEM" }, "e d c b a normal" },
        { "started by an execution", CHILD_FILTER, EQUALS, "CHILD", "e d" },
        { "not started by one", CHILD_FILTER, EQUALS, "MAIN", "c b a normal" },
        { "not main", CHILD_FILTER, NOT_EQUALS, "MAIN", "e d" },
        { "by triggering execution", TRIGGER_EXECUTION_ID, EQUALS, "ex1", "d" },
        { "by triggering executions", TRIGGER_EXECUTION_ID, IN, new[] { "ex1", "ex2" }, "e d" },
        { "not that triggering execution", TRIGGER_EXECUTION_ID, NOT_EQUALS, "ex1", "e c b a normal" },
        { "by start of triggering execution", TRIGGER_EXECUTION_ID, STARTS_WITH, "ex", "e d" },
        { "by trigger", TRIGGER_ID, EQUALS, "nightly", "e" },
        { "by parent", PARENT_ID, EQUALS, "parent1", "c" },
        { "kind", KIND, EQUALS, "TEST", "test" },
        { "kinds", KIND, IN, new[] { "TEST", "PLAYGROUND" }, "play test" },
        { "normal kind", KIND, EQUALS, "NORMAL", "e d c b a normal" },
        { "all kinds but one", KIND, NOT_EQUALS, "NORMAL", "play test" },
        { "word of a flow", QUERY, EQUALS, "hello", "c a" },
        { "start of a word", QUERY, EQUALS, "wor", "c a" },
        { "words of namespace and flow", QUERY, EQUALS, "hello team", "a" },
        { "whatever its case", QUERY, EQUALS, "ORDERS", "b" },
        { "middle of a word", QUERY, EQUALS, "ello", "" },
        { "whole namespace", QUERY, EQUALS, "company.team", "b a" },
        { "not the word", QUERY, NOT_EQUALS, "hello", "e d b normal" },
        { "no words", QUERY, EQUALS, "*", "e d c b a normal" },
        { "words with signs of the query language", QUERY, EQUALS, "hello & ! ' :", "c a" },
    };

    public static TheoryData<FilterField, FilterOperation, object?> Refused => new()
    {
        { NAMESPACE, GREATER_THAN, "company" },
        { STATE, CONTAINS, "SUCCESS" },
        { STATE, EQUALS, "DONE" },
        { START_DATE, CONTAINS, Noon },
        { START_DATE, EQUALS, "yesterday" },
        { LABELS, STARTS_WITH, "env:prod" },
        { LABELS, EQUALS, "env" },
        { SCOPE, CONTAINS, "USER" },
        { SCOPE, EQUALS, "OTHER" },
        { QUERY, CONTAINS, "hello" },
        { LEVEL, EQUALS, "INFO" },
        { WORKER_ID, EQUALS, "w" },
        { TIME_RANGE, EQUALS, "PT1H" },
    };

    public static TheoryData<string, bool, string> Sorts => new()
    {
        { "id", false, "a b c d e normal" },
        { "namespace", false, "normal c b a d e" },
        { "flowId", true, "d normal c a e b" },
        { "state.startDate", false, "normal a b c d e" },
        { "state.startDate", true, "e d c b a normal" },
        { "state.endDate", false, "normal b a d e c" },
        { "state.endDate", true, "c e d a b normal" },
        { "state.duration", false, "normal b d a e c" },
        { "state.duration", true, "c e a d b normal" },
    };

    protected override async Task PrepareAsync()
    {
        var lease = (await Store.Journal.AcquireAsync(Bed.Partition, "one", Duration.FromMinutes(1), None))!;
        var batch = new ExecutionBatch();
        foreach (var (name, of) in Stored)
        {
            names[name + ending] = name;
            batch.Snapshots.Add(Samples.Snapshot(of(Tenant, name + ending)));
        }

        batch.Snapshots.Add(Samples.Snapshot(Samples.Execution(Tenant + "x", "elsewhere" + ending)));
        await Store.Journal.CommitAsync(lease, batch, None);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Filter_finds(string name, FilterField field, FilterOperation operation, object? value, string expected)
    {
        var filters = new[] { new QueryFilter(field, operation, value) };
        var wanted = Words(expected);

        (await SearchAsync(filters)).ShouldBe(wanted, ignoreOrder: true, name);
        (await Store.Executions.CountAsync(Tenant, filters, None)).ShouldBe(wanted.Length);
        (await Store.Executions.SearchIdsAsync(Tenant, filters, 100, None)).Select(Name).ShouldBe(wanted, ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Filter_is_refused(FilterField field, FilterOperation operation, object? value)
    {
        await Should.ThrowAsync<InvalidQueryException>(() => SearchAsync([new QueryFilter(field, operation, value)]));
        await Should.ThrowAsync<InvalidQueryException>(() => Store.Executions.CountAsync(Tenant, [new QueryFilter(field, operation, value)], None));
    }

    [Theory]
    [MemberData(nameof(Sorts))]
    public async Task Sort_orders(string field, bool descending, string expected) =>
        (await SearchAsync([], new PageRequest(Sort: [new SortField(field, descending)]))).ShouldBe(Words(expected));

    [Fact]
    public async Task Sort_by_several_fields_takes_the_first_as_most_important() =>
        (await SearchAsync([], new PageRequest(Sort: [new SortField("state.current", true), new SortField("id", true)])))
            .Where(static name => name is "a" or "d").ShouldBe(["d", "a"]);

    [Fact]
    public async Task Unknown_sort_field_is_refused() =>
        (await Should.ThrowAsync<InvalidQueryException>(() => SearchAsync([], new PageRequest(Sort: [new SortField("id; DROP TABLE executions")])))).Message.ShouldContain("state.startDate");

    [Fact]
    public async Task Filters_hold_together() =>
        (await SearchAsync([new QueryFilter(NAMESPACE, PREFIX, "company"), new QueryFilter(STATE, IN, new[] { "SUCCESS", "RUNNING" }), new QueryFilter(QUERY, EQUALS, "hello")]))
            .ShouldBe(["c", "a"]);

    [Fact]
    public async Task Newest_come_first_without_a_sort() => (await SearchAsync([])).ShouldBe(["e", "d", "c", "b", "a", "normal"]);

    [Fact]
    public async Task Id_is_found_by_its_start_and_as_a_whole()
    {
        (await SearchAsync([new QueryFilter(QUERY, EQUALS, "b" + ending)])).ShouldBe(["b"]);
        (await SearchAsync([new QueryFilter(QUERY, EQUALS, "b" + ending[..5])])).ShouldBe(["b"]);
        (await SearchAsync([new QueryFilter(QUERY, EQUALS, "hello a" + ending[..5])])).ShouldBe(["a"]);
        (await SearchAsync([new QueryFilter(EXECUTION_ID, EQUALS, "d" + ending)])).ShouldBe(["d"]);
        (await SearchAsync([new QueryFilter(EXECUTION_ID, IN, new[] { "d" + ending, "e" + ending })])).ShouldBe(["e", "d"]);
    }

    [Fact]
    public async Task Pages_cut_the_whole_and_say_its_size()
    {
        var pages = new List<string>();
        for (var page = 1; page <= 4; page++)
        {
            var found = await Store.Executions.SearchAsync(Tenant, [], new PageRequest(page, 2, [new SortField("id")]), None);
            found.Total.ShouldBe(6);
            pages.Add(string.Join(' ', found.Results.Select(Name)));
        }

        pages.ShouldBe(["a b", "c d", "e normal", ""]);
    }

    [Fact]
    public async Task Ids_are_listed_oldest_first_up_to_the_limit() =>
        (await Store.Executions.SearchIdsAsync(Tenant, [], 3, None)).Select(Name).ShouldBe(["normal", "a", "b"]);

    [Fact]
    public async Task Documents_are_those_that_were_written()
    {
        var page = await Store.Executions.SearchAsync(Tenant, [new QueryFilter(EXECUTION_ID, EQUALS, "a" + ending)], new PageRequest(), None);

        var expected = Stored[0].Of(Tenant, "a" + ending);
        var read = ModelJson.ReadExecution(page.Results.ShouldHaveSingleItem().Span);
        read.State.ShouldBe(expected.State);
        read.Labels.ShouldBe(expected.Labels);
        read.OriginalId.ShouldBe(expected.OriginalId);
    }

    [Theory]
    [InlineData(DateBucket.Minute, "2026-05-04T14:01:00 FAILED 1 5")]
    [InlineData(DateBucket.Hour, "2026-05-04T14:00:00 FAILED 1 5")]
    [InlineData(DateBucket.Day, "2026-05-04T00:00:00 FAILED 1 5")]
    [InlineData(DateBucket.Week, "2026-05-04T00:00:00 FAILED 1 5")]
    [InlineData(DateBucket.Month, "2026-05-01T00:00:00 FAILED 1 5")]
    public async Task Executions_are_counted_in_stretches_of_local_time(DateBucket bucket, string expected) => (await Store.Executions.CountByDateAsync(
            Tenant, [new QueryFilter(STATE, EQUALS, "FAILED")], Noon, Noon + Duration.FromHours(1), DateTimeZoneProviders.Tzdb["Europe/Paris"], bucket, None))
        .Select(static count => $"{count.Bucket:yyyy-MM-ddTHH:mm:ss} {count.State} {count.Count} {count.TotalDuration.TotalSeconds}").ShouldBe([expected]);

    [Fact]
    public async Task Counts_keep_states_and_stretches_apart_and_the_end_out()
    {
        var counts = await Store.Executions.CountByDateAsync(Tenant, [], Noon - Duration.FromDays(41), Noon + Duration.FromMinutes(4), DateTimeZone.ForOffset(Offset.FromHours(-12)), DateBucket.Day, None);

        counts.Select(static count => (count.Bucket, count.State, count.Count)).ShouldBe(
            [
                (new LocalDateTime(2026, 3, 25, 0, 0), StateType.KILLED, 1L),
                (new LocalDateTime(2026, 5, 4, 0, 0), StateType.RUNNING, 1L),
                (new LocalDateTime(2026, 5, 4, 0, 0), StateType.SUCCESS, 2L),
                (new LocalDateTime(2026, 5, 4, 0, 0), StateType.FAILED, 1L),
            ],
            ignoreOrder: true);
        counts.Single(static count => count.State == StateType.SUCCESS).TotalDuration.ShouldBe(Duration.FromSeconds(100));
        counts.Select(static count => count.Bucket).ShouldBeInOrder();
    }

    [Fact]
    public async Task Latest_execution_of_each_flow_is_found()
    {
        var latest = await Store.Executions.LatestPerFlowAsync(
            Tenant, [("company.team", "hello-world"), ("company", "hello-world"), ("company.team", "unknown"), ("companyx", "other")], None);

        latest.Select(Name).ShouldBe(["d", "c", "a"]);
    }

    private async Task<List<string>> SearchAsync(IReadOnlyList<QueryFilter> filters, PageRequest? page = null) =>
        [.. (await Store.Executions.SearchAsync(Tenant, filters, page ?? new PageRequest(), None)).Results.Select(Name)];

    private string Name(ReadOnlyMemory<byte> document) => Name(ModelJson.ReadExecution(document.Span).Id);

    private string Name(string id) => names[id];

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

public sealed class MemoryExecutionTests : ExecutionRepositoryContract<MemoryBed>;

public sealed class SqliteExecutionTests : ExecutionRepositoryContract<SqliteBed>;

public sealed class PostgresExecutionTests : ExecutionRepositoryContract<PostgresBed>;

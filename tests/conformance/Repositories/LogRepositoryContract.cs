using Kestra.Conformance.Beds;
using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Storage.Logs;
using Kestra.Storage.Queries;
using NodaTime;
using static Kestra.Storage.Queries.FilterField;
using static Kestra.Storage.Queries.FilterOperation;

namespace Kestra.Conformance.Repositories;

/// <summary>Logs: in the order of writing for one execution, by filters for all.</summary>
public abstract class LogRepositoryContract<TBed> : StoreContract<TBed>
    where TBed : StoreBed, new()
{
    private readonly string execution = Samples.Id("run");

    private ILogRepository Logs => Store.Logs;

    public static TheoryData<FilterField, FilterOperation, object, string> Cases => new()
    {
        { LEVEL, EQUALS, LogLevel.WARN, "oops careful" },
        { LEVEL, EQUALS, "ERROR", "oops" },
        { LEVEL, NOT_EQUALS, "WARN", "detail started" },
        { NAMESPACE, PREFIX, "company", "oops careful detail" },
        { NAMESPACE, EQUALS, "system", "started" },
        { SCOPE, EQUALS, "SYSTEM", "started" },
        { SCOPE, EQUALS, "USER", "oops careful detail" },
        { FLOW_ID, EQUALS, "hello", "oops detail started" },
        { FLOW_ID, CONTAINS, "orde", "careful" },
        { TRIGGER_ID, EQUALS, "every", "started" },
        { START_DATE, GREATER_THAN, Samples.Noon + Duration.FromSeconds(1), "oops careful" },
        { END_DATE, LESS_THAN_OR_EQUAL_TO, Samples.Noon + Duration.FromSeconds(1), "detail started" },
        { QUERY, EQUALS, "oop", "oops" },
        { QUERY, EQUALS, "CAREFUL orders", "careful" },
        { QUERY, NOT_EQUALS, "hello", "careful" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Filter_finds(FilterField field, FilterOperation operation, object value, string expected)
    {
        await AppendAsync();

        var page = await Logs.SearchAsync(Tenant, [new QueryFilter(field, operation, value)], new PageRequest(), None);

        page.Results.Select(static log => log.Message).ShouldBe(expected.Split(' '));
        page.Total.ShouldBe(page.Results.Count);
    }

    [Fact]
    public async Task Entries_are_read_as_they_were_written()
    {
        var entry = Samples.Log(Tenant, "a \"quoted\" line\nwith ü and \t", execution, LogLevel.DEBUG, Samples.Noon + Duration.FromMilliseconds(1), task: "t", taskRun: "r", attempt: 2, kind: ExecutionKind.TEST);
        await Logs.AppendAsync([entry], None);

        (await Logs.ReadExecutionAsync(Tenant, execution, new LogQuery(), 0, 10, None)).ShouldHaveSingleItem().Entry.ShouldBe(entry);
        (await Logs.SearchAsync(Tenant, [], new PageRequest(), None)).Total.ShouldBe(0, "logs of tests are not listed");
    }

    [Fact]
    public async Task Search_pages_and_sorts()
    {
        await AppendAsync();

        (await Logs.SearchAsync(Tenant, [], new PageRequest(2, 3), None)).Results.Select(static log => log.Message).ShouldBe(["started"]);
        (await Logs.SearchAsync(Tenant, [], new PageRequest(Sort: [new SortField("timestamp")]), None)).Results.Select(static log => log.Message).ShouldBe(["started", "detail", "careful", "oops"]);
        (await Logs.SearchAsync(Tenant, [], new PageRequest(Sort: [new SortField("level"), new SortField("timestamp")]), None)).Results.Select(static log => log.Message).ShouldBe(["oops", "careful", "started", "detail"]);
        await Should.ThrowAsync<InvalidQueryException>(() => Logs.SearchAsync(Tenant, [], new PageRequest(Sort: [new SortField("message")]), None));
        await Should.ThrowAsync<InvalidQueryException>(() => Logs.SearchAsync(Tenant, [new QueryFilter(STATE, EQUALS, "SUCCESS")], new PageRequest(), None));
        await Should.ThrowAsync<InvalidQueryException>(() => Logs.SearchAsync(Tenant, [new QueryFilter(LEVEL, EQUALS, "LOUD")], new PageRequest(), None));
        (await Logs.SearchAsync(Tenant, [new QueryFilter(EXECUTION_ID, EQUALS, execution)], new PageRequest(), None)).Total.ShouldBe(3);
    }

    [Fact]
    public async Task Logs_of_an_execution_come_in_the_order_of_writing_and_go_on_where_a_reader_stopped()
    {
        await AppendAsync();
        await Logs.AppendAsync([Samples.Log(Tenant, "late", execution, timestamp: Samples.Noon - Duration.FromHours(1))], None);

        var first = await Logs.ReadExecutionAsync(Tenant, execution, new LogQuery(), 0, 2, None);
        var rest = await Logs.ReadExecutionAsync(Tenant, execution, new LogQuery(), first[^1].Position, 10, None);

        first.Select(static log => log.Entry.Message).ShouldBe(["detail", "careful"]);
        rest.Select(static log => log.Entry.Message).ShouldBe(["oops", "late"]);
        (await Logs.ReadExecutionAsync(Tenant, execution, new LogQuery(), rest[^1].Position, 10, None)).ShouldBeEmpty();
        (await Logs.ReadExecutionAsync(Tenant + "x", execution, new LogQuery(), 0, 10, None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Logs_of_an_execution_are_narrowed()
    {
        await AppendAsync();

        (await ReadAsync(new LogQuery(MinLevel: LogLevel.WARN))).ShouldBe(["careful", "oops"]);
        (await ReadAsync(new LogQuery(TaskId: "extract"))).ShouldBe(["detail", "careful"]);
        (await ReadAsync(new LogQuery(TaskRunId: "run2"))).ShouldBe(["careful"]);
        (await ReadAsync(new LogQuery(TaskId: "extract", Attempt: 1))).ShouldBe(["careful"]);
    }

    [Fact]
    public async Task Logs_are_deleted_by_execution_and_by_flow()
    {
        await AppendAsync();

        (await Logs.DeleteAsync(Tenant, execution, new LogQuery(TaskId: "extract"), None)).ShouldBe(2);
        (await ReadAsync(new LogQuery())).ShouldBe(["oops"]);
        (await Logs.DeleteByFlowAsync(Tenant, "system", "hello", "other", None)).ShouldBe(0);
        (await Logs.DeleteByFlowAsync(Tenant, "system", "hello", "every", None)).ShouldBe(1);
        (await Logs.DeleteByFlowAsync(Tenant, "company.team", "hello", null, None)).ShouldBe(1);
        (await Logs.SearchAsync(Tenant, [], new PageRequest(), None)).Total.ShouldBe(0);
        (await Logs.SearchAsync(Tenant + "x", [], new PageRequest(), None)).Total.ShouldBe(1);
    }

    [Fact]
    public async Task Old_logs_are_purged_by_what_they_are()
    {
        var day = NodaTime.Instant.FromUtc(2024, 1, 1, 0, 0);
        NodaTime.Instant Hour(int hour) => day + NodaTime.Duration.FromHours(hour);
        await Logs.AppendAsync(
            [
                Samples.Log(Tenant, "one", execution, LogLevel.INFO, Hour(1)),
                Samples.Log(Tenant, "two", execution, LogLevel.WARN, Hour(2)),
                Samples.Log(Tenant, "three", execution, LogLevel.ERROR, Hour(3)),
                Samples.Log(Tenant, "four", execution, LogLevel.INFO, Hour(4), flow: "other"),
                Samples.Log(Tenant + "y", "foreign", execution, LogLevel.INFO, Hour(1)),
            ],
            None);

        (await Logs.PurgeAsync(Tenant, new LogSelection("company", null, null, null, null, Hour(9)), None)).ShouldBe(0);
        (await Logs.PurgeAsync(Tenant, new LogSelection(null, "hello", execution, [LogLevel.WARN, LogLevel.INFO], Hour(2), Hour(3)), None)).ShouldBe(1);
        (await ReadAsync(new LogQuery())).ShouldBe(["one", "three", "four"]);
        (await Logs.PurgeAsync(Tenant, new LogSelection("company.team", null, null, null, null, Hour(3)), None)).ShouldBe(2);
        (await Logs.PurgeAsync(Tenant, new LogSelection(null, null, null, null, null, Hour(4)), None)).ShouldBe(1);
    }

    [Fact]
    public async Task Many_entries_keep_their_order()
    {
        await Logs.AppendAsync([.. Enumerable.Range(0, 1000).Select(index => Samples.Log(Tenant, $"line {index}", execution))], None);

        (await Logs.ReadExecutionAsync(Tenant, execution, new LogQuery(), 0, 2000, None)).Select(static log => log.Entry.Message)
            .ShouldBe(Enumerable.Range(0, 1000).Select(static index => $"line {index}"));
    }

    private async Task<List<string>> ReadAsync(LogQuery query) => [.. (await Logs.ReadExecutionAsync(Tenant, execution, query, 0, 100, None)).Select(static log => log.Entry.Message)];

    private Task AppendAsync() => Logs.AppendAsync(
        [
            Samples.Log(Tenant, "started", @namespace: "system", trigger: "every"),
            Samples.Log(Tenant, "detail", execution, LogLevel.DEBUG, Samples.Noon + Duration.FromSeconds(1), task: "extract", taskRun: "run1", attempt: 0),
            Samples.Log(Tenant, "careful", execution, LogLevel.WARN, Samples.Noon + Duration.FromSeconds(2), flow: "orders", task: "extract", taskRun: "run2", attempt: 1),
            Samples.Log(Tenant, "oops", execution, LogLevel.ERROR, Samples.Noon + Duration.FromSeconds(3)),
            Samples.Log(Tenant + "x", "elsewhere"),
        ],
        None);
}

public sealed class MemoryLogTests : LogRepositoryContract<MemoryBed>;

public sealed class SqliteLogTests : LogRepositoryContract<SqliteBed>;

public sealed class PostgresLogTests : LogRepositoryContract<PostgresBed>;

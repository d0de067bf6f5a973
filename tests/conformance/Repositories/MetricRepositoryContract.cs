using Kestra.Conformance.Beds;
using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Conformance.Repositories;

public abstract class MetricRepositoryContract<TBed> : StoreContract<TBed>
    where TBed : StoreBed, new()
{
    private readonly string execution = Samples.Id("run");

    protected override Task PrepareAsync() => Store.Metrics.AppendAsync(
        [
            Samples.Metric(Tenant, execution, "rows", "extract", "run1", 3),
            Samples.Metric(Tenant, execution, "bytes", "extract", "run2", 1e15, Samples.Noon - Duration.FromMinutes(1)),
            Samples.Metric(Tenant, execution, "seconds", "load", "run3", 0.25, Samples.Noon + Duration.FromMinutes(1)),
            Samples.Metric(Tenant, Samples.Id("other"), "rows"),
        ],
        None);

    [Fact]
    public async Task Metrics_of_an_execution_come_in_the_order_of_writing()
    {
        var page = await Store.Metrics.FindByExecutionAsync(Tenant, execution, null, null, new PageRequest(), None);

        page.Total.ShouldBe(3);
        page.Results.Select(static metric => (metric.Name, metric.Value)).ShouldBe([("rows", 3), ("bytes", 1e15), ("seconds", 0.25)]);
        page.Results[0].Tags["kind"].ShouldBe("test");
        page.Results[0].Timestamp.ShouldBe(Samples.Noon);
    }

    [Fact]
    public async Task Metrics_are_narrowed_sorted_and_paged()
    {
        (await NamesAsync("run2", null)).ShouldBe(["bytes"]);
        (await NamesAsync(null, "extract")).ShouldBe(["rows", "bytes"]);
        (await NamesAsync(null, null, new PageRequest(Sort: [new SortField("timestamp", true)]))).ShouldBe(["seconds", "rows", "bytes"]);
        (await NamesAsync(null, null, new PageRequest(2, 2, [new SortField("name")]))).ShouldBe(["seconds"]);
        await Should.ThrowAsync<InvalidQueryException>(() => NamesAsync(null, null, new PageRequest(Sort: [new SortField("tags")])));
    }

    [Fact]
    public async Task Metrics_of_an_execution_are_deleted()
    {
        (await Store.Metrics.DeleteAsync(Tenant + "x", execution, None)).ShouldBe(0);
        (await Store.Metrics.DeleteAsync(Tenant, execution, None)).ShouldBe(3);
        (await NamesAsync(null, null)).ShouldBeEmpty();
    }

    private async Task<List<string>> NamesAsync(string? taskRun, string? task, PageRequest? page = null) =>
        [.. (await Store.Metrics.FindByExecutionAsync(Tenant, execution, taskRun, task, page ?? new PageRequest(), None)).Results.Select(static metric => metric.Name)];
}

public sealed class MemoryMetricTests : MetricRepositoryContract<MemoryBed>;

public sealed class SqliteMetricTests : MetricRepositoryContract<SqliteBed>;

public sealed class PostgresMetricTests : MetricRepositoryContract<PostgresBed>;

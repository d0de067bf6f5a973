using Kestra.Conformance.Beds;
using Kestra.Model.Executions;
using Kestra.Model.Triggers;
using Kestra.Storage.Flows;
using Kestra.Storage.Queries;
using Kestra.Storage.Triggers;
using NodaTime;
using static Kestra.Storage.Queries.FilterField;
using static Kestra.Storage.Queries.FilterOperation;

namespace Kestra.Conformance.Repositories;

public abstract class TriggerRepositoryContract<TBed> : StoreContract<TBed>
    where TBed : StoreBed, new()
{
    private ITriggerRepository Triggers => Store.Triggers;

    public static TheoryData<FilterField, FilterOperation, object, string> Cases => new()
    {
        { NAMESPACE, PREFIX, "company", "hook every" },
        { SCOPE, EQUALS, "SYSTEM", "poll" },
        { SCOPE, EQUALS, "USER", "hook every" },
        { FLOW_ID, EQUALS, "hello", "every" },
        { TRIGGER_ID, IN, new[] { "poll", "hook" }, "hook poll" },
        { WORKER_ID, EQUALS, "w1", "poll" },
        { WORKER_ID, NOT_EQUALS, "w1", "hook every" },
        { QUERY, EQUALS, "team eve", "every" },
        { QUERY, EQUALS, "holder", "poll" },
        { START_DATE, GREATER_THAN, Samples.Noon, "every" },
        { END_DATE, LESS_THAN_OR_EQUAL_TO, Samples.Noon, "poll" },
    };

    protected override Task PrepareAsync() => Triggers.SaveAsync(
        [
            Samples.Trigger(Tenant, "every", next: Samples.Noon + Duration.FromHours(1)),
            Samples.Trigger(Tenant, "hook", "company", "orders"),
            Samples.Trigger(Tenant, "poll", "system", "watch", Samples.Noon, execution: "holder1", worker: "w1"),
            Samples.Trigger(Tenant + "x", "every"),
        ],
        None);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Filter_finds(FilterField field, FilterOperation operation, object value, string expected)
    {
        var page = await Triggers.SearchAsync(Tenant, [new QueryFilter(field, operation, value)], new PageRequest(), None);

        page.Results.Select(static trigger => trigger.TriggerId).ShouldBe(expected.Split(' '));
        page.Total.ShouldBe(page.Results.Count);
    }

    [Fact]
    public async Task Trigger_is_read_as_it_was_written()
    {
        var trigger = Samples.Trigger(Tenant, "every", next: Samples.Noon) with
        {
            Disabled = true,
            UpdatedDate = Samples.Noon + Duration.FromMilliseconds(5),
            StopAfter = [StateType.FAILED],
            Backfill = new Backfill { Start = Samples.Noon.InUtc(), Paused = true, Inputs = new Dictionary<string, object?>(StringComparer.Ordinal) { ["who"] = "me" }, Labels = [new("a", "b")] },
        };
        await Triggers.SaveAsync([trigger], None);

        var read = (await Triggers.FindAsync(Tenant, "company.team", "hello", "every", None))!;

        read.ShouldSatisfyAllConditions(
            () => read.NextExecutionDate!.Value.ToInstant().ShouldBe(Samples.Noon),
            () => read.Disabled.ShouldBeTrue(),
            () => read.UpdatedDate.ShouldBe(trigger.UpdatedDate),
            () => read.StopAfter.ShouldBe(trigger.StopAfter),
            () => read.Backfill!.Paused.ShouldBeTrue(),
            () => read.Backfill!.Inputs!["who"].ShouldBe("me"),
            () => read.Backfill!.Labels.ShouldBe(trigger.Backfill.Labels));
        (await Triggers.FindAsync(Tenant, "company.team", "hello", "unknown", None)).ShouldBeNull();
    }

    [Fact]
    public async Task Triggers_are_listed_by_flow_by_tenant_and_all()
    {
        (await Triggers.FindAllAsync(Tenant, "company.team", "hello", None)).Select(static trigger => trigger.TriggerId).ShouldBe(["every"]);
        (await Triggers.FindAllAsync(Tenant, null, null, None)).Select(static trigger => trigger.TriggerId).ShouldBe(["hook", "every", "poll"]);
        (await Triggers.FindAllAsync(null, null, null, None)).Count(trigger => trigger.TenantId.StartsWith(Tenant, StringComparison.Ordinal)).ShouldBe(4);
    }

    [Fact]
    public async Task Triggers_are_listed_by_share_of_their_flows()
    {
        List<Trigger> found = [];
        for (var number = 0; number < 8; number++)
        {
            var share = new FlowShare(number, 8);
            var part = (await Triggers.FindShareAsync(share, None)).Where(trigger => trigger.TenantId == Tenant).ToList();
            part.ShouldAllBe(trigger => share.Contains(trigger.TenantId, trigger.Namespace, trigger.FlowId));
            found.AddRange(part);
        }

        found.Select(static trigger => trigger.TriggerId).ShouldBe(["hook", "every", "poll"], ignoreOrder: true);
        (await Triggers.FindShareAsync(FlowShare.Everything, None)).Count(trigger => trigger.TenantId == Tenant).ShouldBe(3);
    }

    [Fact]
    public async Task Triggers_are_sorted_and_paged()
    {
        (await IdsAsync(new PageRequest(Sort: [new SortField("triggerId")]))).ShouldBe(["every", "hook", "poll"]);
        (await IdsAsync(new PageRequest(Sort: [new SortField("nextExecutionDate")]))).ShouldBe(["poll", "every", "hook"]);
        (await IdsAsync(new PageRequest(Sort: [new SortField("nextExecutionDate", true)]))).ShouldBe(["hook", "every", "poll"]);
        (await IdsAsync(new PageRequest(2, 2, [new SortField("flowId")]))).ShouldBe(["poll"]);
        await Should.ThrowAsync<InvalidQueryException>(() => IdsAsync(new PageRequest(Sort: [new SortField("backfill")])));
        await Should.ThrowAsync<InvalidQueryException>(() => Triggers.SearchAsync(Tenant, [new QueryFilter(LABELS, EQUALS, "a:b")], new PageRequest(), None));
    }

    [Fact]
    public async Task Triggers_are_replaced_and_deleted()
    {
        await Triggers.SaveAsync([Samples.Trigger(Tenant, "every", execution: "first"), Samples.Trigger(Tenant, "every", execution: "run1")], None);
        (await Triggers.FindAsync(Tenant, "company.team", "hello", "every", None))!.ExecutionId.ShouldBe("run1");

        await Triggers.DeleteAsync([Samples.Trigger(Tenant, "every"), Samples.Trigger(Tenant, "unknown")], None);

        (await Triggers.FindAsync(Tenant, "company.team", "hello", "every", None)).ShouldBeNull();
        (await Triggers.FindAllAsync(Tenant, null, null, None)).Count.ShouldBe(2);
        (await Triggers.FindAllAsync(Tenant + "x", null, null, None)).ShouldHaveSingleItem();
    }

    private async Task<List<string>> IdsAsync(PageRequest page) => [.. (await Triggers.SearchAsync(Tenant, [], page, None)).Results.Select(static trigger => trigger.TriggerId)];
}

public sealed class MemoryTriggerTests : TriggerRepositoryContract<MemoryBed>;

public sealed class SqliteTriggerTests : TriggerRepositoryContract<SqliteBed>;

public sealed class PostgresTriggerTests : TriggerRepositoryContract<PostgresBed>;

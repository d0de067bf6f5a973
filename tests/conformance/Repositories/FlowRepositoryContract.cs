using Kestra.Conformance.Beds;
using Kestra.Model;
using Kestra.Model.Json;
using Kestra.Storage.Flows;
using Kestra.Storage.Queries;
using static Kestra.Storage.Queries.FilterField;
using static Kestra.Storage.Queries.FilterOperation;

namespace Kestra.Conformance.Repositories;

/// <summary>Flows: revisions without gaps, conflicts seen, sources byte for byte.</summary>
public abstract class FlowRepositoryContract<TBed> : StoreContract<TBed>
    where TBed : StoreBed, new()
{
    private IFlowRepository Flows => Store.Flows;

    public static TheoryData<FilterField, FilterOperation, object, string> Cases => new()
    {
        { NAMESPACE, EQUALS, "company.team", "import orders" },
        { NAMESPACE, PREFIX, "company", "hello import orders" },
        { NAMESPACE, NOT_EQUALS, "company.team", "cleanup hello" },
        { NAMESPACE, IN, new[] { "company", "system" }, "cleanup hello" },
        { FLOW_ID, STARTS_WITH, "im", "import" },
        { SCOPE, EQUALS, "SYSTEM", "cleanup" },
        { SCOPE, EQUALS, "USER", "hello import orders" },
        { LABELS, EQUALS, new Label("env", "prod"), "hello import" },
        { LABELS, EQUALS, new[] { new Label("env", "prod"), new Label("owner", "me") }, "import" },
        { LABELS, NOT_EQUALS, new Label("env", "prod"), "cleanup orders" },
        { QUERY, EQUALS, "team", "import orders" },
        { QUERY, EQUALS, "TEA im", "import" },
        { QUERY, NOT_EQUALS, "team", "cleanup hello" },
    };

    [Fact]
    public async Task Revisions_are_numbered_and_kept()
    {
        var first = await SaveAsync(Samples.Flow(Tenant, "hello", source: "one"), null);
        var second = await SaveAsync(Samples.Flow(Tenant, "hello", source: "two\r\n# ü €\t", disabled: true), 1);

        (first.Revision, second.Revision).ShouldBe((1, 2));
        var latest = (await Flows.FindAsync(Tenant, "company.team", "hello", null, false, None))!;
        latest.ShouldSatisfyAllConditions(
            () => latest.Revision.ShouldBe(2),
            () => latest.TenantId.ShouldBe(Tenant),
            () => latest.Namespace.ShouldBe("company.team"),
            () => latest.Source.ShouldBe("two\r\n# ü €\t"),
            () => latest.Disabled.ShouldBeTrue(),
            () => latest.Deleted.ShouldBeFalse(),
            () => latest.Updated.ShouldBe(NodaTime.Instant.FromDateTimeOffset(Bed.Time.Now)));
        var document = (IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(latest.Document.Span)!;
        document["revision"].ShouldBe(2);
        document.Keys.ShouldBe(["id", "namespace", "revision", "disabled", "deleted", "tenantId"], ignoreOrder: true);
        (await Flows.FindAsync(Tenant, "company.team", "hello", 1, false, None))!.Source.ShouldBe("one");
        (await Flows.FindAsync(Tenant, "company.team", "hello", 3, false, None)).ShouldBeNull();
        (await Flows.FindRevisionsAsync(Tenant, "company.team", "hello", None)).Select(static flow => flow.Source).ShouldBe(["one", "two\r\n# ü €\t"]);
        (await Flows.FindAsync(Tenant + "x", "company.team", "hello", null, true, None)).ShouldBeNull();
    }

    [Fact]
    public async Task Revision_over_an_unseen_one_is_a_conflict()
    {
        await SaveAsync(Samples.Flow(Tenant, "hello"), null);
        await SaveAsync(Samples.Flow(Tenant, "hello"), 1);

        await Should.ThrowAsync<RevisionConflictException>(() => SaveAsync(Samples.Flow(Tenant, "hello"), 1));
        await Should.ThrowAsync<RevisionConflictException>(() => SaveAsync(Samples.Flow(Tenant, "hello"), null));
        await Should.ThrowAsync<RevisionConflictException>(() => SaveAsync(Samples.Flow(Tenant, "unknown"), 1));
        (await Flows.FindRevisionsAsync(Tenant, "company.team", "hello", None)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Of_writers_at_the_same_time_one_wins()
    {
        await SaveAsync(Samples.Flow(Tenant, "hello"), null);
        var other = await Bed.OpenAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(index => Task.Run(async () =>
        {
            try
            {
                await (index % 2 == 0 ? Store : other).Flows.SaveAsync(Samples.Flow(Tenant, "hello", source: $"by {index}"), 1, None);
                return true;
            }
            catch (RevisionConflictException)
            {
                return false;
            }
        })));

        outcomes.Count(static won => won).ShouldBe(1);
        (await Flows.FindRevisionsAsync(Tenant, "company.team", "hello", None)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Deleted_flow_is_found_on_demand_and_can_come_back()
    {
        await SaveAsync(Samples.Flow(Tenant, "hello"), null);
        await SaveAsync(Samples.Flow(Tenant, "hello", deleted: true), 1);

        (await Flows.FindAsync(Tenant, "company.team", "hello", null, false, None)).ShouldBeNull();
        (await Flows.FindAsync(Tenant, "company.team", "hello", null, true, None))!.Deleted.ShouldBeTrue();
        (await Flows.FindAllAsync(Tenant, None)).ShouldBeEmpty();
        (await Flows.SearchAsync(Tenant, [], new PageRequest(), None)).Total.ShouldBe(0);
        (await Flows.CountAsync(Tenant, None)).ShouldBe(0);
        (await Flows.FindNamespacesAsync(Tenant, null, None)).ShouldBeEmpty();
        (await SaveAsync(Samples.Flow(Tenant, "hello", source: "back"), null)).Revision.ShouldBe(3);
        (await Flows.FindAsync(Tenant, "company.team", "hello", null, false, None))!.Source.ShouldBe("back");
        (await Flows.CountAsync(Tenant, None)).ShouldBe(1);
    }

    [Fact]
    public async Task Each_flow_is_in_one_share()
    {
        await SaveSomeAsync();
        var all = (await Flows.FindAllAsync(Tenant, None)).Select(static flow => flow.Id).ToList();
        List<string> found = [];
        for (var number = 0; number < 4; number++)
        {
            var share = new FlowShare(number, 4);
            var part = (await Flows.FindShareAsync(share, None)).Where(flow => flow.TenantId == Tenant).ToList();
            part.ShouldAllBe(flow => share.Contains(flow.TenantId, flow.Namespace, flow.Id));
            found.AddRange(part.Select(static flow => flow.Id));
        }

        found.ShouldBe(all, ignoreOrder: true);
        (await Flows.FindShareAsync(FlowShare.Everything, None)).Count(flow => flow.TenantId == Tenant).ShouldBe(all.Count);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Filter_finds(FilterField field, FilterOperation operation, object value, string expected)
    {
        await SaveSomeAsync();

        var page = await Flows.SearchAsync(Tenant, [new QueryFilter(field, operation, value)], new PageRequest(), None);

        page.Results.Select(static flow => flow.Id).ShouldBe(expected.Split(' '));
        page.Total.ShouldBe(page.Results.Count);
    }

    [Fact]
    public async Task Latest_revisions_are_listed_paged_and_sorted()
    {
        await SaveSomeAsync();
        await SaveAsync(Samples.Flow(Tenant, "hello", "company", "changed", labels: [new("env", "prod")]), 1);

        (await Flows.FindAllAsync(Tenant, None)).Select(static flow => $"{flow.Namespace}.{flow.Id}:{flow.Revision}").ShouldBe(
            ["company.hello:2", "company.team.import:1", "company.team.orders:1", "system.cleanup:1"]);
        (await Flows.FindAllAsync(null, None)).Count(flow => flow.TenantId == Tenant).ShouldBe(4);
        (await Flows.SearchAsync(Tenant, [], new PageRequest(1, 2), None)).Results.Select(static flow => flow.Id).ShouldBe(["cleanup", "hello"]);
        (await Flows.SearchAsync(Tenant, [], new PageRequest(2, 3, [new SortField("revision", true), new SortField("namespace", true)]), None)).Results.ShouldHaveSingleItem();
        (await Flows.SearchAsync(Tenant, [], new PageRequest(1, 1, [new SortField("revision", true)]), None)).Results.Single().Id.ShouldBe("hello");
        (await Flows.FindNamespacesAsync(Tenant, null, None)).ShouldBe(["company", "company.team", "system"]);
        (await Flows.FindNamespacesAsync(Tenant, "TEA", None)).ShouldBe(["company.team"]);
        (await Flows.FindNamespacesAsync(Tenant, "%", None)).ShouldBeEmpty();
        (await Flows.CountAsync(Tenant, None)).ShouldBe(4);
        await Should.ThrowAsync<InvalidQueryException>(() => Flows.SearchAsync(Tenant, [new QueryFilter(STATE, EQUALS, "SUCCESS")], new PageRequest(), None));
        await Should.ThrowAsync<InvalidQueryException>(() => Flows.SearchAsync(Tenant, [], new PageRequest(Sort: [new SortField("source")]), None));
    }

    [Fact]
    public async Task Sources_are_searched()
    {
        await SaveSomeAsync();
        await SaveAsync(Samples.Flow(Tenant, "hello", "company", "message: 100% of {{ inputs.Who }}\n"), 1);

        var found = await Flows.SearchSourceAsync(Tenant, "INPUTS.who", null, new PageRequest(), None);

        var match = found.Results.ShouldHaveSingleItem();
        match.Flow.Id.ShouldBe("hello");
        match.Fragments.ShouldBe(["message: 100% of {{ [mark]inputs.Who[/mark] }}\n"]);
        (await Flows.SearchSourceAsync(Tenant, "100%", null, new PageRequest(), None)).Total.ShouldBe(1);
        (await Flows.SearchSourceAsync(Tenant, "1%0", null, new PageRequest(), None)).Total.ShouldBe(0);
        (await Flows.SearchSourceAsync(Tenant, null, "company", new PageRequest(), None)).Results.Select(static one => one.Flow.Id).ShouldBe(["hello", "import", "orders"]);
        (await Flows.SearchSourceAsync(Tenant, "namespace", "company.team", new PageRequest(1, 1), None)).Total.ShouldBe(2);
    }

    private Task<StoredFlow> SaveAsync(NewFlowRevision flow, int? expectedLast) => Flows.SaveAsync(flow, expectedLast, None);

    private async Task SaveSomeAsync()
    {
        await SaveAsync(Samples.Flow(Tenant, "orders"), null);
        await SaveAsync(Samples.Flow(Tenant, "import", labels: [new("env", "prod"), new("owner", "me")]), null);
        await SaveAsync(Samples.Flow(Tenant, "hello", "company", labels: [new("env", "prod")]), null);
        await SaveAsync(Samples.Flow(Tenant, "cleanup", "system"), null);
        await SaveAsync(Samples.Flow(Tenant + "x", "elsewhere"), null);
    }
}

public sealed class MemoryFlowTests : FlowRepositoryContract<MemoryBed>;

public sealed class SqliteFlowTests : FlowRepositoryContract<SqliteBed>;

public sealed class PostgresFlowTests : FlowRepositoryContract<PostgresBed>;

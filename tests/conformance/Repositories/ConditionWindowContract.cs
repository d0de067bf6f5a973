using Kestra.Conformance.Beds;
using Kestra.Model.Triggers;
using Kestra.Storage.Executions;
using Kestra.Storage.Triggers;
using NodaTime;

namespace Kestra.Conformance.Repositories;

public abstract class ConditionWindowContract<TBed> : StoreContract<TBed>
    where TBed : StoreBed, new()
{
    private PartitionLease lease = null!;

    private IConditionWindowRepository Windows => Store.ConditionWindows;

    protected override async Task PrepareAsync() =>
        lease = (await Store.Journal.AcquireAsync(StoreBed.NextPartition(), "one", Duration.FromMinutes(1), None))!;

    [Fact]
    public async Task Window_is_read_as_it_was_written_with_a_batch()
    {
        var window = Window("both") with { Results = new Dictionary<string, bool>(StringComparer.Ordinal) { ["condition_1"] = true }, Outputs = new Dictionary<string, object?>(StringComparer.Ordinal) { ["a"] = "b" } };
        await CommitAsync(new ConditionWindowChange(window, IsGone: false));

        var read = (await FindAsync("both"))!;

        read.ShouldSatisfyAllConditions(
            () => read.Start.ShouldBe(window.Start),
            () => read.End.ShouldBe(window.End),
            () => read.Results.ShouldBe(window.Results),
            () => read.Outputs!["a"].ShouldBe("b"),
            () => read.TenantId.ShouldBe(Tenant));
    }

    [Fact]
    public async Task Window_of_another_condition_flow_or_tenant_is_not_found()
    {
        await CommitAsync(new ConditionWindowChange(Window("both"), IsGone: false));

        (await FindAsync("other")).ShouldBeNull();
        (await Windows.FindAsync(Tenant, "company.team", "other", "both", None)).ShouldBeNull();
        (await Windows.FindAsync(Tenant + "x", "company.team", "downstream", "both", None)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_several_changes_of_one_window_the_last_one_counts()
    {
        var second = Window("both") with { Results = new Dictionary<string, bool>(StringComparer.Ordinal) { ["condition_2"] = true } };
        await CommitAsync(new(Window("both"), IsGone: false), new(second, IsGone: true), new(second, IsGone: false));
        (await FindAsync("both"))!.Results.Keys.ShouldBe(["condition_2"]);

        await CommitAsync(new(second, IsGone: false), new(second, IsGone: true));
        (await FindAsync("both")).ShouldBeNull();
    }

    [Fact]
    public async Task Windows_that_are_over_are_deleted()
    {
        var before = Samples.Noon - Duration.FromDays(40_000);
        var over = Window("over") with { Start = before - Duration.FromDays(1), End = before - Duration.FromMilliseconds(1) };
        var last = Window("last") with { Start = before - Duration.FromDays(1), End = before };
        await CommitAsync(new(over, IsGone: false), new(last, IsGone: false));

        (await Windows.DeleteEndedAsync(before, None)).ShouldBeGreaterThanOrEqualTo(1);

        (await FindAsync("over")).ShouldBeNull();
        (await FindAsync("last")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_batch_of_a_stale_owner_moves_no_window()
    {
        var next = (await Store.Journal.AcquireAsync(lease.Partition, "one", Duration.FromMinutes(1), None))!;
        await Should.ThrowAsync<LeaseLostException>(() => CommitAsync(new ConditionWindowChange(Window("both"), IsGone: false)));

        (await FindAsync("both")).ShouldBeNull();
        await Store.Journal.ReleaseAsync(next, None);
    }

    private Task<MultipleConditionWindow?> FindAsync(string condition) => Windows.FindAsync(Tenant, "company.team", "downstream", condition, None);

    private Task CommitAsync(params ConditionWindowChange[] changes)
    {
        var batch = new ExecutionBatch();
        batch.Windows.AddRange(changes);
        return Store.Journal.CommitAsync(lease, batch, None);
    }

    private MultipleConditionWindow Window(string condition) => new()
    {
        TenantId = Tenant,
        Namespace = "company.team",
        FlowId = "downstream",
        ConditionId = condition,
        Start = Samples.Noon,
        End = Samples.Noon + Duration.FromHours(6) - Duration.FromMilliseconds(1),
    };
}

public sealed class MemoryConditionWindowTests : ConditionWindowContract<MemoryBed>;

public sealed class SqliteConditionWindowTests : ConditionWindowContract<SqliteBed>;

public sealed class PostgresConditionWindowTests : ConditionWindowContract<PostgresBed>;

using System.Text;
using Kestra.Conformance.Beds;
using Kestra.Model.Cluster;
using Kestra.Model.Json;
using Kestra.Storage.Cluster;
using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Conformance.Repositories;

public abstract class ServiceInstanceRepositoryContract<TBed> : StoreContract<TBed>
    where TBed : StoreBed, new()
{
    private static readonly Instant Noon = Samples.Noon;
    private static readonly Duration Second = Duration.FromSeconds(1);

    private IServiceInstanceRepository Services => Store.Services;

    [Fact]
    public async Task Instance_comes_back_as_it_was_registered()
    {
        var instance = Instance(ServiceType.WORKER) with
        {
            Props = new Dictionary<string, object?>(StringComparer.Ordinal) { ["worker.group"] = "gpu" },
            Metrics = [new ServiceMetric("worker.job.running", "GAUGE", "jobs being run", null, [new ServiceMetricTag("group", "gpu")], 3)],
            Config = ServiceConfig.Default with { TerminationGracePeriod = Duration.FromMilliseconds(1500), Restart = TaskRestartStrategy.IMMEDIATELY },
        };
        await Services.SaveAsync(instance, None);

        var found = (await Services.FindAsync(instance.Id, None)).ShouldNotBeNull();

        Document(found).ShouldBe(Document(instance));
        (await Services.FindAsync("nobody", None)).ShouldBeNull();
    }

    [Fact]
    public async Task Sign_of_life_moves_the_date_and_keeps_the_state()
    {
        var instance = await SavedAsync(ServiceState.RUNNING);
        var metric = new ServiceMetric("m", "GAUGE", null, null, [], 1.5);

        var result = await Services.TransitAsync(instance.Id, new ServiceSign(ServiceState.RUNNING, Noon + Second, Metrics: [metric]), None);

        result.Accepted.ShouldBeTrue();
        var stored = (await Services.FindAsync(instance.Id, None))!;
        (stored.State, stored.UpdatedAt, stored.SeqId, stored.Events.Count).ShouldBe((ServiceState.RUNNING, Noon + Second, instance.SeqId + 1, 1));
        stored.Metrics.ShouldHaveSingleItem().Value.ShouldBe(1.5);
    }

    public static TheoryData<ServiceState, ServiceState> Transitions()
    {
        var data = new TheoryData<ServiceState, ServiceState>();
        foreach (var from in Enum.GetValues<ServiceState>())
        {
            foreach (var to in Enum.GetValues<ServiceState>().Where(to => to != from))
            {
                data.Add(from, to);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Transitions))]
    public async Task Stored_state_decides_what_may_follow(ServiceState from, ServiceState to)
    {
        var instance = await SavedAsync(from);

        var result = await Services.TransitAsync(instance.Id, new ServiceSign(to, Noon + Second, "Because."), None);

        var stored = (await Services.FindAsync(instance.Id, None))!;
        result.Accepted.ShouldBe(from.CanBecome(to));
        stored.State.ShouldBe(from.CanBecome(to) ? to : from);
        result.Stored!.State.ShouldBe(stored.State);
        stored.UpdatedAt.ShouldBe(from.CanBecome(to) ? Noon + Second : Noon);
        if (result.Accepted)
        {
            stored.Events[^1].ShouldBe(new ServiceEvent(Noon + Second, $"Because. Service transitioned to the '{to}' state.", to));
        }
    }

    [Fact]
    public async Task Sign_of_a_service_without_a_row_is_not_taken() =>
        (await Services.TransitAsync("nobody", new ServiceSign(ServiceState.RUNNING, Noon), None)).ShouldBe(new ServiceTransition(null, false));

    [Fact]
    public async Task Row_that_is_held_is_passed_over_by_other_coordinators_and_waited_for_by_its_service()
    {
        var instance = await SavedAsync(ServiceState.RUNNING);
        var entered = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        var first = Services.HoldAsync(
            instance.Id,
            async (stored, _) =>
            {
                entered.SetResult();
                await leave.Task;
                return stored.To(ServiceState.DISCONNECTED, Noon + Second);
            },
            None);
        await entered.Task;

        var second = await Services.HoldAsync(instance.Id, static (_, _) => throw new InvalidOperationException("held twice"), None);
        var sign = Services.TransitAsync(instance.Id, new ServiceSign(ServiceState.RUNNING, Noon + Second + Second), None);
        leave.SetResult();

        second.ShouldBeFalse();
        (await first).ShouldBeTrue();
        var refused = await sign;
        (refused.Accepted, refused.Stored!.State).ShouldBe((false, ServiceState.DISCONNECTED));
    }

    [Fact]
    public async Task Work_that_fails_or_decides_nothing_leaves_the_row_and_lets_go_of_it()
    {
        var instance = await SavedAsync(ServiceState.RUNNING);

        await Should.ThrowAsync<InvalidOperationException>(() => Services.HoldAsync(instance.Id, static (_, _) => throw new InvalidOperationException("broken"), None));
        (await Services.HoldAsync(instance.Id, static (_, _) => Task.FromResult<ServiceInstance?>(null), None)).ShouldBeTrue();

        Document((await Services.FindAsync(instance.Id, None))!).ShouldBe(Document(instance));
        (await Services.HoldAsync("nobody", static (_, _) => throw new InvalidOperationException("nobody is there"), None)).ShouldBeFalse();
    }

    [Fact]
    public async Task Work_may_use_the_store_while_it_holds_a_row()
    {
        var instance = await SavedAsync(ServiceState.DISCONNECTED);
        var other = await SavedAsync(ServiceState.RUNNING);

        var done = await Services.HoldAsync(
            instance.Id,
            async (stored, _) =>
            {
                await Services.TransitAsync(other.Id, new ServiceSign(ServiceState.TERMINATING, Noon + Second), None);
                return stored.To(ServiceState.NOT_RUNNING, Noon + Second);
            },
            None);

        done.ShouldBeTrue();
        (await Services.FindAsync(instance.Id, None))!.State.ShouldBe(ServiceState.NOT_RUNNING);
        (await Services.FindAsync(other.Id, None))!.State.ShouldBe(ServiceState.TERMINATING);
    }

    [Fact]
    public async Task Instances_are_found_by_state_and_listed_by_type()
    {
        var running = await SavedAsync(ServiceState.RUNNING, ServiceType.SCHEDULER, Noon);
        var newer = await SavedAsync(ServiceState.RUNNING, ServiceType.SCHEDULER, Noon + Second);
        var gone = await SavedAsync(ServiceState.INACTIVE, ServiceType.SCHEDULER, Noon);
        string[] mine = [running.Id, newer.Id, gone.Id];

        (await Services.FindAllAsync(ServiceStates.Running, None)).Select(static one => one.Id).Where(mine.Contains).ShouldBe([running.Id, newer.Id]);
        (await Services.FindAllAsync([], None)).ShouldBeEmpty();
        var page = await Services.SearchAsync(new ServiceQuery([ServiceType.SCHEDULER], [ServiceState.RUNNING, ServiceState.INACTIVE]), new PageRequest(1, 1000), None);
        page.Results.Select(static one => one.Id).Where(mine.Contains).ShouldBe([newer.Id, .. new[] { running.Id, gone.Id }.Order(StringComparer.Ordinal)]);
        page.Total.ShouldBe(page.Results.Count);
        (await Services.SearchAsync(new ServiceQuery([ServiceType.INDEXER]), new PageRequest(1, 1000), None)).Results.ShouldNotContain(one => mine.Contains(one.Id));
        var sorted = await Services.SearchAsync(new ServiceQuery(), new PageRequest(1, 1000, [new SortField("updatedAt")]), None);
        sorted.Results.Select(static one => one.UpdatedAt).ShouldBe(sorted.Results.Select(static one => one.UpdatedAt).Order());
        await Should.ThrowAsync<InvalidQueryException>(() => Services.SearchAsync(new ServiceQuery(), new PageRequest(1, 10, [new SortField("hostname")]), None));
    }

    [Fact]
    public async Task Purge_takes_old_inactive_rows_and_no_more_than_allowed()
    {
        // Long before what other tests leave.
        var old = Noon - Duration.FromDays(4000 + Bed.Partition);
        var rows = new[] { await SavedAsync(ServiceState.INACTIVE, at: old), await SavedAsync(ServiceState.INACTIVE, at: old), await SavedAsync(ServiceState.NOT_RUNNING, at: old), await SavedAsync(ServiceState.INACTIVE, at: old + Second) };

        (await Services.PurgeAsync(old + Second, 1, None)).ShouldBe(1);
        (await Services.PurgeAsync(old + Second, 10, None)).ShouldBe(1);
        (await Services.PurgeAsync(old + Second, 10, None)).ShouldBe(0);

        var left = await Task.WhenAll(rows.Select(row => Services.FindAsync(row.Id, None)));
        left.Select(static row => row is not null).ShouldBe([false, false, true, true]);
        (await Services.DeleteAsync(rows[2].Id, None)).ShouldBeTrue();
        (await Services.DeleteAsync(rows[2].Id, None)).ShouldBeFalse();
    }

    private static string Document(ServiceInstance instance) => Encoding.UTF8.GetString(ModelJson.Serialize(instance, JsonProfile.Database));

    private static ServiceInstance Instance(ServiceType type, Instant? at = null) => ServiceInstance.Created(
        Guid.NewGuid().ToString(),
        type,
        new ServerInstance("server", ServerKind.SERVER, "1.0.0", "host-1", new Dictionary<string, object?>(StringComparer.Ordinal) { ["server.port"] = 8080, ["server.management.port"] = 8081 }, []),
        ServiceConfig.Default,
        at ?? Noon);

    private async Task<ServiceInstance> SavedAsync(ServiceState state, ServiceType type = ServiceType.WORKER, Instant? at = null)
    {
        var instance = Instance(type, at) with { State = state };
        await Services.SaveAsync(instance, None);
        return instance;
    }
}

public sealed class MemoryServiceInstanceTests : ServiceInstanceRepositoryContract<MemoryBed>;

public sealed class SqliteServiceInstanceTests : ServiceInstanceRepositoryContract<SqliteBed>;

public sealed class PostgresServiceInstanceTests : ServiceInstanceRepositoryContract<PostgresBed>;

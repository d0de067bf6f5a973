using System.Collections.Concurrent;
using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Storage;
using Kestra.Storage.Memory;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Kestra.Scheduler.Tests;

/// <summary>Tests whose clock stands still while anybody works, which others beside them would keep it from seeing.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneTests
{
    public const string Name = "alone";
}

/// <summary>A large installation on two schedulers.</summary>
[Collection(AloneTests.Name)]
public sealed class ManySchedulesTests : IDisposable
{
    private const int Count = 100_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan Small = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Large = TimeSpan.FromMilliseconds(500);

    private readonly World world = new("2024-01-01T11:58:00Z");
    private readonly MemoryDatabase database = new(16);
    private readonly ConcurrentDictionary<string, string> firedBy = new(StringComparer.Ordinal);
    private readonly List<SchedulerService> services = [];

    public void Dispose() => services.ForEach(static service => service.Dispose());

    [Fact]
    public async Task TwoSchedulersShareThemAndFireEachDateOnce()
    {
        for (var number = 0; number < Count; number++)
        {
            world.Stored.Put(new Flow { Namespace = World.Namespace, Id = $"flow-{number}", Triggers = [World.Schedule("0 12 * * *")] });
        }

        var (first, second) = (await StartAsync("first"), await StartAsync("second"));
        await UntilAsync(() => (Shards(first), Shards(second)) == (2, 2), Large, "they share");
        await UntilAsync(() => services.TrueForAll(static service => service.Unhealthy is null), Small, "everything is read");
        firedBy.ShouldBeEmpty();

        await UntilAsync(() => firedBy.Count == Count, Large, "every schedule fires");
        world.Time.Now.ShouldBeGreaterThanOrEqualTo(World.At("2024-01-01T12:00:00Z"));

        var shares = firedBy.Values.CountBy(static scheduler => scheduler).ToDictionary();
        shares.Keys.ShouldBe(["first", "second"], ignoreOrder: true);
        shares.Values.Min().ShouldBeGreaterThan(Count * 4 / 10);
        foreach (var service in services)
        {
            await service.StopAsync(CancellationToken.None);
        }
    }

    private static int Shards(SchedulerService service)
    {
        var shards = new SchedulerShards(SchedulerShards.DefaultCount);
        return Enumerable.Range(0, 100).Select(static number => World.Key(flow: $"flow-{number}")).Where(service.Owns).Select(shards.LaneOf).Distinct().Count();
    }

    // The clock goes on while something is waited for: leases are renewed by it.
    private async Task UntilAsync(Func<bool> holds, TimeSpan step, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(Patience, what);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
            if (ThreadPool.PendingWorkItemCount == 0)
            {
                world.Time.Advance(step);
            }
        }
    }

    private async Task<SchedulerService> StartAsync(string name)
    {
        var store = new MemoryStore(database, world.Time);
        var service = new SchedulerService(
            world.Stored, store.Triggers, world.Stored.Read, world.Executions, new Commands(store, firedBy, name), world.Stored, world.Stored, world.Stored,
            new HeldJobs(), new RandomIdSource(), Options.Create(world.Options), world.Time, NullLogger<SchedulerService>.Instance,
            shared: new SharedScheduler(store.Journal, store.Jobs, store.Hints, new SchedulerShards(SchedulerShards.DefaultCount), name));
        services.Add(service);
        await service.StartAsync(TestContext.Current.CancellationToken);
        return service;
    }

    /// <summary>An executor that stores execution and row together, and remembers who fired.</summary>
    private sealed class Commands(IStore store, ConcurrentDictionary<string, string> firedBy, string name) : IExecutionCommands
    {
        public async Task<CommandOutcome> SubmitAsync(ExecutionRequest request, CancellationToken cancellationToken)
        {
            if (!firedBy.TryAdd(request.ExecutionId, name))
            {
                return new CommandOutcome.Refused(new Refusal(RefusalCode.AlreadyExists, "exists"));
            }

            await store.Triggers.SaveAsync([request.Trigger!], cancellationToken);
            return new CommandOutcome.Accepted(((Command.Create)request.Command).Execution);
        }

        public ValueTask PostAsync(ExecutionRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> DeleteAsync(string tenantId, string executionId, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}

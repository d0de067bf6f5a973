using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Kestra.Scheduler.Tests;

public sealed class SchedulerServiceTests
{
    private static SchedulerService ServiceOf(World world) => new(
        world.Stored, world.Stored, world.Stored.Read, world.Executions, world.Stored, world.Stored, world.Stored, world.Stored,
        new HeldJobs(), new Kestra.Model.Identifiers.RandomIdSource(), Options.Create(world.Options), world.Time, NullLogger<SchedulerService>.Instance);

    [Fact]
    public async Task TheLoopFollowsTheClockTheEndsAndTheRequests()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var world = new World("2024-01-01T00:59:59Z");
        world.Stored.Put(World.FlowWith(World.Schedule("0 * * * *")));
        using var service = ServiceOf(world);
        service.Unhealthy.ShouldNotBeNull();
        await service.StartAsync(cancellation);
        await service.Ready.WaitAsync(cancellation);
        service.Unhealthy.ShouldBeNull();

        world.Time.Advance(TimeSpan.FromSeconds(1));
        await world.Stored.WaitForSubmissionAsync(cancellation);
        var first = world.Stored.Executions.ShouldHaveSingleItem();

        world.Time.Advance(TimeSpan.FromHours(1));
        world.Stored.TellEnd(world.Stored.EndSilently(first.Id, StateType.SUCCESS, world.Time.Now));
        await world.Stored.WaitForSubmissionAsync(cancellation);
        world.Dates.ShouldBe(["2024-01-01T01:00:00Z", "2024-01-01T02:00:00Z"]);

        (await service.SetDisabledAsync(World.Key(), disabled: true, cancellation))!.Disabled.ShouldBeTrue();
        (await service.UnlockAsync(World.Key(), cancellation))!.ExecutionId.ShouldBeNull();
        await Should.ThrowAsync<TriggerRefusedException>(() => service.UnlockAsync(World.Key(), cancellation));
        (await service.SetDisabledAsync(World.Key("unknown"), disabled: true, cancellation)).ShouldBeNull();
        (await service.DeleteAsync(World.Key(), cancellation)).ShouldBeTrue();
        (await service.DeleteAsync(World.Key(), cancellation)).ShouldBeFalse();
        await service.FlowChangedAsync(World.Key().TenantId, World.Namespace, "daily", cancellation);
        world.NextDate.ShouldBe("2024-01-01T03:00:00Z");

        await service.StopAsync(cancellation);
        await Should.ThrowAsync<Exception>(() => service.RestartAsync(World.Key(), cancellation));
    }

    [Fact]
    public async Task AStartThatFailsIsTriedAgain()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var world = new World("2024-01-01T00:00:00Z");
        world.Options.RetryDelay = TimeSpan.Zero;
        world.Stored.Put(World.FlowWith(World.Schedule("0 * * * *")));
        var failures = 3;
        world.Stored.BeforeSave = () =>
        {
            if (failures-- > 0)
            {
                throw new IOException("away");
            }
        };
        using var service = ServiceOf(world);
        await service.StartAsync(cancellation);
        await service.Ready.WaitAsync(cancellation);
        world.NextDate.ShouldBe("2024-01-01T01:00:00Z");
        await service.StopAsync(cancellation);
    }
}

using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios.Cluster;

/// <summary>Executions that an executor was told to leave alone.</summary>
[Collection(ClusterTests.Name)]
public sealed class SkippingTests : IAsyncDisposable
{
    private readonly ClusterWorld world = new();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Theory]
    [InlineData("executions", "{0}")]
    [InlineData("flows", "main|company.team|waits")]
    [InlineData("flows", "company.team|waits")]
    [InlineData("namespaces", "main|company.team")]
    [InlineData("namespaces", "company.team")]
    [InlineData("tenants", "main")]
    public async Task What_is_skipped_stays_as_it_is_and_goes_on_without_the_option(string option, string items)
    {
        var first = await world.StartExecutorAsync();
        var flow = await world.SaveAsync(await world.StartSchedulerAsync(), """
            id: waits
            namespace: company.team
            tasks:
              - id: pause
                type: io.kestra.plugin.core.flow.Pause
                pauseDuration: PT30S
            """);
        var id = await CreateAsync(first, flow);
        await world.Time.UntilAsync(() => StateOf(id) == StateType.PAUSED, "it waits");
        await first.StopAsync();

        var skipping = await world.StartExecutorAsync(($"kestra.executor.skip-{option}", string.Format(System.Globalization.CultureInfo.InvariantCulture, items, id)));
        await world.Time.PassAsync(TimeSpan.FromMinutes(2));
        StateOf(id).ShouldBe(StateType.PAUSED, "its timer is left alone");
        var commands = skipping.Services.GetRequiredService<IExecutionCommands>();
        var killed = await world.Time.WhileAsync(commands.SubmitAsync(new ExecutionRequest(Tenants.Default, id, new Command.Kill()), CancellationToken.None), "a command is dropped");
        killed.ShouldBeOfType<CommandOutcome.Refused>().Refusal.Message.ShouldContain("is skipped by this server");
        StateOf(id).ShouldBe(StateType.PAUSED);
        await skipping.StopAsync();

        await world.StartExecutorAsync();
        await world.Time.UntilAsync(() => StateOf(id) == StateType.SUCCESS, "without the option it goes on");
    }

    [Fact]
    public async Task Others_are_not_affected()
    {
        var executor = await world.StartExecutorAsync(("kestra.executor.skip-executions", "one"), ("kestra.executor.skip-flows", "company.team|other"), ("kestra.executor.skip-namespaces", "company"));
        await world.StartWorkerAsync();
        var flow = await world.SaveAsync(await world.StartSchedulerAsync(), """
            id: runs
            namespace: company.team
            tasks:
              - id: say
                type: io.kestra.plugin.core.debug.Return
                format: done
            """);
        var id = await CreateAsync(executor, flow);
        await world.Time.UntilAsync(() => StateOf(id) == StateType.SUCCESS, "it runs");
    }

    private async Task<string> CreateAsync(ClusterProcess process, Flow flow)
    {
        var id = Guid.NewGuid().ToString("N");
        var now = NodaTime.Instant.FromDateTimeOffset(world.Time.GetUtcNow());
        var execution = NewExecution.Build(flow, id, null, [], null, null, null, now);
        var outcome = await world.Time.WhileAsync(process.Services.GetRequiredService<IExecutionCommands>().SubmitAsync(new ExecutionRequest(Tenants.Default, id, new Command.Create(execution)), CancellationToken.None), "it is created");
        outcome.ShouldBeOfType<CommandOutcome.Accepted>();
        return id;
    }

    private StateType? StateOf(string id) => world.Executions().FirstOrDefault(execution => execution.Id == id)?.State.Current;
}

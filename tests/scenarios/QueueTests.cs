using Kestra.Engine;
using Kestra.Hosting.Programs;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Storage;
using Kestra.Storage.Flows;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Kestra.Scenarios;

/// <summary>Executions that wait for a slot go on whatever becomes of those before them, and of the limit itself (§5).</summary>
public sealed class QueueTests(StatedBehaviourTests.Host host) : IClassFixture<StatedBehaviourTests.Host>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ScenarioServer Server => host.Server;

    [Fact]
    public async Task Deleting_who_holds_the_slot_lets_the_next_go_on()
    {
        var (flow, first, second) = await QueueAsync("queue_delete", 1);
        (await Commands.DeleteAsync(flow.TenantId, first, Token)).ShouldBeTrue();
        await UntilAsync(flow, second, StateType.PAUSED);
    }

    [Fact]
    public async Task Deleting_who_waits_takes_nobodys_slot()
    {
        var (flow, first, second) = await QueueAsync("queue_delete_waiting", 1);
        var third = await CreateAsync(flow);
        (await Commands.DeleteAsync(flow.TenantId, second, Token)).ShouldBeTrue();
        (await StateAsync(flow, third)).ShouldBe(StateType.QUEUED);
        await SubmitAsync(flow, first, new Command.Kill());
        await UntilAsync(flow, third, StateType.PAUSED);
    }

    [Fact]
    public async Task A_raised_limit_lets_those_who_wait_go_on_without_an_end()
    {
        var (flow, _, second) = await QueueAsync("queue_raised", 1);
        await SaveAsync("queue_raised", 2, flow.Revision);
        await UntilAsync(flow, second, StateType.PAUSED);
    }

    [Fact]
    public async Task A_flow_without_a_limit_any_more_keeps_nobody_waiting()
    {
        var (flow, _, second) = await QueueAsync("queue_removed", 1);
        var third = await CreateAsync(flow);
        await SaveAsync("queue_removed", null, flow.Revision);
        await UntilAsync(flow, second, StateType.PAUSED);
        await UntilAsync(flow, third, StateType.PAUSED);
    }

    [Fact]
    public async Task Executions_of_a_deleted_flow_take_their_turns()
    {
        var (flow, first, second) = await QueueAsync("queue_deleted_flow", 1);
        await Server.Services.GetRequiredService<IStore>().Flows.SaveAsync(
            new NewFlowRevision(flow.TenantId, flow.Namespace, flow.Id, Deleted: true, false, [], flow.Source!, revision => Kestra.Model.Json.FlowJson.Document(flow with { Revision = revision, Deleted = true }, new OrderedDictionary<string, object?>())),
            expectedLast: flow.Revision,
            Token);
        await SubmitAsync(flow, first, new Command.Kill());
        await UntilAsync(flow, second, StateType.PAUSED);
    }

    private IExecutionCommands Commands => Server.Services.GetRequiredService<IExecutionCommands>();

    /// <summary>One that pauses and holds the only slot, and one behind it.</summary>
    private async Task<(Flow Flow, string First, string Second)> QueueAsync(string id, int limit)
    {
        var flow = await SaveAsync(id, limit);
        var first = await CreateAsync(flow);
        await UntilAsync(flow, first, StateType.PAUSED);
        var second = await CreateAsync(flow);
        (await StateAsync(flow, second)).ShouldBe(StateType.QUEUED);
        return (flow, first, second);
    }

    private Task<Flow> SaveAsync(string id, int? limit, int? last = null) => Server.SaveAsync(
        $$"""
        id: {{id}}
        namespace: golden
        {{(limit is { } number ? $"concurrency: {{limit: {number}}}" : "description: without")}}
        tasks: [{id: p, type: io.kestra.plugin.core.flow.Pause}]
        """,
        Token,
        last);

    private async Task<string> CreateAsync(Flow flow)
    {
        var id = Server.Services.GetRequiredService<IIdSource>().Next();
        await SubmitAsync(flow, id, new Command.Create(NewExecution.Build(flow, id, null, null, null, null, null, SystemClock.Instance.GetCurrentInstant())));
        return id;
    }

    private async Task SubmitAsync(Flow flow, string id, Command command) =>
        (await Commands.SubmitAsync(new ExecutionRequest(flow.TenantId, id, command), Token)).ShouldBeOfType<CommandOutcome.Accepted>();

    private async Task<StateType> StateAsync(Flow flow, string id) =>
        (await Server.Services.GetRequiredService<IExecutionReader>().FindAsync(flow.TenantId, id, Token))!.State.Current;

    private async Task UntilAsync(Flow flow, string id, StateType state)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        await foreach (var execution in Server.Services.GetRequiredService<IExecutionFollow>().FollowAsync(flow.TenantId, id, limit.Token))
        {
            if (execution.State.Current == state)
            {
                return;
            }
        }

        throw new TimeoutException($"{id} of {flow.Id} did not come to {state} within 30 s.");
    }
}

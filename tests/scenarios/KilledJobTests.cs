using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Kestra.Scenarios;

/// <summary>A job that waits for a slot is answered as soon as it is killed: nobody waits for a slot to find out.</summary>
public sealed class KilledJobTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_the_worker_beside()
    {
        await using var server = await ScenarioServer.StartAsync(null, Token, configure: static builder => builder.Force("kestra.worker.max-num-threads", "1"));
        (await KillWaitingAsync(server)).SkipLast(1).ShouldAllBe(static run => run.Attempts == null || run.Attempts.Count == 0);
    }

    [Fact]
    public async Task With_workers_of_several_processes()
    {
        await using var group = await ServerGroup.OnPostgresAsync(static builder => builder.Force("kestra.worker.max-num-threads", "1"));
        await group.AddAsync(Token);
        await group.AddAsync(Token);
        await KillWaitingAsync(group.Servers[0]);
    }

    private static async Task<IReadOnlyList<TaskRun>> KillWaitingAsync(ScenarioServer server)
    {
        var flow = await server.SaveAsync("""
            id: killed_job
            namespace: golden
            tasks:
              - {id: a, type: io.kestra.plugin.core.flow.Sleep, duration: PT1H}
            """, Token);
        var ids = new List<string>();
        for (var number = 0; number < 6; number++)
        {
            ids.Add(await BeginAsync(server, flow));
        }

        // From the last one on, so that those before it keep their slots.
        var killed = new List<Execution>();
        foreach (var id in Enumerable.Reverse(ids))
        {
            await SubmitAsync(server, flow, id, new Command.Kill());
            killed.Add(await server.Services.GetRequiredService<IExecutionFollow>().WaitForEndAsync(flow.TenantId, id, Token).WaitAsync(Patience, Token));
        }

        killed.ShouldAllBe(static execution => execution.State.Current == StateType.KILLED && execution.TaskRunList!.Single().State.Current == StateType.KILLED);
        return [.. killed.Select(static execution => execution.TaskRunList!.Single())];
    }

    private static async Task<string> BeginAsync(ScenarioServer server, Flow flow)
    {
        var id = new RandomIdSource().Next();
        await SubmitAsync(server, flow, id, new Command.Create(NewExecution.Build(flow, id, null, null, null, null, null, SystemClock.Instance.GetCurrentInstant())));
        return id;
    }

    private static async Task SubmitAsync(ScenarioServer server, Flow flow, string id, Command command) =>
        (await server.Services.GetRequiredService<IExecutionCommands>().SubmitAsync(new ExecutionRequest(flow.TenantId, id, command), Token)).ShouldBeOfType<CommandOutcome.Accepted>();
}

using Kestra.Engine;
using Kestra.Hosting.Liveness;
using Kestra.Model.Cluster;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Storage;
using Kestra.Storage.Logs;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios;

/// <summary>Tasks of worker groups among several servers (§3.2): who runs them, and what becomes of them where nobody does.</summary>
public sealed class WorkerGroupTests : IAsyncLifetime
{
    private ServerGroup group = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        group = await ServerGroup.OnPostgresAsync();
        await group.AddAsync(Token);
        await group.AddAsync(Token, workerGroup: "gpu");
        await SeenAsync("gpu");
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    [Fact]
    public async Task A_task_runs_at_a_worker_of_its_group_and_one_without_a_group_at_one_without()
    {
        var gpu = (await LivingAsync("gpu")).Id;
        var others = (await LivingAsync(null)).Id;
        for (var round = 0; round < 3; round++)
        {
            var (ended, _) = await RunAsync($$$"""
                id: group_both_{{{round}}}
                namespace: golden
                tasks:
                  - {id: a, type: io.kestra.plugin.core.debug.Return, format: a, workerGroup: {key: "{{ 'g' ~ 'pu' }}", fallback: FAIL}}
                  - {id: b, type: io.kestra.plugin.core.debug.Return, format: b}
                """);
            ended.State.Current.ShouldBe(StateType.SUCCESS);
            ended.TaskRunList!.Select(static run => run.Attempts!.Single().WorkerId).ShouldBe([gpu, others]);
        }
    }

    [Theory]
    [InlineData("FAIL", StateType.FAILED, StateType.FAILED, "No workers are available for worker group 'nobody', failing the task.")]
    [InlineData("CANCEL", StateType.CANCELLED, StateType.SUCCESS, "No workers are available for worker group 'nobody', canceling the task.")]
    public async Task A_task_of_a_group_without_workers_ends_as_its_fallback_says(string fallback, StateType run, StateType execution, string message)
    {
        var (ended, server) = await RunAsync($$$"""
            id: group_{{{fallback.ToLowerInvariant()}}}
            namespace: golden
            tasks:
              - {id: a, type: io.kestra.plugin.core.debug.Return, format: a, workerGroup: {key: nobody, fallback: "{{{fallback}}}"} }
            """);
        ended.TaskRunList!.Single().State.Current.ShouldBe(run);
        ended.State.Current.ShouldBe(execution);
        var logs = await server.Services.GetRequiredService<IStore>().Logs.ReadExecutionAsync(Tenants.Default, ended.Id, new LogQuery(), 0, 100, Token);
        logs.Select(static entry => entry.Entry.Message).ShouldContain(message);
    }

    [Fact]
    public async Task A_task_that_waits_for_its_group_runs_when_a_worker_comes()
    {
        var (server, flow) = await SaveAsync("""
            id: group_wait
            namespace: golden
            tasks:
              - {id: a, type: io.kestra.plugin.core.debug.Return, format: a, workerGroup: {key: late}}
            """);
        var id = await server.BeginAsync(flow);
        (await server.FindAsync(id))!.TaskRunList!.Single().State.Current.ShouldBe(StateType.CREATED);

        await group.AddAsync(Token, workerGroup: "late");

        var ended = await server.EndAsync(id);
        ended.State.Current.ShouldBe(StateType.SUCCESS);
        ended.TaskRunList!.Single().Attempts!.Single().WorkerId.ShouldBe((await LivingAsync("late")).Id);
    }

    private async Task<(Execution Ended, ScenarioServer Server)> RunAsync(string source)
    {
        var (server, flow) = await SaveAsync(source);
        return (await server.RunAsync(flow), server);
    }

    private async Task<(ScenarioServer Server, Flow Flow)> SaveAsync(string source)
    {
        var server = group.Servers[0];
        return (server, await server.SaveAsync(source, Token));
    }

    private async Task<ServiceInstance> LivingAsync(string? name) =>
        (await group.Servers[0].Services.GetRequiredService<ClusterMembers>().LivingAsync(ServiceType.WORKER, Token)).First(worker => worker.WorkerGroup == name);

    // Executors look for workers every few seconds.
    private async Task SeenAsync(string name)
    {
        foreach (var environment in group.Servers.Select(static server => server.Services.GetRequiredService<EngineEnvironment>()))
        {
            await Patiently.UntilAsync(() => Task.FromResult(environment.WorkersOf(Tenants.Default, name) == WorkerGroupPresence.Attended), $"the worker of group '{name}' is seen");
        }
    }
}

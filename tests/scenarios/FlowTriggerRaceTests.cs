using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Storage;
using Kestra.Storage.Executions;
using Kestra.Storage.Queries;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Kestra.Scenarios;

/// <summary>
/// Several servers hear at the same moment of executions that meet parts of one trigger's window. Each round meets every part once,
/// so it starts one execution: none when a part was lost, two when one counted twice.
/// </summary>
public sealed class FlowTriggerRaceTests
{
    private const int Upstreams = 8;
    private const int Rounds = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_servers_on_one_store_in_memory_lose_and_double_nothing()
    {
        await using var group = ServerGroup.InMemory();
        await RaceAsync(group, servers: 2);
    }

    [Fact]
    public async Task Two_servers_on_PostgreSQL_lose_and_double_nothing()
    {
        await using var group = await ServerGroup.OnPostgresAsync();
        await RaceAsync(group, servers: 2);
    }

    [Fact]
    public async Task A_server_that_comes_in_the_middle_takes_windows_over_as_they_are()
    {
        await using var group = ServerGroup.InMemory();
        await RaceAsync(group, servers: 1, joining: 1);
    }

    private static async Task RaceAsync(ServerGroup group, int servers, int joining = 0)
    {
        for (var number = 0; number < servers; number++)
        {
            await group.AddAsync(Token);
        }

        var first = group.Servers[0];
        await first.SaveAsync(Downstream, Token);
        var upstreams = new List<Flow>();
        for (var number = 0; number < Upstreams; number++)
        {
            upstreams.Add(await first.SaveAsync(Upstream(number), Token));
        }

        await SettledAsync(first, upstreams);
        var before = await StartsAsync(first);
        var joins = Task.CompletedTask;
        for (var round = 1; round <= Rounds; round++)
        {
            if (round == 3)
            {
                joins = JoinAsync(group, joining);
            }

            await Task.WhenAll(upstreams.Select(flow => RunAsync(first, flow)));
            await UntilAsync(first, before + round);
        }

        await joins;
        (await StartsAsync(first)).ShouldBe(before + Rounds);
    }

    private static async Task JoinAsync(ServerGroup group, int count)
    {
        for (var number = 0; number < count; number++)
        {
            await group.AddAsync(Token);
        }
    }

    // Other servers learn of a stored flow a moment later: rounds go on until one has started something, and no part is left over.
    private static async Task SettledAsync(ScenarioServer server, List<Flow> upstreams)
    {
        using var limit = new CancellationTokenSource(Patience);
        var windows = server.Services.GetRequiredService<IStore>().ConditionWindows;
        while (await StartsAsync(server) == 0 || await windows.FindAsync(Tenants.Default, "golden", "race_downstream", "all", Token) is not null)
        {
            limit.IsCancellationRequested.ShouldBeFalse("no execution of the downstream flow has started");
            var missing = await windows.FindAsync(Tenants.Default, "golden", "race_downstream", "all", Token) is { } window
                ? upstreams.Where((_, number) => !window.Results.GetValueOrDefault($"condition_{number + 1}"))
                : upstreams;
            await Task.WhenAll(missing.Select(flow => RunAsync(server, flow)));
            await Task.Delay(500, Token);
        }
    }

    private static async Task RunAsync(ScenarioServer server, Flow flow)
    {
        var id = new RandomIdSource().Next();
        var create = new Command.Create(NewExecution.Build(flow, id, null, null, null, null, null, SystemClock.Instance.GetCurrentInstant()));
        (await server.Services.GetRequiredService<IExecutionCommands>().SubmitAsync(new ExecutionRequest(flow.TenantId, id, create) { Place = new ExecutionPlace(flow.TenantId, flow.Namespace, flow.Id) }, Token))
            .ShouldBeOfType<CommandOutcome.Accepted>();
        await server.Services.GetRequiredService<IExecutionFollow>().WaitForEndAsync(flow.TenantId, id, Token).WaitAsync(Patience, Token);
    }

    private static async Task UntilAsync(ScenarioServer server, int starts)
    {
        using var limit = new CancellationTokenSource(Patience);
        int now;
        while ((now = await StartsAsync(server)) < starts)
        {
            limit.IsCancellationRequested.ShouldBeFalse($"{now} executions of the downstream flow have started, where there should be {starts}");
            await Task.Delay(20, Token);
        }
    }

    private static async Task<int> StartsAsync(ScenarioServer server)
    {
        var filter = new QueryFilter(FilterField.FLOW_ID, FilterOperation.EQUALS, "race_downstream");
        return (int)(await server.Services.GetRequiredService<IStore>().Executions.SearchAsync(Tenants.Default, [filter], new PageRequest(1, 1), Token)).Total;
    }

    private static string Upstream(int number) => $$"""
        id: race_upstream{{number}}
        namespace: golden
        tasks:
          - {id: a, type: io.kestra.plugin.core.debug.Return, format: a}
        """;

    private static string Downstream => $$"""
        id: race_downstream
        namespace: golden
        tasks:
          - {id: a, type: io.kestra.plugin.core.debug.Return, format: a}
        triggers:
          - id: after
            type: io.kestra.plugin.core.trigger.Flow
            states: [SUCCESS]
            preconditions:
              id: all
              timeWindow: {type: DURATION_WINDOW, window: P1D}
              flows:
        {{string.Join('\n', Enumerable.Range(0, Upstreams).Select(static number => $"        - {{namespace: golden, flowId: race_upstream{number}}}"))}}
        """;
}

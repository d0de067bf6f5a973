using Kestra.Engine;
using Kestra.Executor;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Model.Json;
using Kestra.Storage;
using Kestra.Storage.Memory;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Kestra.Scenarios;

/// <summary>New executions that are shown in lists later than they exist, as on PostgreSQL.</summary>
public sealed class ListingTests
{
    private const string Long = """
        id: long
        namespace: golden
        tasks:
          - {id: sleep, type: io.kestra.plugin.core.flow.Sleep, duration: PT1H}
        """;

    private const string Short = """
        id: short
        namespace: golden
        tasks:
          - {id: log, type: io.kestra.plugin.core.log.Log, message: hello}
        """;

    private readonly MemoryStore store = new(new MemoryDatabase(), TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Execution_that_goes_on_is_listed_after_the_delay()
    {
        await using var server = await StartAsync(TimeSpan.FromMilliseconds(1));
        var id = await CreateAsync(server, Long);

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (!(await ListAsync()).Contains(id))
        {
            await Task.Delay(1, patience.Token);
        }
    }

    [Fact]
    public async Task Execution_that_has_not_been_listed_is_listed_when_the_server_stops()
    {
        string id;
        await using (var server = await StartAsync(TimeSpan.FromHours(1)))
        {
            id = await CreateAsync(server, Long);
            (await server.Services.GetRequiredService<IExecutionReader>().FindAsync(Tenants.Default, id, Token)).ShouldNotBeNull();
            (await ListAsync()).ShouldBeEmpty();
        }

        (await ListAsync()).ShouldBe([id]);
    }

    [Fact]
    public async Task Execution_that_has_ended_is_listed_at_once()
    {
        await using var server = await StartAsync(TimeSpan.FromHours(1));
        var id = await CreateAsync(server, Short);
        var ended = await server.Services.GetRequiredService<IExecutionFollow>().WaitForEndAsync(Tenants.Default, id, Token);

        ended.State.Current.ShouldBe(StateType.SUCCESS);
        (await ListAsync()).ShouldBe([id]);

        // What was handed over is shown as what was stored.
        var stored = await server.Services.GetRequiredService<IExecutionFollow>().WaitForEndAsync(Tenants.Default, id, Token);
        Shown(ended).ShouldBe(Shown(stored));
    }

    private static string Shown(Execution execution) => System.Text.Encoding.UTF8.GetString(ModelJson.Serialize(execution, JsonProfile.Api));

    private Task<ScenarioServer> StartAsync(TimeSpan delay) => ScenarioServer.StartAsync(
        services =>
        {
            services.AddSingleton<IStore>(store);
            services.Configure<ExecutorOptions>(options => options.ListDelay = delay);
        },
        Token);

    private static async Task<string> CreateAsync(ScenarioServer server, string source)
    {
        var flow = await server.SaveAsync(source, Token);
        var id = server.Services.GetRequiredService<IIdSource>().Next();
        var execution = NewExecution.Build(flow, id, inputs: null, [], trigger: null, scheduleDate: null, kind: null, SystemClock.Instance.GetCurrentInstant());
        var outcome = await server.Services.GetRequiredService<IExecutionCommands>().SubmitAsync(new ExecutionRequest(Tenants.Default, id, new Command.Create(execution)), Token);
        outcome.ShouldBeOfType<CommandOutcome.Accepted>();
        return id;
    }

    private async Task<IReadOnlyList<string>> ListAsync() => await store.Executions.SearchIdsAsync(Tenants.Default, [], 10, Token);
}

using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Maintenance;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios;

/// <summary>Maintenance (§9.6): what runs is finished, nothing else begins or changes, and what was asked for happens afterwards.</summary>
public sealed class MaintenanceTests : IAsyncLifetime
{
    private const string Two = """
        id: two
        namespace: golden
        tasks:
          - id: first
            type: io.kestra.plugin.core.flow.WorkingDirectory
            tasks:
              - {id: sleep, type: io.kestra.plugin.core.flow.Sleep, duration: PT1S}
              - {id: tell, type: io.kestra.plugin.core.log.Log, message: finished}
          - {id: second, type: io.kestra.plugin.core.debug.Return, format: second}
        """;

    private const string One = """
        id: one
        namespace: golden
        tasks:
          - {id: only, type: io.kestra.plugin.core.debug.Return, format: only}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("kestra-maintenance-").FullName;
    private ScenarioServer server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private MaintenanceMode Maintenance => server.Services.GetRequiredService<MaintenanceMode>();

    private IExecutionReader Reader => server.Services.GetRequiredService<IExecutionReader>();

    public async ValueTask InitializeAsync() => server = await ScenarioServer.StartAsync(null, CancellationToken.None, folder: folder);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_runs_is_finished_and_its_result_counts_afterwards()
    {
        var id = await CreateAsync(Two);
        await server.UntilAsync(id, IsAtFirst, "the first task runs");

        await Maintenance.EnterAsync(Token);
        await UntilLoggedAsync(id, "finished");

        var kept = (await Reader.FindAsync(Tenants.Default, id, Token))!;
        kept.State.Current.ShouldBe(StateType.RUNNING);
        kept.TaskRunList!.ShouldNotContain(static run => run.TaskId == "second");

        await Maintenance.ExitAsync(Token);
        var ended = await server.EndAsync(id);
        ended.State.Current.ShouldBe(StateType.SUCCESS);
        ended.TaskRunList!.Select(static run => (run.TaskId, run.State.Current)).ShouldContain(("second", StateType.SUCCESS));
    }

    [Fact]
    public async Task What_is_asked_for_is_accepted_and_happens_afterwards_in_its_order()
    {
        var running = await CreateAsync(Two);
        await server.UntilAsync(running, IsAtFirst, "the first task runs");
        await Maintenance.EnterAsync(Token);

        var created = await CreateAsync(One);
        var killed = await CreateAsync(One);
        var kill = await server.SubmitAsync(running, new Command.Kill());

        kill.ShouldBeOfType<CommandOutcome.Accepted>().Execution.State.Current.ShouldBe(StateType.RUNNING);
        (await Reader.FindAsync(Tenants.Default, created, Token)).ShouldBeNull();

        await Maintenance.ExitAsync(Token);
        (await server.EndAsync(created)).State.Current.ShouldBe(StateType.SUCCESS);
        (await server.EndAsync(killed)).State.Current.ShouldBe(StateType.SUCCESS);
        (await server.EndAsync(running)).State.Current.ShouldBe(StateType.KILLED);
    }

    [Fact]
    public async Task It_outlives_the_process_and_so_does_what_was_asked_for()
    {
        await Maintenance.EnterAsync(Token);
        var id = await CreateAsync(One);

        await server.DisposeAsync();
        server = await ScenarioServer.StartAsync(null, Token, folder: folder);

        Maintenance.IsOn.ShouldBeTrue();
        (await Reader.FindAsync(Tenants.Default, id, Token)).ShouldBeNull();
        await Maintenance.ExitAsync(Token);
        (await server.EndAsync(id)).State.Current.ShouldBe(StateType.SUCCESS);
        (await server.EndAsync(id)).State.Histories.Select(static entry => entry.State).ShouldBe([StateType.CREATED, StateType.RUNNING, StateType.SUCCESS]);
    }

    [Fact]
    public async Task A_result_that_was_kept_over_a_restart_is_not_asked_for_again()
    {
        var id = await CreateAsync(Two);
        await server.UntilAsync(id, IsAtFirst, "the first task runs");
        await Maintenance.EnterAsync(Token);
        await UntilLoggedAsync(id, "finished");

        await server.DisposeAsync();
        server = await ScenarioServer.StartAsync(null, Token, folder: folder);
        await Maintenance.ExitAsync(Token);

        (await server.EndAsync(id)).TaskRunList!.Single(static run => run.TaskId == "first").Attempts!.Count.ShouldBe(1);
        (await server.LogsAsync(id)).Count(static message => message == "finished").ShouldBe(1);
    }

    private async Task<string> CreateAsync(string source)
    {
        var stored = await server.Services.GetRequiredService<IStore>().Flows.FindAsync(Tenants.Default, "golden", source == One ? "one" : "two", null, allowDeleted: false, Token);
        return await server.BeginAsync(await server.SaveAsync(source, Token, stored?.Revision));
    }

    private static bool IsAtFirst(Execution execution) => execution.TaskRunList?.Any(static run => run is { TaskId: "first", State.Current: StateType.RUNNING }) == true;

    private Task UntilLoggedAsync(string id, string message) => Patiently.UntilAsync(async () => (await server.LogsAsync(id)).Contains(message), $"'{message}' is logged");
}

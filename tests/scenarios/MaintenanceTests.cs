using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Maintenance;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Storage;
using Kestra.Storage.Logs;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

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

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

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
        await UntilAsync(id, static execution => execution.TaskRunList?.Any(static run => run is { TaskId: "first", State.Current: StateType.RUNNING }) == true);

        await Maintenance.EnterAsync(Token);
        await UntilLoggedAsync(id, "finished");

        var kept = (await Reader.FindAsync(Tenants.Default, id, Token))!;
        kept.State.Current.ShouldBe(StateType.RUNNING);
        kept.TaskRunList!.ShouldNotContain(static run => run.TaskId == "second");

        await Maintenance.ExitAsync(Token);
        var ended = await EndAsync(id);
        ended.State.Current.ShouldBe(StateType.SUCCESS);
        ended.TaskRunList!.Select(static run => (run.TaskId, run.State.Current)).ShouldContain(("second", StateType.SUCCESS));
    }

    [Fact]
    public async Task What_is_asked_for_is_accepted_and_happens_afterwards_in_its_order()
    {
        var running = await CreateAsync(Two);
        await UntilAsync(running, static execution => execution.TaskRunList?.Any(static run => run is { TaskId: "first", State.Current: StateType.RUNNING }) == true);
        await Maintenance.EnterAsync(Token);

        var created = await CreateAsync(One);
        var killed = await CreateAsync(One);
        var kill = await SubmitAsync(running, new Command.Kill());

        kill.ShouldBeOfType<CommandOutcome.Accepted>().Execution.State.Current.ShouldBe(StateType.RUNNING);
        (await Reader.FindAsync(Tenants.Default, created, Token)).ShouldBeNull();

        await Maintenance.ExitAsync(Token);
        (await EndAsync(created)).State.Current.ShouldBe(StateType.SUCCESS);
        (await EndAsync(killed)).State.Current.ShouldBe(StateType.SUCCESS);
        (await EndAsync(running)).State.Current.ShouldBe(StateType.KILLED);
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
        (await EndAsync(id)).State.Current.ShouldBe(StateType.SUCCESS);
        (await EndAsync(id)).State.Histories.Select(static entry => entry.State).ShouldBe([StateType.CREATED, StateType.RUNNING, StateType.SUCCESS]);
    }

    [Fact]
    public async Task A_result_that_was_kept_over_a_restart_is_not_asked_for_again()
    {
        var id = await CreateAsync(Two);
        await UntilAsync(id, static execution => execution.TaskRunList?.Any(static run => run is { TaskId: "first", State.Current: StateType.RUNNING }) == true);
        await Maintenance.EnterAsync(Token);
        await UntilLoggedAsync(id, "finished");

        await server.DisposeAsync();
        server = await ScenarioServer.StartAsync(null, Token, folder: folder);
        await Maintenance.ExitAsync(Token);

        (await EndAsync(id)).TaskRunList!.Single(static run => run.TaskId == "first").Attempts!.Count.ShouldBe(1);
        (await LogsAsync(id)).Count(static message => message == "finished").ShouldBe(1);
    }

    private async Task<string> CreateAsync(string source)
    {
        var stored = await server.Services.GetRequiredService<IStore>().Flows.FindAsync(Tenants.Default, "golden", source == One ? "one" : "two", null, allowDeleted: false, Token);
        var flow = stored is null ? await server.SaveAsync(source, Token) : await server.SaveAsync(source, Token, stored.Revision);
        var id = new RandomIdSource().Next();
        (await SubmitAsync(id, new Command.Create(NewExecution.Build(flow, id, null, null, null, null, null, SystemClock.Instance.GetCurrentInstant())))).ShouldBeOfType<CommandOutcome.Accepted>();
        return id;
    }

    private Task<CommandOutcome> SubmitAsync(string id, Command command) =>
        server.Services.GetRequiredService<IExecutionCommands>().SubmitAsync(new ExecutionRequest(Tenants.Default, id, command), Token);

    private async Task<Execution> EndAsync(string id)
    {
        await EventuallyAsync(async () => await Reader.FindAsync(Tenants.Default, id, Token) is not null, "the execution exists");
        return await server.Services.GetRequiredService<IExecutionFollow>().WaitForEndAsync(Tenants.Default, id, Token).WaitAsync(Patience, Token);
    }

    private Task UntilAsync(string id, Func<Execution, bool> holds) =>
        EventuallyAsync(async () => await Reader.FindAsync(Tenants.Default, id, Token) is { } execution && holds(execution), "the execution is so far");

    private Task UntilLoggedAsync(string id, string message) => EventuallyAsync(async () => (await LogsAsync(id)).Contains(message), $"'{message}' is logged");

    private async Task<List<string?>> LogsAsync(string id) =>
        [.. (await server.Services.GetRequiredService<IStore>().Logs.ReadExecutionAsync(Tenants.Default, id, new LogQuery(), 0, 100, Token)).Select(static entry => entry.Entry.Message)];

    private static async Task EventuallyAsync(Func<Task<bool>> holds, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await holds())
        {
            limit.IsCancellationRequested.ShouldBeFalse(what);
            await Task.Delay(20, Token);
        }
    }
}

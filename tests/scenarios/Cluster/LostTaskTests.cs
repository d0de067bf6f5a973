using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Plugins;
using Kestra.Plugins.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Scenarios.Cluster;

/// <summary>What becomes of the tasks of a worker that is silent for too long.</summary>
[Collection(ClusterTests.Name)]
public sealed class LostTaskTests : IAsyncDisposable
{
    private readonly ClusterWorld world = new();

    public ValueTask DisposeAsync() => world.DisposeAsync();

    [Theory]
    [InlineData("IMMEDIATELY", 1, 60)]
    [InlineData("AFTER_TERMINATION_GRACE_PERIOD", 80, 300)]
    public async Task They_run_again_and_what_the_lost_worker_says_late_is_refused(string strategy, int notBefore, int notAfter)
    {
        var settings = Settings(strategy);
        var executor = await world.StartExecutorAsync(settings);
        var lost = await world.StartWorkerAsync(settings);
        world.Source.Hold = new TaskCompletionSource();
        var id = await CreateAsync(executor);
        await world.Time.UntilAsync(() => world.Source.Looks == 1, "the task runs");

        lost.Link.Sever();
        var severed = world.Time.Elapsed;
        await world.StartWorkerAsync(settings);
        var late = world.Source.Hold;
        world.Source.Hold = null;
        await world.Time.UntilAsync(() => Find(id)?.State.Current == StateType.SUCCESS, "it runs again");
        (world.Time.Elapsed - severed).TotalSeconds.ShouldBeInRange(notBefore, notAfter);
        lost.Link.Mend();
        late.SetResult();
        await world.Time.PassAsync(TimeSpan.FromMinutes(1));

        world.Source.Looks.ShouldBe(2);
        var execution = Find(id)!;
        execution.State.Current.ShouldBe(StateType.SUCCESS);
        execution.TaskRunList.ShouldHaveSingleItem().Attempts!.Select(static attempt => attempt.State.Current).ShouldBe([StateType.KILLED, StateType.SUCCESS]);
    }

    [Fact]
    public async Task They_fail_where_they_are_never_to_run_again()
    {
        var settings = Settings("NEVER");
        var executor = await world.StartExecutorAsync(settings);
        var lost = await world.StartWorkerAsync(settings);
        world.Source.Hold = new TaskCompletionSource();
        var id = await CreateAsync(executor);
        await world.Time.UntilAsync(() => world.Source.Looks == 1, "the task runs");
        lost.Link.Sever();
        await world.StartWorkerAsync(settings);
        await world.Time.UntilAsync(() => Find(id)?.State.Current == StateType.FAILED, "it fails");
        world.Source.Looks.ShouldBe(1);
    }

    // The grace period is long against the time-out, so that one strategy is told from the other.
    private static (string Key, string Value)[] Settings(string strategy) =>
    [
        ("kestra.server.worker-task-restart-strategy", strategy),
        ("kestra.server.termination-grace-period", "PT80S"),
        ("kestra.server.liveness.timeout", "PT20S"),
        ("kestra.server.liveness.initial-delay", "PT1S"),
    ];

    private async Task<string> CreateAsync(ClusterProcess executor)
    {
        var flow = await ScenarioServer.StoreAsync(
            executor.Services,
            $"""
            id: holds
            namespace: company.team
            tasks:
              - id: hold
                type: io.kestra.scenarios.Holding
                source: {world.Source.Id}
            """,
            last: null,
            deleted: false,
            TestContext.Current.CancellationToken);
        var id = Guid.NewGuid().ToString("N");
        var execution = NewExecution.Build(flow, id, null, [], null, null, null, NodaTime.Instant.FromDateTimeOffset(world.Time.GetUtcNow()));
        var outcome = await world.Time.WhileAsync(executor.Services.GetRequiredService<IExecutionCommands>().SubmitAsync(new ExecutionRequest(Tenants.Default, id, new Command.Create(execution)), CancellationToken.None), "it is created");
        outcome.ShouldBeOfType<CommandOutcome.Accepted>();
        return id;
    }

    // One that has just begun is not listed yet.
    private Execution? Find(string id) => world.Executions().FirstOrDefault(execution => execution.Id == id);
}

/// <summary>Runs as long as its source is held.</summary>
[Plugin("io.kestra.scenarios.Holding")]
public sealed class HoldingTask : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? Source { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        await WatchSource.Of(Source!.Render(context)!).LookAsync(cancellationToken);
        return TaskResult.Empty;
    }
}

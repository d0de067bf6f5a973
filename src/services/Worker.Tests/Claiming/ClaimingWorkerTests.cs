using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Worker.Claiming;
using NodaTime;
using Kestra.Scheduler.Tests;

namespace Kestra.Worker.Tests.Claiming;

/// <summary>Whole executions whose tasks are run by workers that know nothing but the store.</summary>
[Collection(RunningWorkers.Name)]
public sealed class ClaimingWorkerTests
{
    private readonly TableExecutor executor = new(TimeProvider.System);

    [Fact]
    public async Task Tasks_see_what_the_executor_would_have_sent()
    {
        await using var worker = new ClaimingWorker(executor, TimeProvider.System);
        await worker.StartAsync();
        var id = await executor.StartAsync("""
            variables: {greeting: hello}
            tasks:
              - {id: first, type: io.kestra.plugin.core.debug.Return, format: "{{ vars.greeting }} {{ execution.id }}"}
              - id: each
                type: io.kestra.plugin.core.flow.ForEach
                values: ["x", "y"]
                concurrencyLimit: 0
                tasks:
                  - {id: inner, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.first.value }} {{ taskrun.value }}"}
                  - {id: after, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.inner[taskrun.value].value }}!"}
              - id: folder
                type: io.kestra.plugin.core.flow.WorkingDirectory
                tasks:
                  - {id: write, type: io.kestra.plugin.core.debug.Return, format: "{{ outputs.after.x.value }}"}
            """);

        var execution = await executor.EndOfAsync(id);

        execution.State.Current.ShouldBe(StateType.SUCCESS);
        execution.TaskRunList!.Where(static run => run.TaskId == "after").Select(static run => run.Outputs!["value"]).ShouldBe([$"hello {id} x!", $"hello {id} y!"], ignoreOrder: true);
        execution.TaskRunList!.Single(static run => run.TaskId == "write").Outputs!["value"].ShouldBe($"hello {id} x!");
        (await executor.Store.Jobs.ListAsync(0, TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Built_jobs_are_those_that_were_decided()
    {
        // Documents keep microseconds.
        var exact = new TableExecutor(new ManualTime(Instant.FromUtc(2026, 1, 1, 0, 0)));
        await using var worker = new ClaimingWorker(exact, TimeProvider.System, threads: 1);
        await exact.StartAsync("""
            tasks:
              - id: beside
                type: io.kestra.plugin.core.flow.Parallel
                tasks:
                  - {id: a, type: io.kestra.plugin.core.log.Log, message: "a", workerGroup: {key: gpu}}
                  - {id: b, type: io.kestra.plugin.core.log.Log, message: "b"}
            """);

        var rows = await exact.Store.Jobs.ListAsync(0, TestContext.Current.CancellationToken);
        rows.Count.ShouldBe(2);
        foreach (var (row, sent) in rows.Zip(exact.Sent))
        {
            var built = (await worker.Rebuild.BuildAsync(row, TestContext.Current.CancellationToken)).ShouldBeOfType<RebuiltJob.Ready>().Job;

            (built.TenantId, built.Namespace, built.FlowId, built.FlowRevision, built.ExecutionId, built.Kind, built.Attempt, built.WorkerGroup)
                .ShouldBe((sent.TenantId, sent.Namespace, sent.FlowId, sent.FlowRevision, sent.ExecutionId, sent.Kind, sent.Attempt, sent.WorkerGroup));
            (built.Task.Id, built.Plugin.GetType(), built.TaskRun.Id, built.TaskRun.State.Current).ShouldBe((sent.Task.Id, sent.Plugin.GetType(), sent.TaskRun.Id, sent.TaskRun.State.Current));
            Text(built.Variables).ShouldBe(Text(sent.Variables));
        }
    }

    [Fact]
    public async Task Workers_share_the_tasks_of_a_loop_and_read_it_once_each()
    {
        const int Count = 120;
        var journals = new[] { CountingJournal.Around(executor.Store.Journal), CountingJournal.Around(executor.Store.Journal) };
        await using var one = new ClaimingWorker(executor, TimeProvider.System, "one", journal: journals[0].Journal);
        await using var two = new ClaimingWorker(executor, TimeProvider.System, "two", journal: journals[1].Journal);
        await one.StartAsync();
        await two.StartAsync();
        var values = string.Join(", ", Enumerable.Range(0, Count).Select(static number => $"\"{number}\""));
        var id = await executor.StartAsync($$$"""
            tasks:
              - id: each
                type: io.kestra.plugin.core.flow.ForEach
                values: [{{{values}}}]
                concurrencyLimit: 8
                tasks:
                  - {id: inner, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}"}
            """);

        var execution = await executor.EndOfAsync(id);

        execution.State.Current.ShouldBe(StateType.SUCCESS);
        execution.TaskRunList!.Where(static run => run.TaskId == "inner").ShouldAllBe(static run => (string?)run.Outputs!["value"] == run.Value && run.Attempts!.Count == 1);
        executor.Results.Count.ShouldBe(Count);
        executor.Results.Select(static result => result.WorkerId).Distinct().ShouldBe(["one", "two"], ignoreOrder: true);

        // Snapshots are written when the execution starts to run; everything after is read by its end alone.
        journals.ShouldAllBe(static journal => journal.Counts.Whole <= 2);
    }

    [Fact]
    public async Task A_kill_stops_what_runs_in_another_process()
    {
        await using var worker = new ClaimingWorker(executor, TimeProvider.System);
        await worker.StartAsync();
        var id = await executor.StartAsync("""
            tasks:
              - {id: long, type: io.kestra.plugin.core.flow.Sleep, duration: PT10M}
            afterExecution:
              - {id: last, type: io.kestra.plugin.core.debug.Return, format: "{{ execution.state }}"}
            """);
        await UntilAsync(() => worker.Runner.Count == 1);

        await executor.SubmitAsync(new ExecutionRequest("main", id, new Command.Kill()), TestContext.Current.CancellationToken);

        var execution = await executor.EndOfAsync(id);
        execution.State.Current.ShouldBe(StateType.KILLED);
        execution.TaskRunList!.Select(static run => (run.TaskId, run.State.Current)).ShouldBe([("long", StateType.KILLED), ("last", StateType.SUCCESS)]);
        execution.TaskRunList![1].Outputs!["value"].ShouldBe("KILLED");
    }

    [Fact]
    public async Task A_worker_that_stops_leaves_the_rest_to_others()
    {
        await using var one = new ClaimingWorker(executor, TimeProvider.System, "one", threads: 1);
        await one.StartAsync();
        var id = await executor.StartAsync("""
            tasks:
              - id: beside
                type: io.kestra.plugin.core.flow.Parallel
                tasks:
                  - {id: a, type: io.kestra.plugin.core.flow.Sleep, duration: PT0.3S}
                  - {id: b, type: io.kestra.plugin.core.debug.Return, format: b}
                  - {id: c, type: io.kestra.plugin.core.debug.Return, format: c}
            """);
        await UntilAsync(() => one.Runner.Count == 1);
        await one.StopAsync();

        executor.Results.ShouldHaveSingleItem().State.ShouldBe(StateType.SUCCESS);
        await using var two = new ClaimingWorker(executor, TimeProvider.System, "two");
        await two.StartAsync();

        (await executor.EndOfAsync(id)).State.Current.ShouldBe(StateType.SUCCESS);
    }

    [Fact]
    public async Task The_late_result_of_a_lost_worker_loses_against_the_next_attempt()
    {
        var id = await executor.StartAsync("""
            tasks:
              - {id: only, type: io.kestra.plugin.core.debug.Return, format: mine}
            """);
        var lost = (await executor.Store.Jobs.ClaimAsync("lost", null, 1, TestContext.Current.CancellationToken)).Single();

        await executor.SubmitAsync(new ExecutionRequest("main", id, new Command.WorkerLost(lost.TaskRunId, lost.Attempt)), TestContext.Current.CancellationToken);
        await executor.SubmitAsync(new ExecutionRequest("main", id, new Command.WorkerLost(lost.TaskRunId, lost.Attempt)), TestContext.Current.CancellationToken);
        await executor.SubmitAsync(
            new ExecutionRequest("main", id, new Command.TaskResult(lost.TaskRunId, lost.Attempt, StateType.FAILED, SystemClock.Instance.GetCurrentInstant(), SystemClock.Instance.GetCurrentInstant(), null, "lost")),
            TestContext.Current.CancellationToken);
        await using var worker = new ClaimingWorker(executor, TimeProvider.System, "next");
        await worker.StartAsync();

        var run = (await executor.EndOfAsync(id)).TaskRunList!.Single();
        run.Outputs!["value"].ShouldBe("mine");
        run.Attempts!.Select(static attempt => (attempt.State.Current, attempt.WorkerId)).ShouldBe([(StateType.KILLED, null), (StateType.SUCCESS, "next")]);
        executor.Sent.Select(static job => job.Attempt).ShouldBe([0, 1]);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!holds())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static string Text(object? value) => System.Text.Encoding.UTF8.GetString(Model.Json.ModelJson.SerializeValue(value, Model.Json.JsonProfile.Api));
}

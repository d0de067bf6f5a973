using Kestra.Engine;
using Kestra.Expressions;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Telemetry;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Logs;
using Kestra.Plugins.Tasks;

namespace Kestra.Worker.Tests;

[Collection(RunningWorkers.Name)]
public sealed class JobTests : IAsyncLifetime
{
    private Bench bench = new();

    public async ValueTask InitializeAsync() => await bench.StartAsync();

    public ValueTask DisposeAsync() => bench.DisposeAsync();

    [Fact]
    public async Task A_result_has_outputs_without_nulls_and_the_job_is_forgotten_after_it()
    {
        await bench.SendAsync(new Work(static (_, _) => Task.FromResult(new TaskResult(new OrderedDictionary<string, object?> { ["a"] = 1, ["b"] = null }, StateType.WARNING))));

        var result = await bench.NextAsync<Command.TaskResult>();
        result.State.ShouldBe(StateType.WARNING);
        result.Outputs!.Keys.ShouldBe(["a"]);
        result.WorkerId.ShouldBe("worker");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("run")]
    public async Task A_job_that_was_killed_on_its_way_does_not_begin(string? taskRunId)
    {
        var began = false;
        bench.Runner.Kill(new KillRequest("main", "another", null));
        bench.Runner.Kill(new KillRequest("main", Bench.ExecutionId, taskRunId));
        await bench.SendAsync(new Work((_, _) =>
        {
            began = true;
            return Task.FromResult(TaskResult.Empty);
        }));
        var result = await bench.NextAsync<Command.TaskResult>();
        result.State.ShouldBe(StateType.KILLED);
        result.WorkerId.ShouldBeNull("nobody began it");
        began.ShouldBeFalse();
    }

    [Fact]
    public async Task The_log_of_a_task_that_logs_to_a_file_is_a_file_and_nothing_else()
    {
        await bench.SendAsync(
            new Work(static (context, _) =>
            {
                context.Logger.Warn("to the file");
                throw new TaskFailedException("broken");
            }),
            change: static task => task with { LogToFile = true });

        var result = await bench.NextAsync<Command.TaskResult>();
        result.State.ShouldBe(StateType.FAILED);
        result.LogFile!.ShouldMatch("^kestra:///.*/log-\\w{5}\\.txt$");
        bench.Logs.ShouldBeEmpty();
        var stored = await bench.Objects.OpenAsync("main", new Uri(result.LogFile!).AbsolutePath, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stored.Content);
        var lines = (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(2);
        lines[0].ShouldMatch(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} WARN  worker_\d+ +flow\.\w+\.task to the file$");
        lines[1].ShouldMatch(@" ERROR worker_\d+ +flow\.\w+\.task broken$");
        System.IO.Directory.GetFiles(bench.Folder, "log-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task Runs_are_counted_and_timed_under_their_task_and_flow()
    {
        using var collector = new MetricCollector();
        await RestartAsync(static options => options.Threads = 3);
        await bench.SendAsync(new Work(static (_, _) => Task.FromResult(TaskResult.Empty)));
        await bench.NextAsync<Command.TaskResult>();
        await bench.StopAsync();

        var metrics = collector.Collect().ToLookup(static metric => metric.Name);
        metrics["worker.started.count"].Single().Value.ShouldBe(1);
        metrics["worker.started.count"].Single().Tags.Keys.ShouldBe(["flow_id", "namespace_id", "task_type", "tenant_id"], ignoreOrder: true);
        metrics["worker.ended.count"].Single().Value.ShouldBe(1);
        metrics["worker.ended.duration"].Single().Count.ShouldBe(1);
        metrics["worker.queued.duration"].Single().Count.ShouldBe(1);
        metrics["worker.running.count"].Single().Value.ShouldBe(0);
        metrics["worker.job.thread"].Single().Value.ShouldBe(3);
        metrics["worker.timeout.count"].ShouldBeEmpty();
    }

    [Fact]
    public async Task No_more_jobs_run_than_there_are_slots()
    {
        await RestartAsync(static options => options.Threads = 2);
        var gate = new TaskCompletionSource();
        var (now, most) = (0, 0);
        var twoRun = new TaskCompletionSource();
        var work = new Work(async (_, _) =>
        {
            var running = Interlocked.Increment(ref now);
            most = Math.Max(most, running);
            if (running == 2)
            {
                twoRun.TrySetResult();
            }

            await gate.Task;
            Interlocked.Decrement(ref now);
            return TaskResult.Empty;
        });
        for (var index = 0; index < 6; index++)
        {
            await bench.SendAsync(work, $"run{index}");
        }

        await twoRun.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        bench.Runner.Count.ShouldBe(2);
        gate.SetResult();
        for (var index = 0; index < 6; index++)
        {
            (await bench.NextAsync<Command.TaskResult>()).State.ShouldBe(StateType.SUCCESS);
        }

        most.ShouldBe(2);
    }

    [Fact]
    public async Task A_failure_is_logged_with_its_message_and_its_trace_apart()
    {
        await bench.SendAsync(new Work(static (_, _) => throw new InvalidOperationException("it broke")));

        (await bench.NextAsync<Command.TaskResult>()).State.ShouldBe(StateType.FAILED);
        bench.Logs.Select(static log => log.Level).ShouldBe([LogLevel.ERROR, LogLevel.TRACE]);
        bench.Logs.First().Message.ShouldBe("it broke");
        bench.Logs.Last().Message.ShouldContain(nameof(InvalidOperationException));
    }

    [Fact]
    public async Task A_failure_that_the_task_itself_found_keeps_its_outputs()
    {
        await bench.SendAsync(new Work(static (_, _) => throw new TaskFailedException("no", new OrderedDictionary<string, object?> { ["x"] = 1 })));

        var result = await bench.NextAsync<Command.TaskResult>();
        result.State.ShouldBe(StateType.FAILED);
        result.Outputs!["x"].ShouldBe(1);
        bench.Logs.ShouldHaveSingleItem().Message.ShouldBe("no");
    }

    [Fact]
    public async Task A_time_that_is_used_up_fails_the_attempt()
    {
        await bench.SendAsync(new Work(static async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return TaskResult.Empty;
        }), change: static task => task with { Timeout = "PT0.05S" });

        (await bench.NextAsync<Command.TaskResult>()).State.ShouldBe(StateType.FAILED);
        bench.Logs.ShouldHaveSingleItem().Message.ShouldBe("Timeout after 00:00:00.050");
    }

    [Fact]
    public async Task A_timeout_that_is_no_duration_fails_the_attempt_with_a_message()
    {
        await bench.SendAsync(new Work(static (_, _) => Task.FromResult(TaskResult.Empty)), change: static task => task with { Timeout = "soon" });

        (await bench.NextAsync<Command.TaskResult>()).State.ShouldBe(StateType.FAILED);
        bench.Logs.First().Message.ShouldContain("soon");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("run")]
    public async Task A_kill_ends_the_run(string? taskRunId)
    {
        var started = new TaskCompletionSource();
        await bench.SendAsync(new Work(async (_, token) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return TaskResult.Empty;
        }));
        await started.Task;
        bench.Kill("main", "another", null);
        bench.Kill("main", Bench.ExecutionId, "other");
        bench.Runner.Count.ShouldBe(1);

        bench.Kill("main", Bench.ExecutionId, taskRunId);

        (await bench.NextAsync<Command.TaskResult>()).State.ShouldBe(StateType.KILLED);
    }

    [Fact]
    public async Task A_run_that_does_not_listen_is_left_behind_after_the_grace_period()
    {
        var (started, never) = (new TaskCompletionSource(), new TaskCompletionSource<TaskResult>());
        await bench.SendAsync(new Work((_, _) =>
        {
            started.SetResult();
            return never.Task;
        }));
        await started.Task;

        bench.Kill("main", Bench.ExecutionId, null);

        (await bench.NextAsync<Command.TaskResult>()).State.ShouldBe(StateType.KILLED);
    }

    [Fact]
    public async Task A_worker_that_stops_gives_no_result_for_what_it_cut_off()
    {
        await RestartAsync(static options => options.TerminationGracePeriod = TimeSpan.FromMilliseconds(50));
        var started = new TaskCompletionSource();
        await bench.SendAsync(new Work(async (_, token) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return TaskResult.Empty;
        }));
        await started.Task;

        await bench.StopAsync();

        bench.Posted().OfType<Command.TaskResult>().ShouldBeEmpty();
        bench.Runner.Count.ShouldBe(0);
        bench.Standing.WasForced.ShouldBeTrue();
    }

    [Fact]
    public async Task A_worker_that_was_given_up_stops_its_runs_without_results_and_takes_no_more()
    {
        var (started, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        await bench.SendAsync(new Work(async (_, token) =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                ended.SetResult();
            }

            return TaskResult.Empty;
        }));
        await started.Task;

        bench.Standing.GiveUp();
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await bench.SendAsync(new Work(static (_, _) => throw new InvalidOperationException("taken by a worker that was given up")));
        await bench.StopAsync();

        bench.Posted().OfType<Command.TaskResult>().ShouldBeEmpty();
        bench.Runner.Count.ShouldBe(0);
        bench.Standing.WasForced.ShouldBeTrue();
    }

    [Fact]
    public async Task Secrets_are_hidden_in_every_later_line()
    {
        await bench.SendAsync(new Work(static (context, _) =>
        {
            context.MaskInLogs("s3cret");
            context.MaskInLogs("s3cret-longer");
            context.Logger.Info("it is s3cret-longer, or s3cret");
            throw new InvalidOperationException("with s3cret inside");
        }));

        await bench.NextAsync<Command.TaskResult>();
        bench.Logs.ShouldAllBe(static log => !log.Message.Contains("s3cret"));
        bench.Logs.First().Message.ShouldBe("it is ******, or ******");
    }

    [Fact]
    public async Task Levels_below_the_tasks_own_are_dropped_and_long_messages_are_cut()
    {
        await RestartAsync(static options =>
        {
            options.LogMessageLength = 100;
            options.LogMessageParts = 3;
        });
        await bench.SendAsync(
            new Work(static (context, _) =>
            {
                context.Logger.Info("dropped");
                context.Logger.Warn(new string('x', 250));
                context.Logger.Error(new string('y', 1_000));
                return Task.FromResult(TaskResult.Empty);
            }),
            change: static task => task with { LogLevel = LogLevel.WARN });

        await bench.NextAsync<Command.TaskResult>();
        bench.Logs.Select(static log => log.Message.Length).Take(6).ShouldBe([100, 100, 50, 100, 100, 100]);
        bench.Logs.Last().Message.ShouldBe("… 700 more characters were cut off");
    }

    [Fact]
    public async Task Outputs_beyond_the_limit_fail_with_the_remedy()
    {
        await RestartAsync(static options => options.OutputBytes = 100);
        await bench.SendAsync(new Work(static (_, _) => Task.FromResult(new TaskResult(new OrderedDictionary<string, object?> { ["x"] = new string('x', 200) }))));

        (await bench.NextAsync<Command.TaskResult>()).State.ShouldBe(StateType.FAILED);
        bench.Logs.First().Message.ShouldContain("more than the limit of 100");
    }

    [Theory]
    [InlineData(false, StateType.FAILED)]
    [InlineData(true, StateType.KILLED)]
    public async Task A_result_that_is_larger_than_a_message_loses_its_outputs(bool isKilled, StateType state)
    {
        await RestartAsync(static options => options.MessageLimit = 1_000);
        await bench.SendAsync(new Work(async (_, cancellation) =>
        {
            if (isKilled)
            {
                bench.Kill("main", Bench.ExecutionId, null);
                await Task.Delay(Timeout.Infinite, cancellation).ContinueWith(static _ => { }, TaskScheduler.Default);
                throw new TaskFailedException("killed", new OrderedDictionary<string, object?> { ["x"] = new string('x', 1_000) });
            }

            return new TaskResult(new OrderedDictionary<string, object?> { ["x"] = new string('x', 1_000) });
        }));

        var result = await bench.NextAsync<Command.TaskResult>();
        result.State.ShouldBe(state);
        result.Outputs!.ShouldBeEmpty();
        bench.Logs.Single().Message.ShouldMatch("^Unable to emit the worker task result to the queue: Message of size 1[0-9]{3} has exceeded the configured limit of 1000$");
    }

    [Fact]
    public async Task A_result_of_just_the_size_of_a_message_keeps_its_outputs()
    {
        await RestartAsync(static options => options.MessageLimit = 1_000);
        await bench.SendAsync(new Work(static (_, _) => Task.FromResult(new TaskResult(new OrderedDictionary<string, object?> { ["x"] = "x" }))));

        var result = await bench.NextAsync<Command.TaskResult>();
        result.State.ShouldBe(StateType.SUCCESS);
        result.Outputs!["x"].ShouldBe("x");
        bench.Logs.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_folder_of_a_run_is_gone_after_it()
    {
        var path = "";
        await bench.SendAsync(new Work((context, _) =>
        {
            path = context.WorkingDirectory.Path;
            File.WriteAllText(context.WorkingDirectory.Resolve("a.txt"), "x");
            Should.Throw<ArgumentException>(() => context.WorkingDirectory.Resolve("../b.txt"));
            return Task.FromResult(TaskResult.Empty);
        }));

        await bench.NextAsync<Command.TaskResult>();
        path.ShouldStartWith(bench.Folder);
        System.IO.Directory.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public async Task A_run_that_lasts_is_told_before_its_result()
    {
        await RestartAsync(static options => options.StartedAfter = TimeSpan.FromMilliseconds(1));
        var told = new TaskCompletionSource();
        await bench.SendAsync(new Work(async (_, _) =>
        {
            await told.Task;
            return TaskResult.Empty;
        }));

        (await bench.NextAsync<Command.TaskStarted>()).TaskRunId.ShouldBe("run");
        told.SetResult();
        await bench.NextAsync<Command.TaskResult>();
    }

    [Fact]
    public async Task A_cached_task_runs_once_for_the_same_properties()
    {
        var count = 0;
        var work = new Work((_, _) => Task.FromResult(new TaskResult(new OrderedDictionary<string, object?> { ["n"] = ++count })));
        TaskDefinition Cached(TaskDefinition task, string text) => task with { TaskCache = new TaskCache(Enabled: true, Ttl: null), Properties = new OrderedDictionary<string, object?> { ["text"] = text } };

        foreach (var (text, expected) in new[] { ("a {{ flow.id }}", 1), ("a {{ flow.id }}", 1), ("b", 2) })
        {
            await bench.SendAsync(work, change: task => Cached(task, text));
            ValueConversion.ToLong((await bench.NextAsync<Command.TaskResult>()).Outputs!["n"]!).ShouldBe(expected);
        }

        bench.Logs.Select(static log => log.Message).ShouldBe(
        [
            "Uploading a cache entry for task 'task'",
            "Skipping task execution for task 'task' as there is an existing cache entry for it",
            "Uploading a cache entry for task 'task'",
        ]);
    }

    [Fact]
    public async Task Children_of_a_WorkingDirectory_share_a_folder_and_see_each_others_outputs()
    {
        await bench.SendAsync(Directory("""
            {"inputFiles":{"in.txt":"hello"},"outputFiles":["*.txt"],"tasks":[
              {"id":"first","type":"io.kestra.plugin.core.debug.Return","format":"one"},
              {"id":"skipped","type":"io.kestra.plugin.core.debug.Return","runIf":"{{ false }}"},
              {"id":"second","type":"io.kestra.plugin.core.debug.Return","format":"{{ outputs.first.value }} two"}]}
            """));

        var reports = new List<TaskRun>();
        while (reports.Count(static run => run.State.Current.IsTerminated) < 3)
        {
            reports.Add((await bench.NextAsync<Command.ChildReported>()).TaskRun);
        }

        var result = await bench.NextAsync<Command.TaskResult>();
        result.State.ShouldBe(StateType.SUCCESS);
        ((IReadOnlyDictionary<string, object?>)result.Outputs!["outputFiles"]!).Keys.ShouldBe(["in.txt"]);
        var ended = reports.Where(static run => run.State.Current.IsTerminated).ToDictionary(static run => run.TaskId, StringComparer.Ordinal);
        ended["second"].Outputs!["value"].ShouldBe("one two");
        ended["skipped"].State.Current.ShouldBe(StateType.SKIPPED);
        ended.Values.ShouldAllBe(static run => run.ParentTaskRunId == "run");
    }

    [Fact]
    public async Task A_failing_child_ends_a_WorkingDirectory()
    {
        await bench.SendAsync(Directory("""
            {"tasks":[{"id":"first","type":"io.kestra.plugin.core.execution.Fail"},{"id":"second","type":"io.kestra.plugin.core.debug.Return"}]}
            """));

        (await bench.NextAsync<Command.TaskResult>()).State.ShouldBe(StateType.FAILED);
        bench.Logs.ShouldContain(static log => log.TaskId == "first" && log.Message == "Task failure");
        bench.Logs.ShouldAllBe(static log => log.TaskId != "second");
    }

    [Fact]
    public async Task Files_that_cannot_be_put_in_place_fail_a_WorkingDirectory()
    {
        await bench.SendAsync(Directory("""{"inputFiles":{"../x":"y"},"tasks":[{"id":"first","type":"io.kestra.plugin.core.debug.Return"}]}"""));

        (await bench.NextAsync<Command.TaskResult>()).State.ShouldBe(StateType.FAILED);
        bench.Logs.ShouldHaveSingleItem().Message.ShouldStartWith("Failed preExecuteTasks on WorkingDirectory: ");
    }

    private static TaskDefinition Directory(string properties) => new()
    {
        Id = "dir",
        Type = "io.kestra.plugin.core.flow.WorkingDirectory",
        Properties = (IReadOnlyDictionary<string, object?>)ValueJson.ReadFirst(properties)!,
    };

    private async Task RestartAsync(Action<WorkerOptions> configure)
    {
        await bench.DisposeAsync();
        bench = new Bench(configure);
        await bench.StartAsync();
    }
}

using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Plugins.Scripts.Languages;
using Kestra.Plugins.Scripts.Runners;
using Kestra.Plugins.Testing;

namespace Kestra.Plugins.Scripts.Tests;

public sealed class ProcessRunnerTests : IDisposable
{
    private readonly TestRunContext context = new();

    public void Dispose() => context.Dispose();

    [Fact]
    public async Task Output_becomes_log_entries_and_outputs()
    {
        var run = await Shell(
            "echo out; echo err >&2",
            """echo '::{"outputs":{"a":1,"b":{"c":[true,null]}},"metrics":[{"name":"rows","type":"counter","value":3,"tags":{"t":"x"}},{"name":"took","type":"timer","value":1.5},{"name":"took2","type":"timer","value":"PT2S"}],"logs":[{"level":"WARN","message":"careful"}]}::'""",
            """echo '::{"outputs":{"a":2}}::'""");

        run.State.ShouldBe(StateType.SUCCESS);
        run.Output("exitCode").ShouldBe(0);
        var vars = (IReadOnlyDictionary<string, object?>)run.Output("vars")!;
        vars["a"].ShouldBe(2);
        vars.Keys.ShouldBe(["a", "b"]);
        run.Messages(LogLevel.INFO).ShouldBe(["out"]);
        run.Messages(LogLevel.ERROR).ShouldBe(["err"]);
        run.Messages(LogLevel.WARN).ShouldBe(["careful"]);
        run.Metrics.Select(static metric => (metric.Type, metric.Name, metric.Value)).ShouldBe([(MetricType.counter, "rows", 3), (MetricType.timer, "took", 1500), (MetricType.timer, "took2", 2000)]);
        run.Metrics[0].Tags["t"].ShouldBe("x");
    }

    [Theory]
    [InlineData("::{not json}::", "Invalid outputs '")]
    [InlineData("""::{"outputs":[1]}::""", "Invalid outputs ''outputs' is not a map'")]
    [InlineData("""::{"logs":[{"level":"LOUD","message":"m"}]}::""", "Invalid log '{\"level\":\"LOUD\",\"message\":\"m\"}'")]
    public async Task A_wrong_message_is_warned_about_and_dropped(string line, string warning)
    {
        var run = await Shell($"echo '{line}'");

        run.State.ShouldBe(StateType.SUCCESS);
        run.Messages(LogLevel.WARN).ShouldHaveSingleItem().ShouldStartWith(warning);
        run.Messages(LogLevel.INFO).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failing_command_ends_the_script_and_keeps_its_outputs()
    {
        var run = await Shell("""echo '::{"outputs":{"before":1}}::'""", "exit 3", "echo never");

        run.State.ShouldBe(StateType.FAILED);
        run.Failure!.Message.ShouldBe("Command failed with exit code 3");
        run.Output("exitCode").ShouldBe(3);
        ((IReadOnlyDictionary<string, object?>)run.Output("vars")!)["before"].ShouldBe(1);
        run.Messages(LogLevel.INFO).ShouldNotContain("never");
    }

    [Fact]
    public async Task Without_failFast_later_commands_run()
    {
        var run = await TestRun.OfAsync(Commands(["false", "echo after"], failFast: false), context, TestContext.Current.CancellationToken);

        run.State.ShouldBe(StateType.SUCCESS);
        run.Messages(LogLevel.INFO).ShouldBe(["after"]);
    }

    [Fact]
    public async Task Environment_files_and_directories_are_there()
    {
        var stored = context.Storage.Put("from storage");
        context.With("inputs", new OrderedDictionary<string, object?> { ["name"] = "World" });
        var task = new ShellCommands
        {
            TaskRunner = new ProcessRunner(),
            BeforeCommands = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["export BEFORE=yes"]),
            Env = Property.Of<IReadOnlyDictionary<string, string>>(new OrderedDictionary<string, object?> { ["GREETING"] = "Hello {{ inputs.name }}" }),
            InputFiles = new OrderedDictionary<string, object?> { ["folder/in.txt"] = "content of {{ inputs.name }}", ["copy.txt"] = stored },
            OutputFiles = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["*.out"]),
            OutputDirectory = Property.Of<bool>(true),
            Commands = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)
            [
                "echo \"$GREETING $BEFORE\"",
                "cat folder/in.txt copy.txt; echo",
                $"cat {stored}; echo",
                "test \"$WORKING_DIR\" = '{{ workingDir }}' && test \"$PWD\" = '{{ workingDir }}' && echo same",
                "echo result > a.out; mkdir sub; echo hidden > sub/b.out; echo dir > '{{ outputDir }}/c.txt'",
            ]),
        };

        var run = await TestRun.OfAsync(task, context, TestContext.Current.CancellationToken);

        run.Failure.ShouldBeNull();
        run.Messages(LogLevel.INFO).ShouldBe(["Hello World yes", "content of Worldfrom storage", "from storage", "same"]);
        var files = (IReadOnlyDictionary<string, object?>)run.Output("outputFiles")!;
        files.Keys.ShouldBe(["c.txt", "a.out"], ignoreOrder: true);
        context.Storage.Text((string)files["a.out"]!).ShouldBe("result\n");
        context.Storage.Text((string)files["c.txt"]!).ShouldBe("dir\n");
    }

    [Fact]
    public async Task Files_of_the_namespace_are_loaded_by_pattern()
    {
        context.Storage.Put("1", "kestra:///company/team/_files/scripts/main.py");
        context.Storage.Put("2", "kestra:///company/team/_files/data.csv");
        context.Storage.Put("3", "kestra:///company/team/_files/scripts/skip.txt");
        var task = new ShellCommands
        {
            TaskRunner = new ProcessRunner(),
            NamespaceFiles = new Files.NamespaceFilesOptions { Exclude = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["skip.txt"]) },
            Commands = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["find . -type f -not -path './.kestra*' | sort"]),
        };

        var run = await TestRun.OfAsync(task, context, TestContext.Current.CancellationToken);

        run.Messages(LogLevel.INFO).Skip(1).ShouldBe(["./data.csv", "./scripts/main.py"]);
        run.Messages(LogLevel.INFO).First().ShouldStartWith("Loaded 2 namespace files from 'company.team' in ");
    }

    [Fact]
    public async Task A_long_line_is_handed_on_in_pieces()
    {
        var run = await Shell("head -c 25000000 /dev/zero | tr '\\0' 'x'; echo; echo end");

        run.State.ShouldBe(StateType.SUCCESS);
        run.Messages(LogLevel.INFO).Sum(static line => line.Length).ShouldBe(25_000_000 + 3);
        run.Messages(LogLevel.INFO).Max(static line => line.Length).ShouldBeLessThan(12 * 1024 * 1024);
    }

    [Fact]
    public async Task An_unknown_program_is_told()
    {
        var task = Commands(["no-such-program"]);
        var run = await TestRun.OfAsync(task, context, TestContext.Current.CancellationToken);

        run.State.ShouldBe(StateType.FAILED);
        run.Failure!.Message.ShouldBe("Command failed with exit code 127");
    }

    [Fact]
    public async Task A_background_process_does_not_hold_the_task_up()
    {
        var run = await Shell("sleep 60 & echo $!", "echo done");

        run.State.ShouldBe(StateType.SUCCESS);
        run.Messages(LogLevel.INFO).Last().ShouldBe("done");
        using var left = System.Diagnostics.Process.GetProcessById(int.Parse(run.Messages(LogLevel.INFO).First(), System.Globalization.CultureInfo.InvariantCulture));
        left.Kill();
    }

    [Theory]
    [InlineData("sleep 61")]
    [InlineData("sleep 62 & wait")]
    [InlineData("(trap '' TERM; sleep 63; sleep 63) & wait")]
    [InlineData("setsid sh -c 'sleep 64' & wait")]
    [InlineData("setsid sh -c 'sleep 65 & disown; exit' ; sleep 65")]
    public async Task Cancelling_ends_the_whole_tree(string command)
    {
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        context.With("inputs", new OrderedDictionary<string, object?>());
        var started = new TaskCompletionSource();
        var runner = new ProcessRunner();
        var mark = Guid.NewGuid().ToString("N");
        var running = runner.RunAsync(
            context,
            new Plugins.Runners.TaskCommands
            {
                Arguments = ["/bin/bash", "-c", $"echo started; {command}"],
                WorkingDirectory = context.WorkingDirectory.Path,
                Environment = new OrderedDictionary<string, string> { ["TEST_MARK"] = mark },
                Output = (_, _) => started.TrySetResult(),
            },
            cancellation.Token);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await AppearsAsync(mark);

        await cancellation.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running);

        Marked(mark).ShouldBeEmpty();
        context.Logs.ShouldContain(static log => log.Level == LogLevel.WARN && log.Message.StartsWith("Killing process "));
    }

    // While a process becomes another program its environment cannot be read.
    private static async Task AppearsAsync(string mark)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (Marked(mark).Count == 0)
        {
            limit.IsCancellationRequested.ShouldBeFalse("no process with the mark has appeared");
            await Task.Yield();
        }
    }

    // Processes that carry the mark, whoever their parents are.
    private static List<int> Marked(string mark) =>
    [
        .. ProcessTable.Read().Select(static process => process.Id).Where(id =>
        {
            try
            {
                return File.ReadAllText($"/proc/{id}/environ").Contains(mark, StringComparison.Ordinal);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }),
    ];

    private static ShellCommands Commands(IReadOnlyList<object?> commands, bool failFast = true) => new()
    {
        TaskRunner = new ProcessRunner(),
        FailFast = Property.Of<bool>(failFast),
        Commands = Property.Of<IReadOnlyList<string>>(commands),
    };

    private Task<TestRun> Shell(params object?[] commands) => TestRun.OfAsync(Commands(commands), context, TestContext.Current.CancellationToken);
}

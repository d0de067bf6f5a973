using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Plugins.Scripts.Languages;
using Kestra.Plugins.Scripts.Runners;
using Kestra.Plugins.Testing;

namespace Kestra.Plugins.Scripts.Tests;

public sealed class LanguageTests : IDisposable
{
    private readonly TestRunContext context = new();

    public void Dispose() => context.Dispose();

    [Fact]
    public async Task A_shell_script_is_given_to_the_interpreter()
    {
        var run = await RunAsync(new ShellScript { TaskRunner = new ProcessRunner(), Script = Property.Of<string>("for i in 1 2; do\n  echo \"n$i\"\ndone") });

        run.Messages(LogLevel.INFO).ShouldBe(["n1", "n2"]);
    }

    [Fact]
    public async Task A_python_script_finds_files_beside_it_and_gives_outputs()
    {
        var script = """
            import json, helper, os
            print('::' + json.dumps({'outputs': {'twice': helper.twice(21), 'unbuffered': os.environ['PYTHONUNBUFFERED']}}) + '::')
            """;
        var run = await RunAsync(new PythonScript
        {
            TaskRunner = new ProcessRunner(),
            InputFiles = new OrderedDictionary<string, object?> { ["helper.py"] = "def twice(x):\n    return 2 * x\n" },
            OutputFiles = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["*.py"]),
            Script = Property.Of<string>(script),
        });

        run.Failure.ShouldBeNull();
        var vars = (IReadOnlyDictionary<string, object?>)run.Output("vars")!;
        vars["twice"].ShouldBe(42);
        vars["unbuffered"].ShouldBe("true");
        ((IReadOnlyDictionary<string, object?>)run.Output("outputFiles")!).Keys.ShouldBe(["helper.py"]);
    }

    [Fact]
    public async Task A_node_script_runs()
    {
        var run = await RunAsync(new NodeScript { TaskRunner = new ProcessRunner(), Script = Property.Of<string>("console.log('::' + JSON.stringify({outputs: {sum: 1 + 2}}) + '::')") });

        run.Failure.ShouldBeNull();
        ((IReadOnlyDictionary<string, object?>)run.Output("vars")!)["sum"].ShouldBe(3);
    }

    [Fact]
    public async Task Perl_runs_by_the_same_rules()
    {
        var run = await RunAsync(new PerlScript { TaskRunner = new ProcessRunner(), Script = Property.Of<string>("print \"perl here\\n\";") });

        run.Messages(LogLevel.INFO).ShouldBe(["perl here"]);
    }

    [Fact]
    public async Task The_older_runner_property_still_chooses_a_process()
    {
        var run = await RunAsync(new ShellCommands { Runner = RunnerType.PROCESS, Commands = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["echo x > {{ outputDir }}/f.txt"]) });

        ((IReadOnlyDictionary<string, object?>)run.Output("outputFiles")!).Keys.ShouldBe(["f.txt"]);
    }

    [Fact]
    public async Task Without_a_container_engine_the_remedy_is_named()
    {
        var run = await RunAsync(new ShellCommands
        {
            TaskRunner = new DockerRunner { Host = Property.Of<string>("unix:///nowhere/docker.sock") },
            Commands = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)["echo x"]),
        });

        run.State.ShouldBe(StateType.FAILED);
        run.Failure!.Message.ShouldStartWith("Docker socket is not accessible or not found.");
        run.Failure.Message.ShouldContain("io.kestra.plugin.core.runner.Process");
        run.Failure.Message.ShouldEndWith("Tried socket: unix:///nowhere/docker.sock");
    }

    private Task<TestRun> RunAsync(ScriptTask task) => TestRun.OfAsync(task, context, TestContext.Current.CancellationToken);
}

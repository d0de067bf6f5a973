namespace Kestra.Cli.Tests;

public sealed class HelpTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task The_program_without_a_command_shows_its_help(params string[] arguments)
    {
        var help = await workspace.RunAsync(0, arguments);

        help.ShouldStartWith("Usage: kestra [-hV] [COMMAND]\n\nOptions:\n  -h, --help ");
        help.ShouldContain("\n\nCommands:\n  plugins     Manage plugins\n  server      Manage servers\n  flow        Manage flows\n");
        workspace.Error.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("flow")]
    [InlineData("sys", "database")]
    [InlineData("namespace", "kv")]
    public async Task A_bare_group_shows_its_help(params string[] arguments)
    {
        var help = await workspace.RunAsync(0, arguments);

        help.ShouldStartWith($"Usage: kestra {string.Join(' ', arguments)} [-hVv] [--internal-log] [-c=<config>]");
        help.ShouldContain("\nCommands:\n");
        help.ShouldNotContain("Options:");
    }

    [Fact]
    public async Task Usage_and_options_have_the_layout_of_the_original()
    {
        workspace.Environment["KESTRA_PLUGINS_PATH"] = "/app/plugins";

        var help = await workspace.RunAsync(0, "server", "worker", "-h");

        help.ShouldStartWith(
            """
            Usage: kestra server worker [-hVv] [--internal-log] [-c=<config>]
                                        [-g=<workerGroupKey>] [-l=<logLevel>]
                                        [-p=<pluginsPath>] [--port=<serverPort>]
                                        [-t=<thread>]
            Start the Kestra worker
              -c, --config=<config>     Path
            """);
        help.ShouldContain("  -p, --plugins=<pluginsPath>\n                            Path of the directory of plugins.\n                              Default: /app/plugins\n");
        help.ShouldContain("\n      --internal-log        Apply");
        help.Split('\n').Where(static line => !line.Contains("/.kestra/", StringComparison.Ordinal)).ShouldAllBe(static line => line.Length <= 80);
    }

    [Fact]
    public async Task Lists_negatable_flags_and_positional_parameters_are_shown_as_such()
    {
        var standalone = await workspace.RunAsync(0, "server", "standalone", "--help");
        var update = await workspace.RunAsync(0, "flow", "namespace", "update", "--help");
        var test = await workspace.RunAsync(0, "flow", "test", "--help");

        standalone.ShouldContain("[--skip-flows=<skipFlows>[,<skipFlows>...]]...");
        standalone.ShouldContain("Default: []");
        update.ShouldContain("[--[no-]delete]");
        update.ShouldContain("      <namespace>           The namespace to update.");
        test.ShouldContain("<file> [<inputs>...]");
    }

    [Theory]
    [InlineData("-V")]
    [InlineData("flow", "validate", "--version")]
    [InlineData("server", "-V")]
    public async Task The_version_is_one_bare_line(params string[] arguments) =>
        (await workspace.RunAsync(0, arguments)).ShouldMatch("^[0-9]+\\.[0-9]+\\.[0-9]+\n$");

    [Theory]
    [InlineData("Missing required parameters: '<namespace>', '<directory>'", "flow", "namespace", "update")]
    [InlineData("Missing required parameter: '<directory>'", "flow", "validate")]
    [InlineData("Unknown option: '--foo'", "flow", "validate", "--foo", "x")]
    [InlineData("Unknown option: '--foo'", "flow", "validate", "x", "--foo")]
    [InlineData("Unknown options: '--a', '--b'", "flow", "validate", "x", "--a", "--b")]
    [InlineData("Unmatched argument at index 3: 'foo'", "flow", "validate", "x", "foo")]
    [InlineData("Unmatched argument at index 1: 'foo'", "flow", "foo")]
    [InlineData("Invalid value for option '--thread' (<thread>): 'x' is not an int", "server", "worker", "--thread", "x")]
    [InlineData("Invalid value for option '--thread' (<thread>): 'x' is not an int", "server", "worker", "-t=x")]
    [InlineData("Invalid value for option '--log-level' (<logLevel>): expected one of [TRACE, DEBUG, INFO, WARN, ERROR] (case-insensitive) but was 'LOUD'", "flow", "list", "-l", "LOUD")]
    [InlineData("Missing required parameter for option '--port' (<serverPort>)", "server", "local", "--port")]
    [InlineData("Value for option option '--headers' (<name=value>) should be in KEY=VALUE format but was x", "flow", "list", "--headers", "x")]
    [InlineData("Missing required options '--plugins' or environment variable 'KESTRA_PLUGINS_PATH", "plugins", "list")]
    [InlineData("Invalid key pair value for inputs", "flow", "test", "x.yaml", "one")]
    [InlineData("Invalid flow path", "server", "local", "--flow-path", "nowhere")]
    public async Task A_wrong_command_line_says_what_is_wrong_shows_the_usage_and_exits_with_2(string message, params string[] arguments)
    {
        var output = await workspace.RunAsync(2, arguments);

        output.ShouldBeEmpty();
        workspace.Error.ShouldStartWith(message + "\n");
        workspace.Error.ShouldContain("\nUsage: kestra ");
    }

    [Fact]
    public async Task A_misspelt_command_is_told_the_nearest_one()
    {
        await workspace.RunAsync(2, "flow", "valdate", "x");

        workspace.Error.ShouldContain("Did you mean: kestra flow validate?");
    }

    [Fact]
    public async Task After_a_double_dash_everything_is_a_parameter()
    {
        await workspace.RunAsync(1, "flow", "validate", "--local", "--", "--missing");

        workspace.Error.ShouldContain("--missing' does not exist.");
    }

    [Theory]
    [InlineData("You cannot use both '--start-executors' and '--not-start-executors' options", "--start-executors", "a", "--not-start-executors", "b")]
    [InlineData("Options '--start-executors' and '--not-start-executors' can only be used with kestra.queue.type=kafka", "--start-executors", "a")]
    [InlineData("Tenant id can only be 'main'", "--tenant", "other")]
    [InlineData("'a' in 'kestra.executor.skip-flows' (option --skip-flows) must be tenant|namespace|flowId or namespace|flowId.", "--ignore-flows", "a")]
    [InlineData("'a|b|c' in 'kestra.executor.skip-namespaces'", "--skip-namespaces", "x,a|b|c")]
    public async Task Options_that_cannot_be_honoured_are_refused(string message, params string[] options)
    {
        await workspace.RunAsync(1, ["server", "local", .. options]);

        workspace.Error.ShouldContain(message);
    }
}

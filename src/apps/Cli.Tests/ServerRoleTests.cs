namespace Kestra.Cli.Tests;

/// <summary>Servers of one part.</summary>
public sealed class ServerRoleTests : IDisposable
{
    private const string Types = "kestra:\n  storage:\n    type: local\n  repository:\n    type: {0}\n  queue:\n    type: {0}\n";
    private const string Address = "datasources:\n  postgres:\n    url: jdbc:postgresql://localhost:1/nowhere\n";

    private readonly Workspace workspace = new();

    public static TheoryData<string> Roles => ["executor", "worker", "scheduler", "webserver", "indexer"];

    public void Dispose() => workspace.Dispose();

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task A_part_needs_a_configuration(string role)
    {
        await workspace.RunAsync(1, "server", role);

        workspace.Error.ShouldContain("Server configuration requires the 'kestra.queue.type' property to be defined.");
        workspace.Error.ShouldContain("Incomplete server configuration - missing required properties");
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task A_part_does_not_start_on_the_embedded_database(string role)
    {
        await workspace.RunAsync(1, "server", role, "-c", Configuration("h2", ""));

        workspace.Error.ShouldContain($"`kestra server {role}` is one of several processes and needs a database that they share");
        workspace.Error.ShouldContain("start `kestra server standalone`");
    }

    [Fact]
    public async Task A_part_whose_database_is_away_says_so()
    {
        await workspace.RunAsync(1, "server", "indexer", "-c", Configuration("postgres", Address));

        workspace.Error.ShouldContain("Check that the database jdbc:postgresql://localhost:1/nowhere runs");
        workspace.Error.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("The --worker-group option must match the [a-zA-Z0-9_-]+ pattern", "worker", "--worker-group", "a b")]
    [InlineData("The --worker-group option must match the [a-zA-Z0-9_-]+ pattern", "worker", "-g", "")]
    [InlineData("The --thread option must be greater than zero", "worker", "-t", "0")]
    [InlineData("You cannot use both '--start-executors' and '--not-start-executors' options", "executor", "--start-executors", "a", "--not-start-executors", "b")]
    [InlineData("Options '--start-executors' and '--not-start-executors' can only be used with kestra.queue.type=kafka", "executor", "--not-start-executors", "a")]
    public async Task Options_that_cannot_be_honoured_are_refused(string message, params string[] options)
    {
        await workspace.RunAsync(1, ["server", .. options]);

        workspace.Error.ShouldContain(message);
    }

    private string Configuration(string type, string more) => workspace.Write("application.yml", string.Format(System.Globalization.CultureInfo.InvariantCulture, Types, type) + more);
}

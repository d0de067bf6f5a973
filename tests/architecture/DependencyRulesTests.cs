namespace Kestra.Architecture;

public sealed class DependencyRulesTests
{
    private static readonly Lazy<Codebase> Repository = new(CodebaseReader.Read);

    public static TheoryData<string> RuleNames => [.. Rules.All.Keys];

    /// <summary>A violation for each rule, made up: the reference that should never be written.</summary>
    private static readonly Dictionary<string, Codebase> Violations = new(StringComparer.Ordinal)
    {
        ["every project has a place in the layers"] = Project("Stray"),
        ["project references point downward"] = Project("Model", references: ["Storage"]),
        ["assembly references point downward"] = Assembly("Plugins", assemblies: ["Kestra.Engine"]),
        ["services never reference each other"] = Project("Webserver", references: ["Executor"]),
        ["adapters are known to the program alone"] = Assembly("Executor", assemblies: ["Kestra.Storage.Sqlite"]),
        ["plugins use only the public contract"] = Project("Plugins.Core", references: ["Storage"]),
        ["a library stays in its one project"] = Project("Storage.Relational", packages: ["Npgsql"]),
        ["expressions know nothing of flows"] = Assembly("Expressions", types: ["Kestra.Model.Flows.Flow"]),
        ["the engine has no clock, no I/O, no chance and no logger"] = Assembly("Engine", members: ["System.DateTimeOffset::get_UtcNow"]),
        ["the model does no I/O"] = Assembly("Model", members: ["System.IO.File::ReadAllText"]),
    };

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void The_repository_keeps_the_rule(string rule) =>
        Rules.All[rule](Repository.Value).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(RuleNames))]
    public void The_rule_sees_a_violation(string rule) =>
        Rules.All[rule](Violations[rule]).Count().ShouldBe(1);

    [Fact]
    public void The_reader_finds_the_projects_and_what_their_assemblies_use()
    {
        var engine = Repository.Value.Assemblies.Single(assembly => assembly.Project == "Engine");

        Repository.Value.Projects.Single(project => project.Name == "Engine").ProjectReferences.ShouldContain("Plugins");
        engine.Assemblies.ShouldContain("Kestra.Model");
        engine.Types.ShouldContain(type => type.StartsWith("Kestra.Model.", StringComparison.Ordinal));
        engine.Members.ShouldContain(member => member.StartsWith("System.", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_project_is_part_of_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(CodebaseReader.Root, "Kestra.slnx"));
        var projects = new[] { "src", "tests" }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(CodebaseReader.Root, folder), "*.csproj", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(CodebaseReader.Root, path).Replace('\\', '/'));

        projects.Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static Codebase Project(string name, string[]? references = null, string[]? packages = null) =>
        new([new ProjectFacts(name, "somewhere", references ?? [], packages ?? [])], []);

    private static Codebase Assembly(string project, string[]? assemblies = null, string[]? types = null, string[]? members = null) =>
        new([], [new AssemblyFacts(project, assemblies ?? [], types ?? [], members ?? [])]);
}

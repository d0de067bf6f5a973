namespace Kestra.Architecture;

/// <summary>The rules of dependency. A rule returns one sentence for each violation.</summary>
internal static class Rules
{
    public static IReadOnlyDictionary<string, Func<Codebase, IEnumerable<string>>> All { get; } =
        new Dictionary<string, Func<Codebase, IEnumerable<string>>>(StringComparer.Ordinal)
        {
            ["every project has a place in the layers"] = EveryProjectHasAPlace,
            ["project references point downward"] = codebase => PointDownward(codebase.Projects.SelectMany(project => project.ProjectReferences, (project, reference) => (project.Name, reference))),
            ["assembly references point downward"] = codebase => PointDownward(codebase.Assemblies.SelectMany(ProductReferences, (assembly, reference) => (assembly.Project, reference))),
            ["services never reference each other"] = ServicesStayApart,
            ["adapters are known to the program alone"] = AdaptersStayAside,
            ["plugins use only the public contract"] = PluginsUseTheContract,
            ["a library stays in its one project"] = LibrariesStayHome,
            ["expressions know nothing of flows"] = ExpressionsAreIndependent,
            ["the engine has no clock, no I/O, no chance and no logger"] = EngineIsDeterministic,
            ["the model does no I/O"] = ModelDoesNoIO,
        };

    private static readonly string[] Services = ["Executor", "Scheduler", "Worker", "Maintenance", "Webserver"];

    private static readonly string[] Adapters = ["Storage.Sqlite", "Storage.Postgres", "Storage.Files", "Storage.Memory", "Plugins.Core", "Plugins.Scripts"];

    /// <summary>A project may use what stands on a lower number; neighbours on the same one are listed in <see cref="Neighbours"/>.</summary>
    private static readonly Dictionary<string, int> Layers = new(StringComparer.Ordinal)
    {
        ["Cron"] = 0, ["Ion"] = 0, ["Jq"] = 0,
        ["Model"] = 1, ["Expressions"] = 1,
        ["Storage"] = 2, ["Plugins"] = 2,
        ["Plugins.Testing"] = 3, ["Storage.Relational"] = 3, ["Storage.Sqlite"] = 3, ["Storage.Postgres"] = 3, ["Storage.Files"] = 3, ["Storage.Memory"] = 3,
        ["Plugins.Core"] = 3, ["Plugins.Scripts"] = 3,
        ["Engine"] = 3, ["Flows"] = 3, ["Hosting"] = 3, ["Plugins.Hosting"] = 3,
        ["Executor"] = 4, ["Scheduler"] = 4, ["Worker"] = 4, ["Maintenance"] = 4, ["Webserver"] = 4,
        ["Cli"] = 5,
    };

    private static readonly HashSet<(string From, string To)> Neighbours =
    [
        ("Expressions", "Model"),
        ("Storage.Sqlite", "Storage.Relational"), ("Storage.Postgres", "Storage.Relational"),
        ("Hosting", "Engine"), ("Hosting", "Flows"), ("Hosting", "Plugins.Hosting"),
        ("Plugins.Hosting", "Flows"), ("Engine", "Flows"),
    ];

    /// <summary>Beginnings of assembly or package names and the projects that may use them.</summary>
    private static readonly (string Library, string[] Homes)[] Libraries =
    [
        ("Npgsql", ["Storage.Postgres"]),
        ("Microsoft.Data.Sqlite", ["Storage.Sqlite"]),
        ("SQLitePCLRaw", ["Storage.Sqlite"]),
        // The configuration is YAML too, and is read before anything of flows is needed. Expressions have a function yaml().
        ("YamlDotNet", ["Flows", "Hosting", "Expressions"]),
        ("Microsoft.AspNetCore", ["Webserver", "Hosting", "Cli"]),
        ("System.CommandLine", ["Cli"]),
        ("Spectre.Console", ["Cli"]),
    ];

    private static readonly string[] ForbiddenToEngine =
    [
        "System.DateTime::get_Now", "System.DateTime::get_UtcNow", "System.DateTime::get_Today",
        "System.DateTimeOffset::get_Now", "System.DateTimeOffset::get_UtcNow", "System.TimeProvider::", "System.Environment::get_TickCount",
        "System.Diagnostics.Stopwatch::", "NodaTime.SystemClock::", "System.Guid::NewGuid", "System.Guid::CreateVersion7",
        "System.Random::", "System.Security.Cryptography.RandomNumberGenerator::",
        "System.IO.File::", "System.IO.FileStream::", "System.IO.Directory::", "System.Net.", "System.Console::",
        "Microsoft.Extensions.Logging.", "System.Threading.Tasks.Task::Delay", "System.Threading.Thread::Sleep",
    ];

    private static readonly string[] ForbiddenToModel =
        ["System.IO.File::", "System.IO.FileStream::", "System.IO.Directory::", "System.Net.Http.", "System.Net.Sockets.", "System.Console::", "Microsoft.Extensions.Logging."];

    private static IEnumerable<string> EveryProjectHasAPlace(Codebase codebase) =>
        codebase.Projects.Where(project => !Layers.ContainsKey(project.Name)).Select(project => $"{project.Name} is in no layer; give it one in tests/architecture/Rules.cs.");

    private static IEnumerable<string> PointDownward(IEnumerable<(string From, string To)> references) =>
        from reference in references
        where Layers.ContainsKey(reference.From) && Layers.ContainsKey(reference.To)
        where Layers[reference.To] >= Layers[reference.From] && !Neighbours.Contains(reference)
        select $"{reference.From} references {reference.To}, which is not below it.";

    private static IEnumerable<string> ServicesStayApart(Codebase codebase) =>
        from reference in AllReferences(codebase)
        where Services.Contains(reference.From) && Services.Contains(reference.To)
        select $"{reference.From} references the service {reference.To}; services meet through ports and messages.";

    private static IEnumerable<string> AdaptersStayAside(Codebase codebase) =>
        from reference in AllReferences(codebase)
        where Adapters.Contains(reference.To) && reference.From != "Cli"
        select $"{reference.From} references the adapter {reference.To}; only Cli composes adapters.";

    private static IEnumerable<string> PluginsUseTheContract(Codebase codebase) =>
        from reference in AllReferences(codebase)
        where reference.From is "Plugins.Core" or "Plugins.Scripts"
        where reference.To is not ("Plugins" or "Model" or "Expressions" or "Cron" or "Ion" or "Jq")
        select $"{reference.From} references {reference.To}; plugins see Plugins and what it exposes.";

    private static IEnumerable<string> LibrariesStayHome(Codebase codebase)
    {
        var used = codebase.Projects.SelectMany(project => project.Packages, (project, package) => (project.Name, Library: package))
            .Concat(codebase.Assemblies.SelectMany(assembly => assembly.Assemblies, (assembly, reference) => (Name: assembly.Project, Library: reference)))
            .Distinct();
        return from use in used
               from rule in Libraries
               where use.Library.StartsWith(rule.Library, StringComparison.Ordinal) && !rule.Homes.Contains(use.Name)
               select $"{use.Name} uses {use.Library}, which lives in {string.Join(", ", rule.Homes)}.";
    }

    private static IEnumerable<string> ExpressionsAreIndependent(Codebase codebase) =>
        from assembly in codebase.Assemblies
        where assembly.Project == "Expressions"
        from type in assembly.Types
        where type.StartsWith("Kestra.Model.Flows.", StringComparison.Ordinal) || type.StartsWith("Kestra.Model.Executions.", StringComparison.Ordinal)
        select $"Expressions uses {type}.";

    private static IEnumerable<string> EngineIsDeterministic(Codebase codebase) => Forbidden(codebase, "Engine", ForbiddenToEngine);

    private static IEnumerable<string> ModelDoesNoIO(Codebase codebase) => Forbidden(codebase, "Model", ForbiddenToModel);

    private static IEnumerable<string> Forbidden(Codebase codebase, string project, string[] forbidden) =>
        from assembly in codebase.Assemblies
        where assembly.Project == project
        from member in assembly.Members.Distinct()
        where forbidden.Any(start => member.StartsWith(start, StringComparison.Ordinal))
        select $"{project} uses {member}.";

    private static IEnumerable<(string From, string To)> AllReferences(Codebase codebase) =>
        codebase.Projects.SelectMany(project => project.ProjectReferences, (project, reference) => (project.Name, reference))
            .Concat(codebase.Assemblies.SelectMany(ProductReferences, (assembly, reference) => (assembly.Project, reference)))
            .Distinct();

    private static IEnumerable<string> ProductReferences(AssemblyFacts assembly) =>
        assembly.Assemblies.Where(name => name.StartsWith("Kestra.", StringComparison.Ordinal)).Select(name => name["Kestra.".Length..]);
}

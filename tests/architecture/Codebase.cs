namespace Kestra.Architecture;

/// <summary>What a project file says: its name, its area (folder below <c>src</c>) and what it names directly.</summary>
internal sealed record ProjectFacts(string Name, string Area, IReadOnlyList<string> ProjectReferences, IReadOnlyList<string> Packages);

/// <summary>What a compiled assembly uses.</summary>
/// <param name="Project">Name of the project it was built from.</param>
/// <param name="Assemblies">Simple names of the referenced assemblies.</param>
/// <param name="Types">Full names of the types used from other assemblies.</param>
/// <param name="Members">Members used from other assemblies, as <c>Namespace.Type::Member</c>.</param>
internal sealed record AssemblyFacts(string Project, IReadOnlyList<string> Assemblies, IReadOnlyList<string> Types, IReadOnlyList<string> Members);

/// <summary>The facts that the rules judge: product projects only, tests are free.</summary>
internal sealed record Codebase(IReadOnlyList<ProjectFacts> Projects, IReadOnlyList<AssemblyFacts> Assemblies);

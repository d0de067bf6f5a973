using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Kestra.Architecture;

/// <summary>Reads the project files of the repository and the assemblies that were built from them.</summary>
internal static class CodebaseReader
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    public static Codebase Read()
    {
        var projects = Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(path => !Path.GetFileNameWithoutExtension(path).EndsWith(".Tests", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToList();
        return new Codebase([.. projects.Select(ReadProject)], [.. projects.Select(ReadAssembly)]);
    }

    private static ProjectFacts ReadProject(string path)
    {
        var document = XDocument.Load(path);
        return new ProjectFacts(
            Path.GetFileNameWithoutExtension(path),
            Path.GetRelativePath(Path.Combine(Root, "src"), path).Split(Path.DirectorySeparatorChar)[0],
            [.. Includes(document, "ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Replace('\\', '/')))],
            [.. Includes(document, "PackageReference")]);
    }

    private static IEnumerable<string> Includes(XDocument document, string element) =>
        document.Descendants(element).Select(item => item.Attribute("Include")?.Value ?? "").Where(value => value.Length > 0);

    private static AssemblyFacts ReadAssembly(string projectPath)
    {
        var project = Path.GetFileNameWithoutExtension(projectPath);
        var name = XDocument.Load(projectPath).Descendants("AssemblyName").FirstOrDefault()?.Value ?? $"Kestra.{project}";
        var file = Path.Combine(AppContext.BaseDirectory, name + ".dll");
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        return new AssemblyFacts(
            project,
            [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))],
            [.. metadata.TypeReferences.Select(handle => TypeName(metadata, handle))],
            [.. metadata.MemberReferences.Select(handle => MemberName(metadata, handle)).OfType<string>()]);
    }

    private static string TypeName(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{TypeName(metadata, (TypeReferenceHandle)type.ResolutionScope)}+{name}"
            : $"{metadata.GetString(type.Namespace)}.{name}";
    }

    private static string? MemberName(MetadataReader metadata, MemberReferenceHandle handle)
    {
        var member = metadata.GetMemberReference(handle);
        return member.Parent.Kind == HandleKind.TypeReference
            ? $"{TypeName(metadata, (TypeReferenceHandle)member.Parent)}::{metadata.GetString(member.Name)}"
            : null;
    }

    private static string FindRoot(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Kestra.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"Kestra.slnx was not found above {start}.");
    }
}

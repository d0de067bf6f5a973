using System.Reflection;
using System.Runtime.Loader;

namespace Kestra.Plugins.Hosting;

/// <summary>
/// Loads plugins from a folder (<c>KESTRA_PLUGINS_PATH</c>): each <c>.dll</c> beside others of its own kind, or each subfolder with
/// a <c>.dll</c> of the subfolder's name, is a plugin with a load context of its own. It shares with the product only the contract.
/// </summary>
public static class PluginFolder
{
    private static readonly string[] Shared = ["Kestra.Plugins", "Kestra.Model", "Kestra.Expressions", "NodaTime"];

    /// <summary>The plugins' assemblies; a plugin that can't be loaded is told and left out.</summary>
    /// <param name="path">A folder; one that does not exist holds nothing.</param>
    public static IReadOnlyList<Assembly> Load(string path, Action<string> problem)
    {
        if (!Directory.Exists(path))
        {
            return [];
        }

        var loaded = new List<Assembly>();
        foreach (var file in Candidates(Path.GetFullPath(path)).Order(StringComparer.Ordinal))
        {
            try
            {
                loaded.Add(new PluginLoadContext(file).LoadFromAssemblyPath(file));
            }
            catch (Exception error) when (error is BadImageFormatException or IOException or FileLoadException)
            {
                problem($"The plugin {file} can't be loaded: {error.Message}");
            }
        }

        return loaded;
    }

    private static IEnumerable<string> Candidates(string path) =>
        Directory.EnumerateFiles(path, "*.dll").Where(static file => !Shared.Contains(Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal))
            .Concat(Directory.EnumerateDirectories(path).Select(static folder => Path.Combine(folder, Path.GetFileName(folder) + ".dll")).Where(File.Exists));

    private sealed class PluginLoadContext(string file) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(file))
    {
        private readonly AssemblyDependencyResolver resolver = new(file);

        // The contract must be one and the same on both sides; everything else is the plugin's own.
        protected override Assembly? Load(AssemblyName assemblyName) =>
            Shared.Contains(assemblyName.Name, StringComparer.Ordinal) ? null
            : resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}

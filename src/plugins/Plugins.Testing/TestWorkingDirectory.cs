using Kestra.Model.Identifiers;
using Kestra.Plugins.Files;

namespace Kestra.Plugins.Testing;

/// <summary>A temporary folder that is removed with its context.</summary>
internal sealed class TestWorkingDirectory(IIdSource ids) : IWorkingDirectory, IDisposable
{
    private readonly Lazy<string> path = new(() => Directory.CreateTempSubdirectory("kestra-test-").FullName);

    public string Path => path.Value;

    public string Resolve(string relative)
    {
        var full = System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, relative));
        return full == Path || full.StartsWith(Path + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new ArgumentException($"The path '{relative}' leaves the working directory.", nameof(relative));
    }

    public string CreateTempFile(string? extension = null)
    {
        var folder = System.IO.Path.Combine(Path, WorkingDirectories.TemporaryFolder);
        Directory.CreateDirectory(folder);
        var file = System.IO.Path.Combine(folder, ids.Next() + extension);
        File.Create(file).Dispose();
        return file;
    }

    public void Dispose()
    {
        if (path.IsValueCreated && Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}

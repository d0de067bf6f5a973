using Kestra.Model.Identifiers;
using Kestra.Plugins;

namespace Kestra.Worker.Running;

/// <summary>The folder of one run: made when first asked for, removed with everything in it at the end.</summary>
internal sealed class RunWorkingDirectory(string root, IIdSource ids) : IWorkingDirectory
{
    private const string TempFolder = Kestra.Plugins.Files.WorkingDirectories.TemporaryFolder;

    private readonly Lock gate = new();
    private string? path;

    public string Path
    {
        get
        {
            lock (gate)
            {
                return path ??= Create();
            }
        }
    }

    public string Resolve(string relative)
    {
        var full = System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, relative));
        return full == Path || full.StartsWith(Path + System.IO.Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new ArgumentException($"The path '{relative}' leaves the working directory.", nameof(relative));
    }

    public string CreateTempFile(string? extension = null)
    {
        var folder = System.IO.Path.Combine(Path, TempFolder);
        Directory.CreateDirectory(folder);
        var file = System.IO.Path.Combine(folder, ids.Next() + extension);
        File.Create(file).Dispose();
        return file;
    }

    /// <summary>Removes the folder.</summary>
    /// <returns>Why it could not be removed; null when it is gone.</returns>
    public string? Remove()
    {
        lock (gate)
        {
            if (path is null)
            {
                return null;
            }

            try
            {
                Directory.Delete(path, recursive: true);
                path = null;
                return null;
            }
            catch (DirectoryNotFoundException)
            {
                path = null;
                return null;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return error.Message;
            }
        }
    }

    private string Create()
    {
        var folder = System.IO.Path.Combine(System.IO.Path.GetFullPath(root), ids.Next());
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return folder;
    }
}

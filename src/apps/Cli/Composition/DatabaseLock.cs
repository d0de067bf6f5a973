using System.Globalization;

namespace Kestra.Cli.Composition;

/// <summary>
/// Keeps a second server away from the embedded database. The lock is the operating system's lock on a file beside the
/// database, so it is gone with the process, however that ends; the file itself only tells who has it.
/// </summary>
internal sealed class DatabaseLock : IDisposable
{
    private readonly FileStream file;

    private DatabaseLock(FileStream file) => this.file = file;

    /// <exception cref="DatabaseInUseException">Another process holds the lock.</exception>
    public static DatabaseLock Take(string databaseFile)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(databaseFile))!);
        var path = databaseFile + ".lock";
        FileStream opened;
        try
        {
            opened = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new DatabaseInUseException(
                $"The database '{databaseFile}' is in use by another Kestra server{Owner(path)}. Name that server with --server, stop it, or use another folder.");
        }

        opened.SetLength(0);
        opened.Write(System.Text.Encoding.UTF8.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        opened.Flush();
        return new DatabaseLock(opened);
    }

    public void Dispose() => file.Dispose();

    // The lock keeps .NET from opening the file a second time; another program may look at it.
    private static string Owner(string path)
    {
        try
        {
            var processes = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(static name => name!.All(char.IsAsciiDigit));
            var target = Path.GetFullPath(path);
            foreach (var process in processes)
            {
                if (Holds($"/proc/{process}/fd", target))
                {
                    return $" (process {process})";
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Who it is only makes the message better.
            return "";
        }

        return "";
    }

    private static bool Holds(string folder, string target)
    {
        try
        {
            return Directory.Exists(folder) && Directory.GetFiles(folder).Any(link => File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName == target);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Processes of others, and those that have just ended.
            return false;
        }
    }
}

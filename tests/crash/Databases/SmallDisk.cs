using System.Diagnostics;

namespace Kestra.Crash.Databases;

/// <summary>A file system in memory that is full soon. Mounting it takes a privileged process.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const int Mebibytes = 64;

    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    /// <returns>Null where it is not permitted.</returns>
    public static async Task<SmallDisk?> TryMountAsync()
    {
        var folder = Directory.CreateTempSubdirectory("kcrash-disk-").FullName;
        if (await RunAsync("mount", "-t", "tmpfs", "-o", $"size={Mebibytes}m", "tmpfs", folder))
        {
            return new SmallDisk(folder);
        }

        Directory.Delete(folder);
        return null;
    }

    /// <summary>Takes all that is left.</summary>
    public async Task FillAsync()
    {
        var block = new byte[4096];
        await using var file = new FileStream(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            while (true)
            {
                await file.WriteAsync(block);
            }
        }
        catch (IOException)
        {
            // That is what it is for.
        }
    }

    public Task FreeAsync()
    {
        File.Delete(Ballast);
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "-l", Folder);
        Directory.Delete(Folder);
    }

    private string Ballast => Path.Combine(Folder, "ballast");

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

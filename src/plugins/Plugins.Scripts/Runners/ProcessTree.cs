using System.Diagnostics;
using System.Globalization;

namespace Kestra.Plugins.Scripts.Runners;

/// <summary>
/// A process together with everything that it starts. Where the system allows it, it is the leader of a session of its own, so
/// that one signal reaches all; what left the session is found by its parents and by a mark in its environment.
/// </summary>
internal sealed class ProcessTree : IDisposable
{
    private const string Mark = "KESTRA_PROCESS_TREE";

    private static readonly TimeSpan TermTime = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);
    private static readonly string? SessionStarter = new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);

    private readonly string mark;

    private ProcessTree(Process process, string mark)
    {
        Process = process;
        this.mark = mark;
        Id = process.Id;
    }

    public Process Process { get; }

    public int Id { get; }

    /// <exception cref="System.ComponentModel.Win32Exception">The program is not there or may not be run.</exception>
    public static ProcessTree Start(IReadOnlyList<string> arguments, string workingDirectory, IEnumerable<KeyValuePair<string, string>> environment)
    {
        var own = Guid.NewGuid().ToString("N");
        var start = new ProcessStartInfo
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var all = SessionStarter is null ? arguments : [SessionStarter, .. arguments];
        start.FileName = all[0];
        foreach (var argument in all.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment[Mark] = own;
        var process = Process.Start(start)!;
        // A command that asks for input gets none, rather than waiting for ever.
        process.StandardInput.Close();
        return new ProcessTree(process, own);
    }

    /// <summary>Asks all processes to end, and after a while ends those that did not.</summary>
    /// <returns>Ids of processes that are there even then.</returns>
    public async Task<IReadOnlyList<int>> KillAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            Process.Kill(entireProcessTree: true);
            await Process.WaitForExitAsync();
            return [];
        }

        Signal(ProcessSignal.Terminate);
        if (!await GoneWithinAsync(TermTime))
        {
            // New ones may have been started meanwhile, by those that did not listen.
            for (var round = 0; round < 20 && Members().Count > 0; round++)
            {
                Signal(ProcessSignal.Kill);
                await Task.Delay(LookEvery);
            }
        }

        return Members();
    }

    public void Dispose() => Process.Dispose();

    private void Signal(int signal)
    {
        var members = Members();
        if (SessionStarter is not null)
        {
            ProcessSignal.SendToGroup(Id, signal);
        }

        foreach (var member in members)
        {
            ProcessSignal.Send(member, signal);
        }
    }

    // A process shows no environment while it becomes another program, so one look that finds nobody proves nothing.
    private async Task<bool> GoneWithinAsync(TimeSpan time)
    {
        var started = Stopwatch.GetTimestamp();
        for (var empty = 0; (empty = Members().Count == 0 ? empty + 1 : 0) < 2;)
        {
            if (Stopwatch.GetElapsedTime(started) > time)
            {
                return false;
            }

            await Task.Delay(LookEvery);
        }

        return true;
    }

    /// <summary>Living processes that belong to the tree.</summary>
    private List<int> Members()
    {
        var all = ProcessTable.Read();
        var members = new HashSet<int>(all.Where(process => process.Id == Id || process.Session == Id || IsMarked(process.Id)).Select(static process => process.Id));
        for (var before = -1; before != members.Count;)
        {
            before = members.Count;
            members.UnionWith(all.Where(process => members.Contains(process.Parent)).Select(static process => process.Id));
        }

        members.Remove(Environment.ProcessId);
        return [.. members];
    }

    private bool IsMarked(int process)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/environ")).Contains($"{Mark}={mark}", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Gone, or of another user: then it is none of ours.
            return false;
        }
    }
}

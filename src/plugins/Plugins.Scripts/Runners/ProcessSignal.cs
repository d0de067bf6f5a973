using System.Runtime.InteropServices;

namespace Kestra.Plugins.Scripts.Runners;

/// <summary>Signals of the operating system.</summary>
internal static partial class ProcessSignal
{
    public const int Kill = 9;
    public const int Terminate = 15;

    // A process that is gone already needs no signal, so the result is of no interest.
    public static void Send(int process, int signal) => _ = SendSignal(process, signal);

    public static void SendToGroup(int leader, int signal) => _ = SendSignal(-leader, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int process, int signal);
}

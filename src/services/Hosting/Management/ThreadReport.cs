using System.Diagnostics;

namespace Kestra.Hosting.Management;

/// <summary>The threads of the process as the operating system sees them. Their stacks are not told: they may hold values of users.</summary>
internal static class ThreadReport
{
    public static List<Dictionary<string, object>> Build()
    {
        using var process = Process.GetCurrentProcess();
        var report = new List<Dictionary<string, object>>();
        foreach (ProcessThread thread in process.Threads)
        {
            using (thread)
            {
                if (Describe(thread) is { } described)
                {
                    report.Add(described);
                }
            }
        }

        return report;
    }

    // A thread may end while it is looked at.
    private static Dictionary<string, object>? Describe(ProcessThread thread)
    {
        try
        {
            return new(StringComparer.Ordinal)
            {
                ["threadId"] = thread.Id,
                ["threadState"] = thread.ThreadState switch
                {
                    System.Diagnostics.ThreadState.Running or System.Diagnostics.ThreadState.Ready or System.Diagnostics.ThreadState.Standby => "RUNNABLE",
                    System.Diagnostics.ThreadState.Terminated => "TERMINATED",
                    System.Diagnostics.ThreadState.Initialized => "NEW",
                    _ => "WAITING",
                },
                ["cpuTime"] = thread.TotalProcessorTime.TotalMilliseconds,
            };
        }
        catch (Exception gone) when (gone is InvalidOperationException or System.ComponentModel.Win32Exception or IOException)
        {
            return null;
        }
    }
}

namespace Kestra.Cli.CommandLine;

/// <summary>The user or the system asks the program to stop.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource source = new();

    /// <summary>Cancelled by the first request.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>128 plus the number of the signal; 0 as long as nobody asked.</summary>
    public int ExitCode { get; private set; }

    /// <param name="signal">Number of the signal: 2 for Ctrl+C, 15 for termination.</param>
    /// <returns>False when it was asked before: the user does not want to wait any longer.</returns>
    public bool Request(int signal)
    {
        lock (source)
        {
            if (ExitCode != 0)
            {
                return false;
            }

            ExitCode = 128 + signal;
        }

        source.Cancel();
        return true;
    }

    public void Dispose() => source.Dispose();
}

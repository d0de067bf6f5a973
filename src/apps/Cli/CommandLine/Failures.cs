namespace Kestra.Cli.CommandLine;

/// <summary>The command cannot do what was asked; the message tells what to do about it. Exit code 1.</summary>
internal class CommandFailureException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The command line is wrong; its usage is shown. Exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The exit codes of the program.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int Usage = 2;
}

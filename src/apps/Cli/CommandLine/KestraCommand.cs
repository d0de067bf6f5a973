using System.CommandLine;

namespace Kestra.Cli.CommandLine;

/// <summary>A command that does something; a plain <see cref="Command"/> is a group and shows its help.</summary>
internal abstract class KestraCommand(string name, string description) : Command(name, description)
{
    /// <returns>The exit code.</returns>
    /// <exception cref="CommandFailureException">What went wrong, for the user.</exception>
    /// <exception cref="UsageException">Arguments that do not go together.</exception>
    public abstract Task<int> RunAsync(Invocation invocation);
}

/// <summary>One call of a command.</summary>
internal sealed record Invocation(CliHost Host, ParseResult Parsed, CommonOptions Common)
{
    public Terminal Terminal => Host.Terminal;

    /// <summary>Cancelled when the user interrupts.</summary>
    public CancellationToken CancellationToken => Host.Interruption.Token;

    public T Get<T>(Option<T> option) => Parsed.GetValue(option)!;

    public T Get<T>(Argument<T> argument) => Parsed.GetValue(argument)!;

    /// <summary>Whether the option was written, whatever its value.</summary>
    public bool Has(Option option) => Parsed.GetResult(option) is { Implicit: false };
}

using System.CommandLine;
using Kestra.Hosting;
using Kestra.Hosting.Configuration;
using Kestra.Storage;

namespace Kestra.Cli.CommandLine;

/// <summary>The program: reads the command line and runs the command that it names.</summary>
internal sealed class KestraProgram
{
    private readonly CliHost host;
    private readonly CommonOptions common;

    public KestraProgram(CliHost host)
    {
        this.host = host;
        common = new CommonOptions(host);
    }

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var root = CommandTree.Build(common, [.. arguments]);
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var command = parsed.CommandResult.Command;
        if (parsed.GetValue(common.Help))
        {
            WriteHelp(host.Terminal.Output, parsed);
            return ExitCode.Success;
        }

        if (parsed.GetValue(common.Version))
        {
            host.Terminal.Line(ProductVersion.Current.Number);
            return ExitCode.Success;
        }

        if (UsageErrors.Find(parsed, arguments) is { } problem)
        {
            return RefuseUsage(problem, parsed);
        }

        if (command is not KestraCommand runnable)
        {
            WriteHelp(host.Terminal.Output, parsed);
            return ExitCode.Success;
        }

        return await RunAsync(runnable, parsed);
    }

    private async Task<int> RunAsync(KestraCommand command, ParseResult parsed)
    {
        try
        {
            return await command.RunAsync(new Invocation(host, parsed, common));
        }
        catch (UsageException error)
        {
            return RefuseUsage(error.Message, parsed);
        }
        catch (Exception error) when (error is CommandFailureException or ConfigurationException or StoreIncompatibleException)
        {
            host.Terminal.ErrorLine(error.Message, Colour.Red);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (host.Interruption.ExitCode != 0)
        {
            return host.Interruption.ExitCode;
        }
        catch (Exception error)
        {
            // Nobody foresaw this one: the trace is what a report of the fault needs.
            host.Terminal.ErrorLine(error.ToString());
            return ExitCode.Failure;
        }
    }

    private int RefuseUsage(string problem, ParseResult parsed)
    {
        host.Terminal.ErrorLine(problem, Colour.Red);
        if (parsed.UnmatchedTokens.Count > 0 && UsageErrors.Nearest(parsed.CommandResult.Command, parsed.UnmatchedTokens[0]) is { } near)
        {
            host.Terminal.ErrorLine($"Did you mean: {PathOf(parsed)} {near}?");
        }

        WriteHelp(host.Terminal.Error, parsed);
        return ExitCode.Usage;
    }

    private void WriteHelp(TextWriter output, ParseResult parsed) =>
        HelpPage.Write(output, parsed.CommandResult.Command, PathOf(parsed), common.All, isRoot: parsed.CommandResult.Parent is null);

    private static string PathOf(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (System.CommandLine.Parsing.SymbolResult? result = parsed.CommandResult; result is System.CommandLine.Parsing.CommandResult command; result = result.Parent)
        {
            names.Push(command.Command.Name);
        }

        return string.Join(' ', names);
    }
}

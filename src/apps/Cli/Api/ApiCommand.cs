using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Api;

/// <summary>A command that talks to a server.</summary>
/// <param name="kind">What the command deals with, for its error text: flow, namespace, template, execution.</param>
internal abstract class ApiCommand : KestraCommand
{
    private readonly string kind;

    protected ApiCommand(string name, string description, string kind = "flow")
        : base(name, description)
    {
        this.kind = kind;
        foreach (var option in Api.All)
        {
            Add(option);
        }
    }

    protected ApiOptions Api { get; } = new();

    public sealed override async Task<int> RunAsync(Invocation invocation)
    {
        using var client = new ApiClient(Api.Target(invocation), invocation.Host.Time);
        try
        {
            return await RunAsync(invocation, client);
        }
        catch (ApiErrorException error)
        {
            ApiFailure.Write(invocation.Terminal, kind, error);
            return ExitCode.Failure;
        }
    }

    protected abstract Task<int> RunAsync(Invocation invocation, ApiClient client);
}

/// <summary>Tells about a refusal in the words that scripts match.</summary>
internal static class ApiFailure
{
    public static void Write(Terminal terminal, string kind, ApiErrorException error)
    {
        terminal.Error.Write('\t');
        terminal.ErrorLine($"Unable to parse {kind}s due to the following error:", Colour.Red);
        terminal.Error.Write('\t');
        terminal.ErrorLine($"- {error.Message.TrimEnd()}", Colour.Yellow);
    }
}

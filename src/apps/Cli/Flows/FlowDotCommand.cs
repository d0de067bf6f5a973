using Kestra.Cli.CommandLine;
using Kestra.Model.Flows;

namespace Kestra.Cli.Flows;

/// <summary><c>flow dot</c>: the graph of a flow in the language of Graphviz.</summary>
internal sealed class FlowDotCommand : KestraCommand
{
    private readonly Parameter<string> file = Settings.Required("file", "The flow file to display.");

    public FlowDotCommand()
        : base("dot", "Generate a DOT graph from a file") => Add(file);

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var path = invocation.Host.FullPath(invocation.Get(file));
        var source = await FlowFiles.ExpandAsync(await FlowFiles.ReadAsync(path, invocation.CancellationToken), path, invocation.CancellationToken);
        var reading = LocalLanguage.Create(invocation).Reader.Read(source, Tenants.Default);
        if (!reading.IsValid)
        {
            throw new CommandFailureException($"{path} is not a valid flow:{Environment.NewLine}{string.Join(Environment.NewLine, reading.Faults.Select(static fault => $"  {fault.Path}: {fault.Message.Trim()} (line {fault.Line})"))}");
        }

        invocation.Terminal.Output.Write(DotGraph.Of(reading.Raw!));
        return ExitCode.Success;
    }
}

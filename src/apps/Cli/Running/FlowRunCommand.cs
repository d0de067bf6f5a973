using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Flows;
using Kestra.Hosting.Configuration;
using Kestra.Model.Flows;

namespace Kestra.Cli.Running;

/// <summary>
/// <c>flow run</c>: saves a flow file and runs it to its end, on the server that <c>--server</c> names, otherwise in this
/// process on the folder that <c>server local</c> uses.
/// </summary>
internal sealed class FlowRunCommand : KestraCommand
{
    private readonly ApiOptions api = new(serverByDefault: false);
    private readonly Parameter<string> file = Settings.Required("file", "The flow file to run.");
    private readonly Setting<KeyValuePair<string, string>[]> inputs = Settings.Pairs("An input of the flow; an input of type FILE takes the path of a local file.", "name=value", "-i", "--inputs");
    private readonly Setting<KeyValuePair<string, string>[]> labels = Settings.Pairs("A label of the execution.", "name=value", "--labels");
    private readonly Setting<bool> wait = Settings.Negatable("Stay until the execution has ended; the default.", "--wait");
    private readonly Setting<bool> noWait = Settings.Negation("--wait");
    private readonly Setting<OutputFormat> format = OutputFormats.Option();

    public FlowRunCommand()
        : base("run", "Run a flow file to its end")
    {
        Add(file);
        Add(inputs);
        Add(labels);
        Add(wait);
        Add(noWait);
        Add(format);
        foreach (var option in api.All)
        {
            Add(option);
        }
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        var path = invocation.Host.FullPath(invocation.Get(file));
        if (!File.Exists(path))
        {
            throw new CommandFailureException($"The file '{path}' is not a file");
        }

        var isRemote = invocation.Has(api.Server);
        if (invocation.Get(noWait) && !isRemote)
        {
            throw new UsageException("Option '--no-wait' needs '--server': without a server the execution ends with this program");
        }

        var request = new RunRequest(path, invocation.Get(inputs), invocation.Get(labels), !invocation.Get(noWait), invocation.Get(format));
        try
        {
            return isRemote ? await RunRemoteAsync(invocation, request) : await RunEmbeddedAsync(invocation, request);
        }
        catch (ApiErrorException error)
        {
            throw new CommandFailureException(error.Message.TrimEnd(), error);
        }
    }

    private async Task<int> RunRemoteAsync(Invocation invocation, RunRequest request)
    {
        using var client = new ApiClient(api.Target(invocation), invocation.Host.Time);
        return await new FlowRunner(invocation.Host, client).RunAsync(request);
    }

    private static async Task<int> RunEmbeddedAsync(Invocation invocation, RunRequest request)
    {
        var configuration = invocation.Common.Configuration(invocation.Parsed, invocation.Host).ForceLocal(invocation.Host.CurrentFolder).Build();
        return await EmbeddedRun.RunAsync(invocation, configuration, request);
    }
}

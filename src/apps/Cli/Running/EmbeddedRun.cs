using Kestra.Cli.CommandLine;
using Kestra.Cli.Flows;
using Kestra.Flows;
using Kestra.Hosting.Configuration;
using Kestra.Model.Flows;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Cli.Running;

/// <summary>Runs a flow file on a server inside this process.</summary>
internal static class EmbeddedRun
{
    public static async Task<int> RunAsync(Invocation invocation, KestraConfiguration configuration, RunRequest request)
    {
        var level = invocation.Common.ChosenLevel(invocation.Parsed);
        await using var server = await EmbeddedServer.StartAsync(invocation.Host, configuration, level, invocation.CancellationToken);
        using var client = server.CreateClient();
        var reader = server.Services.GetRequiredService<FlowReader>();
        return await new FlowRunner(invocation.Host, client) { Check = (file, source) => Check(invocation.Host, reader, file, source), FileOf = server.FileOf }.RunAsync(request);
    }

    // Where the file is at hand, the places of its faults are too.
    private static void Check(CliHost host, FlowReader reader, string file, string source)
    {
        var reading = reader.Read(source, Tenants.Default);
        if (!reading.IsValid)
        {
            var name = Path.GetRelativePath(host.CurrentFolder, file);
            var lines = reading.Faults.Select(fault => $"  {name}{(fault.Line > 0 ? $":{fault.Line}:{fault.Column}" : "")}: {(fault.Path.Length > 0 ? fault.Path + ": " : "")}{FaultText.Message(fault)}");
            throw new CommandFailureException(string.Join(Environment.NewLine, [$"{name} is not a valid flow:", .. lines]));
        }
    }
}

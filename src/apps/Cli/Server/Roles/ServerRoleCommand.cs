using System.CommandLine;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;

namespace Kestra.Cli.Server.Roles;

/// <summary>A command that runs one part of the server in a process of its own; the parts meet in the database.</summary>
internal abstract class ServerRoleCommand(string name, string description, ServerType type) : KestraCommand(name, description)
{
    private readonly Setting<int?> port = ServerOptions.PortOption();

    /// <summary>The options of this role beside the port.</summary>
    protected abstract IReadOnlyList<Option> Own { get; }

    public ServerRoleCommand WithOptions()
    {
        Add(port);
        foreach (var option in Own)
        {
            Add(option);
        }

        return this;
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        Check(invocation);
        var builder = invocation.Common.Configuration(invocation.Parsed, invocation.Host).Force("kestra.server-type", type.ToString().ToUpperInvariant());
        ServerOptions.ForcePort(builder, invocation.Get(port));
        Force(builder, invocation);
        var configuration = builder.Build();
        ServerSettingsReader.Read(configuration, type, Environment.ProcessorCount);
        var parts = Parts(invocation) | ServerParts.Management;
        return await new ServerRun(invocation, configuration, type, parts).RunAsync(flowPath: null);
    }

    protected abstract ServerParts Parts(Invocation invocation);

    /// <exception cref="CommandFailureException">Options that cannot be honoured.</exception>
    protected virtual void Check(Invocation invocation)
    {
    }

    protected virtual void Force(ConfigurationBuilder builder, Invocation invocation)
    {
    }
}

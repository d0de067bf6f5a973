using System.CommandLine;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Server;

/// <summary>What an executor shall leave alone; for troubleshooting.</summary>
internal sealed class SkipOptions
{
    private readonly Setting<string[]> executions = ServerOptions.Skip("execution identifiers", "skipExecutions", "executions");
    private readonly Setting<string[]> flows = ServerOptions.Skip("flow identifiers (tenant|namespace|flowId)", "skipFlows", "flows");
    private readonly Setting<string[]> namespaces = ServerOptions.Skip("namespace identifiers (tenant|namespace)", "skipNamespaces", "namespaces");
    private readonly Setting<string[]> tenants = ServerOptions.Skip("tenants", "skipTenants", "tenants");

    public IReadOnlyList<Option> All => [executions, flows, namespaces, tenants];

    /// <exception cref="CommandFailureException">Something is to be skipped.</exception>
    public void Refuse(Invocation invocation)
    {
        // Skipping silently nothing would be worse than not to start: these options are given when something is on fire.
        foreach (var option in (ReadOnlySpan<Setting<string[]>>)[executions, flows, namespaces, tenants])
        {
            if (invocation.Get(option).Length > 0)
            {
                throw new CommandFailureException($"The option '{option.Name}' is not available in this version. To stop an execution that does harm, start the server and kill it (`kestra execution kill ID`); to stop a flow, disable it.");
            }
        }
    }
}

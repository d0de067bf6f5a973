using System.CommandLine;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;

namespace Kestra.Cli.Server;

/// <summary>What an executor shall leave alone; for troubleshooting.</summary>
internal sealed class SkipOptions
{
    private readonly Setting<string[]> executions = ServerOptions.Skip("execution identifiers", "skipExecutions", "executions");
    private readonly Setting<string[]> flows = ServerOptions.Skip("flow identifiers (tenant|namespace|flowId)", "skipFlows", "flows");
    private readonly Setting<string[]> namespaces = ServerOptions.Skip("namespace identifiers (tenant|namespace)", "skipNamespaces", "namespaces");
    private readonly Setting<string[]> tenants = ServerOptions.Skip("tenants", "skipTenants", "tenants");

    public IReadOnlyList<Option> All => [executions, flows, namespaces, tenants];

    public void Force(ConfigurationBuilder builder, Invocation invocation)
    {
        foreach (var (option, key) in (ReadOnlySpan<(Setting<string[]>, string)>)
            [(executions, SkipSettings.Executions), (flows, SkipSettings.Flows), (namespaces, SkipSettings.Namespaces), (tenants, SkipSettings.Tenants)])
        {
            if (invocation.Get(option) is { Length: > 0 } items)
            {
                builder.Force(key, string.Join(',', items));
            }
        }
    }
}

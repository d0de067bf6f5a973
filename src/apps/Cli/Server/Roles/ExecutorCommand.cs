using System.CommandLine;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;

namespace Kestra.Cli.Server.Roles;

/// <summary><c>server executor</c>: decides executions.</summary>
internal sealed class ExecutorCommand() : ServerRoleCommand("executor", "Start the Kestra executor", ServerType.Executor)
{
    private readonly SkipOptions skip = new();
    private readonly ExecutorChoice choice = new();

    protected override IReadOnlyList<Option> Own => [.. skip.All, .. choice.All];

    protected override ServerParts Parts(Invocation invocation) => ServerParts.Executor;

    protected override void Check(Invocation invocation) => choice.Refuse(invocation);

    protected override void Force(ConfigurationBuilder builder, Invocation invocation) => skip.Force(builder, invocation);
}

using System.CommandLine;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;

namespace Kestra.Cli.Server.Roles;

/// <summary><c>server scheduler</c>: fires triggers.</summary>
internal sealed class SchedulerCommand() : ServerRoleCommand("scheduler", "Start the Kestra scheduler", ServerType.Scheduler)
{
    protected override IReadOnlyList<Option> Own => [];

    protected override ServerParts Parts(Invocation invocation) => ServerParts.Scheduler;
}

using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;

namespace Kestra.Cli.Server.Roles;

/// <summary><c>server worker</c>: runs tasks and evaluates triggers.</summary>
internal sealed partial class WorkerCommand() : ServerRoleCommand("worker", "Start the Kestra worker", ServerType.Worker)
{
    private readonly Setting<int?> threads = Settings.Integer("Number of tasks that run at the same time; eight times the number of CPUs by default.", "thread", null, "-t", "--thread");
    private readonly Setting<string?> group = Settings.Text("Group of workers that this one belongs to.", "workerGroupKey", "-g", "--worker-group");

    protected override IReadOnlyList<Option> Own => [threads, group];

    protected override ServerParts Parts(Invocation invocation) => ServerParts.Worker;

    protected override void Check(Invocation invocation)
    {
        if (invocation.Get(group) is { } key && !Key().IsMatch(key))
        {
            throw new CommandFailureException("The --worker-group option must match the [a-zA-Z0-9_-]+ pattern");
        }

        if (invocation.Get(threads) is <= 0)
        {
            throw new CommandFailureException("The --thread option must be greater than zero: a worker without threads runs nothing.");
        }
    }

    protected override void Force(ConfigurationBuilder builder, Invocation invocation)
    {
        if (invocation.Get(threads) is { } number)
        {
            builder.Force("kestra.worker.max-num-threads", number.ToString(CultureInfo.InvariantCulture));
        }

        if (invocation.Get(group) is { } key)
        {
            builder.Force("kestra.worker.group-key", key);
        }
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]+\\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Key();
}

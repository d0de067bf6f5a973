using System.CommandLine;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Server;

/// <summary>Which executors of a Kafka queue to start; there is none here.</summary>
internal sealed class ExecutorChoice
{
    private readonly Setting<string[]> start = ServerOptions.Executors("Kafka Stream executors to start; only for a Kafka queue.", "startExecutors", "--start-executors");
    private readonly Setting<string[]> notStart = ServerOptions.Executors("Kafka Stream executors not to start; only for a Kafka queue.", "notStartExecutors", "--not-start-executors");

    public IReadOnlyList<Option> All => [start, notStart];

    /// <exception cref="CommandFailureException">One of the options was given.</exception>
    public void Refuse(Invocation invocation)
    {
        var (wanted, unwanted) = (invocation.Get(start).Length > 0, invocation.Get(notStart).Length > 0);
        if (wanted && unwanted)
        {
            throw new CommandFailureException("You cannot use both '--start-executors' and '--not-start-executors' options");
        }

        if (wanted || unwanted)
        {
            throw new CommandFailureException("Options '--start-executors' and '--not-start-executors' can only be used with kestra.queue.type=kafka");
        }
    }
}

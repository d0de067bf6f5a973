using Kestra.Executor.Loop;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Storage.Executions;

namespace Kestra.Executor.Partitions;

/// <summary>
/// Stands for whoever stored a command: the row goes away, and the outcome is left for its reader, with the decision itself.
/// </summary>
/// <param name="envelope">Null when nobody can be answered.</param>
internal sealed class QueuedCaller(CommandReader reader, QueuedCommand command, CommandEnvelope? envelope) : Caller
{
    public override int? Partition => command.Partition;

    public override void Write(CommandOutcome outcome, ExecutionBatch rows)
    {
        rows.CommandsDone.Add(command.Id);
        if (envelope is { Reader: { } waiting, Token: { } token })
        {
            rows.Replies.Add(new CommandReply(waiting, token, OutcomeCodec.Encode(outcome)));
        }
    }

    public override void Answer(CommandOutcome outcome) => reader.Finish(command.Id);

    public override void Fail(Exception cause) => Leave();

    /// <summary>The same row without an answer: it only moves.</summary>
    public QueuedCaller Silent() => new(reader, command, null);

    /// <summary>The row stays, for whoever owns its partition.</summary>
    public void Leave() => reader.Forget(command.Id);
}

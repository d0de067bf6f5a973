using Kestra.Engine;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Plugins;

namespace Kestra.Worker.Jobs;

/// <summary>Holds what a run gives back to the limit of messages, where there is one.</summary>
internal sealed class ResultLimit(WorkerOptions options, WorkerIdentity identity, WorkerMetrics metrics)
{
    /// <param name="run">As it was when the attempt began.</param>
    /// <returns>The outcome; where the task run would become larger with it than it may be, one that has failed and has no outputs.</returns>
    public AttemptOutcome Hold(AttemptOutcome outcome, TaskRun run, IRunLogger logger)
    {
        if (options.MessageLimit is not { } limit || outcome.Outputs is not { Count: > 0 })
        {
            // Without outputs it is as large as it was, and would not get smaller.
            return outcome;
        }

        var size = ModelJson.SizeOf(outcome.EndOf(run, identity.Id));
        if (size <= limit)
        {
            return outcome;
        }

        metrics.TooLarge();
        logger.Error($"Unable to emit the worker task result to the queue: {MessageLimit.Exceeded(size, limit)}");
        return outcome with { State = outcome.State == StateType.KILLED ? StateType.KILLED : StateType.FAILED, Outputs = new OrderedDictionary<string, object?>() };
    }
}

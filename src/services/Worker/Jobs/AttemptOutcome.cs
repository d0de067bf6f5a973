using Kestra.Model.Executions;
using NodaTime;

namespace Kestra.Worker.Jobs;

/// <summary>How one attempt ended.</summary>
/// <param name="LogFile">Address of its log, when that is a file.</param>
internal sealed record AttemptOutcome(StateType State, IReadOnlyDictionary<string, object?>? Outputs, Instant StartedAt, Instant EndedAt, string? LogFile = null)
{
    /// <summary>The run with the attempt and its outputs; its own state is left as it is.</summary>
    public TaskRun AddTo(TaskRun run, string workerId)
    {
        var attempt = new TaskRunAttempt(Model.Executions.State.Created(StartedAt).With(StateType.RUNNING, StartedAt).With(State, EndedAt), workerId, LogFile);
        return run with { Attempts = [.. run.Attempts ?? [], attempt], Outputs = Outputs ?? run.Outputs };
    }

    /// <summary>The run ended by the attempt.</summary>
    public TaskRun EndOf(TaskRun run, string workerId)
    {
        var running = run.State.Current == StateType.RUNNING ? run.State : run.State.With(StateType.RUNNING, StartedAt);
        return AddTo(run, workerId) with { State = running.With(State, EndedAt) };
    }
}

using Kestra.Engine;
using Kestra.Executor.Jobs;
using Kestra.Executor.Subflows;
using Kestra.Hosting.Lanes;
using Kestra.Storage;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Kestra.Executor.Loop;

/// <summary>Carries out, after the commit, the effects that leave the partition.</summary>
internal sealed partial class EffectDispatcher(
    IWorkerJobs jobs,
    StartPace starts,
    SubflowStarter subflows,
    ExecutorInbox inbox,
    SemaphoreSlim evaluations,
    TimeProvider time,
    ExecutorOptions options,
    ILogger<EffectDispatcher> logger,
    CancellationToken stopping)
{
    public async ValueTask DispatchAsync(ActiveExecution execution, Effect effect)
    {
        switch (effect)
        {
            case Effect.DispatchJob job when execution is { MayBeginLater: true, Position: 1 }:
                starts.Send(WorkerJob.Of(execution.State, job));
                break;
            case Effect.DispatchJob job:
                await jobs.DispatchAsync(WorkerJob.Of(execution.State, job), stopping);
                break;
            case Effect.KillJobs kill:
                if (jobs.Kill(execution.Key.TenantId, execution.Key.ExecutionId, kill.TaskRunId, execution.State.OpenAttempts) is { Count: > 0 } withdrawn)
                {
                    Beside(() => AnswerAsync(execution.Partition, withdrawn));
                }

                break;
            case Effect.StartSubflow start:
                Beside(() => subflows.StartAsync(execution.Key, execution.Partition, start, stopping));
                break;
            case Effect.Evaluate evaluate:
                Beside(() => EvaluateAsync(execution.Key, execution.Partition, evaluate));
                break;
            default:
                throw new InvalidOperationException($"The effect {effect.GetType().Name} is decided inside the partition and can't leave it.");
        }
    }

    // No slot becomes free for them any more.
    private async Task AnswerAsync(int partition, IReadOnlyList<WorkerJob> withdrawn)
    {
        var now = Instant.FromDateTimeOffset(time.GetUtcNow());
        foreach (var job in withdrawn)
        {
            await inbox.PostAsync(job.Request(Command.TaskResult.NeverBegun(job.TaskRun.Id, job.Attempt, now)), partition, stopping);
        }
    }

    private async Task EvaluateAsync(ExecutionKey key, int partition, Effect.Evaluate evaluate)
    {
        await evaluations.WaitAsync(stopping);
        Command answer;
        try
        {
            answer = new Command.Evaluated(evaluate.EvaluationId, evaluate.Run(stopping), null);
        }
        catch (Exception error) when (error is not OperationCanceledException && !IsOutage(error))
        {
            answer = new Command.Evaluated(evaluate.EvaluationId, null, error.Message);
        }
        finally
        {
            evaluations.Release();
        }

        await inbox.PostAsync(new ExecutionRequest(key.TenantId, key.ExecutionId, answer), partition, stopping);
    }

    // A database that is away is no outcome: nobody else would ask again for what the execution waits for.
    private async Task UntilDoneAsync(Func<Task> work)
    {
        for (var pause = options.RecoveryDelay; ; pause = pause * 2 < options.RecoveryDelayMaximum ? pause * 2 : options.RecoveryDelayMaximum)
        {
            try
            {
                await work();
                return;
            }
            catch (Exception error) when (IsOutage(error))
            {
                LogWaiting(pause.TotalMilliseconds, error);
            }

            await Task.Delay(pause, time, stopping);
        }
    }

    private static bool IsOutage(Exception? error)
    {
        while (error is not (null or StoreUnavailableException))
        {
            error = error.InnerException;
        }

        return error is not null;
    }

    // The work answers through the inbox; what is left to go wrong here is the server's own fault and must be seen.
    private void Beside(Func<Task> work) => _ = Task.Run(
        async () =>
        {
            try
            {
                await UntilDoneAsync(work);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                LogStopped();
            }
            catch (Exception error)
            {
                LogFailed(error);
            }
        },
        CancellationToken.None);

    [LoggerMessage(LogLevel.Debug, "An effect was given up because the executor stops; it is owed again after the next start")]
    private partial void LogStopped();

    [LoggerMessage(LogLevel.Warning, "The database is away; an effect is tried again in {Milliseconds} ms")]
    private partial void LogWaiting(double milliseconds, Exception error);

    [LoggerMessage(LogLevel.Error, "An effect could not be carried out")]
    private partial void LogFailed(Exception error);
}

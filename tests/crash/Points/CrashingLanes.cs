using System.Runtime.CompilerServices;
using Kestra.Engine;
using Kestra.Executor.Tests;
using Kestra.Hosting.Lanes;

namespace Kestra.Crash.Points;

/// <summary>Puts crash points around answers, firings, jobs and their results.</summary>
internal static class CrashingLanes
{
    public static IExecutionCommands Around(IExecutionCommands inner, CrashSwitch crash) => Interception<IExecutionCommands>.Before(inner, (method, arguments, call) =>
        (method.Name, arguments.FirstOrDefault() as ExecutionRequest) switch
        {
            (nameof(IExecutionCommands.SubmitAsync), { Trigger: not null }) => Submit(crash, call, CrashPoints.FiringBefore, CrashPoints.FiringAfter),
            (nameof(IExecutionCommands.SubmitAsync), _) => Submit(crash, call, null, CrashPoints.AnswerBefore),
            (nameof(IExecutionCommands.PostAsync), { Command: Command.TaskResult }) => new ValueTask(PostAsync(crash, call)),
            _ => call(),
        });

    public static IWorkerJobSource Around(IWorkerJobSource inner, CrashSwitch crash) => Interception<IWorkerJobSource>.Before(inner, (method, _, call) =>
    {
        if (method.Name == nameof(IWorkerJobSource.TakeAsync))
        {
            return TakeAsync(crash, (IAsyncEnumerable<WorkerJob>)call()!, CancellationToken.None);
        }

        if (method.Name == nameof(IWorkerJobSource.Done))
        {
            crash.Reach(CrashPoints.JobDone);
        }

        return call();
    });

    public static IExecutionChanges Around(IExecutionChanges inner, CrashSwitch crash) => Interception<IExecutionChanges>.Before(inner, (method, _, call) =>
    {
        if (method.Name == nameof(IExecutionChanges.DoneAsync))
        {
            crash.Reach(CrashPoints.ChangeDone);
        }

        return call();
    });

    private static async Task<CommandOutcome> Submit(CrashSwitch crash, Func<object?> call, string? before, string after)
    {
        if (before is not null)
        {
            crash.Reach(before);
        }

        var outcome = await (Task<CommandOutcome>)call()!;
        crash.Reach(after);
        return outcome;
    }

    private static async Task PostAsync(CrashSwitch crash, Func<object?> call)
    {
        crash.Reach(CrashPoints.ResultBefore);
        await (ValueTask)call()!;
        crash.Reach(CrashPoints.ResultAfter);
    }

    private static async IAsyncEnumerable<WorkerJob> TakeAsync(CrashSwitch crash, IAsyncEnumerable<WorkerJob> jobs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var job in jobs.WithCancellation(cancellationToken))
        {
            crash.Reach(CrashPoints.JobTaken);
            yield return job;
        }
    }
}

using Kestra.Executor.Tests;
using Kestra.Storage;
using Kestra.Storage.Executions;
using Kestra.Storage.Flows;

namespace Kestra.Crash.Points;

/// <summary>Puts crash points around what the store writes.</summary>
internal static class CrashingStore
{
    // A commit takes about a millisecond; this falls into it.
    private static readonly TimeSpan Soon = TimeSpan.FromMicroseconds(300);

    public static IStore Around(IStore inner, CrashSwitch crash)
    {
        var journal = Interception<IExecutionJournal>.Before(inner.Journal, (method, arguments, call) => Journal(crash, method, arguments, call));
        var flows = Interception<IFlowRepository>.Before(inner.Flows, (method, _, call) => method.Name == nameof(IFlowRepository.SaveAsync)
            ? Between(crash, method, call, CrashPoints.FlowBefore, CrashPoints.FlowAfter)
            : call());
        return Interception<IStore>.Before(inner, (method, _, call) => method.Name switch
        {
            "get_" + nameof(IStore.Journal) => journal,
            "get_" + nameof(IStore.Flows) => flows,
            nameof(IStore.MigrateAsync) => Between(crash, method, call, CrashPoints.MigrationBefore, CrashPoints.MigrationAfter),
            _ => call(),
        });
    }

    private static object? Journal(CrashSwitch crash, System.Reflection.MethodInfo method, object?[] arguments, Func<object?> call) => method.Name switch
    {
        nameof(IExecutionJournal.AcquireAsync) => Between(crash, method, call, CrashPoints.LeaseBefore, CrashPoints.LeaseAfter),
        nameof(IExecutionJournal.ReleaseAsync) => Between(crash, method, call, CrashPoints.ReleaseBefore, CrashPoints.ReleaseAfter),
        nameof(IExecutionJournal.LoadAsync) => Between(crash, method, call, null, CrashPoints.RecoveryAfter),
        "CommitAsync" => Executor.Tests.Around.Call(method, call, work => CommitAsync(crash, arguments.OfType<ExecutionBatch>().First(), work)),
        _ => call(),
    };

    private static object Between(CrashSwitch crash, System.Reflection.MethodInfo method, Func<object?> call, string? before, string after) => Executor.Tests.Around.Call(method, call, async work =>
    {
        if (before is not null)
        {
            crash.Reach(before);
        }

        await work();
        crash.Reach(after);
    });

    private static async Task CommitAsync(CrashSwitch crash, ExecutionBatch batch, Func<Task> work)
    {
        crash.ReachSoon(CrashPoints.CommitUnderway, Soon);
        Reach(crash, batch, CrashPoints.CommitBefore, CrashPoints.EndBefore, CrashPoints.LogsBefore, null, CrashPoints.DrainBefore);
        await work();
        Reach(crash, batch, CrashPoints.CommitAfter, CrashPoints.EndAfter, CrashPoints.LogsAfter, CrashPoints.FiringCommitted, CrashPoints.DrainAfter);
    }

    private static void Reach(CrashSwitch crash, ExecutionBatch batch, string any, string ended, string logs, string? fired, string draining)
    {
        crash.Reach(any);
        if (batch.Snapshots.Exists(static snapshot => snapshot.Ended))
        {
            crash.Reach(ended);
        }

        if (batch.Logs.Count > 0)
        {
            crash.Reach(logs);
        }

        if (fired is not null && batch.Triggers.Count > 0)
        {
            crash.Reach(fired);
        }

        if (crash.IsStopping)
        {
            crash.Reach(draining);
        }
    }
}

using Kestra.Storage;
using Kestra.Storage.Executions;

namespace Kestra.Executor.Tests;

/// <summary>A store whose calls by the executor fail as planned: those of the journal, and the readings of flows.</summary>
internal sealed class FaultyStore
{
    public FaultyStore(IStore inner, FaultPlan plan)
    {
        var journal = Interception<IExecutionJournal>.Before(inner.Journal, (method, arguments, call) => method.Name switch
        {
            nameof(IExecutionJournal.ReleaseAsync) or "EnqueueCommandAsync" => call(),
            "CommitAsync" => Around.Call(method, call, work => plan.CallAsync(async () =>
            {
                Inspect((ExecutionBatch)arguments[1]!);
                await work();
                return true;
            })),
            nameof(IExecutionJournal.ReadAsync) => Around.Call(method, call, async work =>
            {
                await BeforeReading((string)arguments[1]!);
                await plan.CallAsync(work);
            }),
            _ => typeof(Task).IsAssignableFrom(method.ReturnType) ? Around.Call(method, call, plan.CallAsync) : call(),
        });
        var flows = Interception<Storage.Flows.IFlowRepository>.Before(
            inner.Flows, (method, _, call) => method.Name == nameof(Storage.Flows.IFlowRepository.FindAsync) ? Around.Call(method, call, plan.CallAsync) : call());
        Store = Interception<IStore>.Before(inner, (method, _, call) => method.Name switch
        {
            "get_" + nameof(IStore.Journal) => journal,
            "get_" + nameof(IStore.Flows) => flows,
            _ => call(),
        });
    }

    public IStore Store { get; }

    /// <summary>Looks at each batch before it is written; may throw.</summary>
    public Action<ExecutionBatch> Inspect { get; set; } = static _ => { };

    /// <summary>What the reading of an execution waits for, by its id.</summary>
    public Func<string, Task> BeforeReading { get; set; } = static _ => Task.CompletedTask;
}

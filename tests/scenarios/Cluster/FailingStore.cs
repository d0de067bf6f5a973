using System.Reflection;
using Kestra.Executor.Tests;
using Kestra.Storage;
using Kestra.Storage.Cluster;
using Kestra.Storage.Executions;
using Kestra.Storage.Flows;
using Kestra.Storage.Triggers;

namespace Kestra.Scenarios.Cluster;

/// <summary>The store as one process sees it. A process that can't reach it any more is as good as dead for the others.</summary>
internal sealed class FailingStore
{
    private int commits;
    private int deathAt = int.MaxValue;
    private bool dyingAfter;
    private volatile bool isSevered;

    public FailingStore(IStore inner)
    {
        var ports = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["get_" + nameof(IStore.Journal)] = Port(inner.Journal),
            ["get_" + nameof(IStore.Jobs)] = Port(inner.Jobs),
            ["get_" + nameof(IStore.Flows)] = Port(inner.Flows),
            ["get_" + nameof(IStore.Triggers)] = Port(inner.Triggers),
            ["get_" + nameof(IStore.Services)] = Port(inner.Services),
        };
        Store = Interception<IStore>.Before(inner, (method, _, call) => ports.TryGetValue(method.Name, out var port) ? port : call());
    }

    public IStore Store { get; }

    /// <summary>How often something was written, leases and signs of life left aside.</summary>
    public int Commits => Volatile.Read(ref commits);

    public bool IsSevered => isSevered;

    /// <summary>From now on nothing gets through.</summary>
    public void Sever() => isSevered = true;

    public void Mend() => isSevered = false;

    /// <summary>Severs it at one of the next commits.</summary>
    /// <param name="isAfter">That commit still gets through, and its answer is lost.</param>
    public void SeverAt(int commit, bool isAfter)
    {
        Volatile.Write(ref commits, 0);
        dyingAfter = isAfter;
        Volatile.Write(ref deathAt, commit);
    }

    private T Port<T>(T inner)
        where T : class => Interception<T>.Before(inner, (method, _, call) => typeof(Task).IsAssignableFrom(method.ReturnType) ? Around.Call(method, call, work => PassAsync(method, work)) : call());

    private async Task PassAsync(MethodInfo method, Func<Task> work)
    {
        // Whoever calls must not find the answer there already: a database takes its time.
        await Task.Yield();
        Check();
        var isCommit = method.Name == nameof(IExecutionJournal.CommitAsync) || (method.DeclaringType == typeof(ITriggerRepository) && method.Name == nameof(ITriggerRepository.SaveAsync));
        var isLast = isCommit && Interlocked.Increment(ref commits) == Volatile.Read(ref deathAt);
        if (isLast && !dyingAfter)
        {
            Sever();
            Check();
        }

        await work();
        if (isLast)
        {
            Sever();
        }

        Check();
    }

    private void Check()
    {
        if (isSevered)
        {
            throw new StoreUnavailableException("This process has lost the database.");
        }
    }
}

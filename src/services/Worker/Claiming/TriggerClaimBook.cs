using Kestra.Hosting.Lanes;
using Kestra.Storage.Executions;

namespace Kestra.Worker.Claiming;

/// <summary>What this worker knows of the triggers that it has claimed: they run, or are over until their rows have gone.</summary>
internal sealed class TriggerClaimBook
{
    private readonly Lock gate = new();
    private readonly Dictionary<long, WorkerJobRow> running = [];
    private readonly HashSet<long> over = [];

    public void Begin(WorkerJobRow row)
    {
        lock (gate)
        {
            running[row.Id] = row;
        }
    }

    /// <summary>The job was answered, or nobody waits for it.</summary>
    public void End(WorkerJobRow row)
    {
        lock (gate)
        {
            running.Remove(row.Id);
            over.Add(row.Id);
        }
    }

    /// <summary>It does not run here, and is given back with the next look.</summary>
    public void Forget(WorkerJobRow row)
    {
        lock (gate)
        {
            running.Remove(row.Id);
        }
    }

    /// <param name="isAnswered">Otherwise it is not this worker's any more, and given back with the next look.</param>
    public void Done(TriggerJob job, bool isAnswered)
    {
        lock (gate)
        {
            if (running.Values.FirstOrDefault(row => row.ExecutionId == job.ExecutionId) is not { } known)
            {
                return;
            }

            running.Remove(known.Id);
            if (isAnswered)
            {
                over.Add(known.Id);
            }
        }
    }

    /// <summary>Compares what is known with all rows that the worker has.</summary>
    public TriggerFindings Compare(IReadOnlyList<WorkerJobRow> rows)
    {
        lock (gate)
        {
            var present = rows.Select(static row => row.Id).ToHashSet();
            var killed = rows.Where(static row => row.Killed).Select(static row => row.Id).ToHashSet();
            over.IntersectWith(present);
            over.UnionWith(killed.Where(id => !running.ContainsKey(id)));
            return new TriggerFindings(
                [.. running.Values.Where(row => !present.Contains(row.Id) || killed.Contains(row.Id)).Select(static row => row.ExecutionId)],
                [.. over],
                [.. present.Where(id => !running.ContainsKey(id) && !over.Contains(id))]);
        }
    }
}

/// <param name="ToStop">Evaluations that run and were killed, or are not this worker's any more; told until they have stopped.</param>
/// <param name="Over">Have been answered, and their rows are still there.</param>
/// <param name="Unknown">Belong to the worker and do not run: the answer to the claim was lost, or the run was stopped.</param>
internal sealed record TriggerFindings(IReadOnlyList<string> ToStop, IReadOnlyList<long> Over, IReadOnlyList<long> Unknown);

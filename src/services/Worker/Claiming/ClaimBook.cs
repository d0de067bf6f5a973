using Kestra.Hosting.Lanes;
using Kestra.Storage.Executions;

namespace Kestra.Worker.Claiming;

/// <summary>
/// What this worker knows of its claims. A job is in one place: ready for a slot, running, or answered, which it stays until its row
/// has gone.
/// </summary>
internal sealed class ClaimBook
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string TaskRunId, int Attempt), Claim> claims = [];
    private readonly Queue<Claim> ready = new();
    private readonly HashSet<long> answered = [];

    // A job of another source may be of the same attempt; only the object tells.
    private readonly HashSet<WorkerJob> handedOut = new(ReferenceEqualityComparer.Instance);

    /// <summary>Jobs that wait for a slot.</summary>
    public int Ready
    {
        get
        {
            lock (gate)
            {
                return claims.Values.Count(static claim => claim.Stage == ClaimStage.Ready);
            }
        }
    }

    public void Add(Claim claim)
    {
        lock (gate)
        {
            claims[(claim.Row.TaskRunId, claim.Row.Attempt)] = claim;
            ready.Enqueue(claim);
        }
    }

    /// <summary>Takes in a job that runs here already.</summary>
    public void Adopt(Claim claim)
    {
        lock (gate)
        {
            claim.Stage = ClaimStage.Running;
            claims[(claim.Row.TaskRunId, claim.Row.Attempt)] = claim;
        }
    }

    /// <summary>The next job for a slot.</summary>
    public WorkerJob? Next()
    {
        lock (gate)
        {
            while (ready.TryDequeue(out var claim))
            {
                if (IsHeld(claim))
                {
                    handedOut.Add(claim.Job);
                    return claim.Job;
                }
            }

            return null;
        }
    }

    /// <returns>False when the job was given back meanwhile. A job that was never handed out here may start.</returns>
    public bool TryStart(WorkerJob job)
    {
        lock (gate)
        {
            if (!handedOut.Remove(job))
            {
                return true;
            }

            if (claims.GetValueOrDefault((job.TaskRun.Id, job.Attempt)) is not { } claim || !ReferenceEquals(claim.Job, job))
            {
                return false;
            }

            claim.Stage = ClaimStage.Running;
            return true;
        }
    }

    /// <returns>False when the job was no claim.</returns>
    public bool Done(WorkerJob job)
    {
        lock (gate)
        {
            if (claims.GetValueOrDefault((job.TaskRun.Id, job.Attempt)) is not { } claim || !ReferenceEquals(claim.Job, job))
            {
                return false;
            }

            claims.Remove((job.TaskRun.Id, job.Attempt));
            answered.Add(claim.Row.Id);
            return true;
        }
    }

    /// <summary>The answer was sent without a run.</summary>
    public void Answered(long id)
    {
        lock (gate)
        {
            answered.Add(id);
        }
    }

    /// <summary>Takes back what waits for a slot and is meant.</summary>
    public IReadOnlyList<Claim> TakeReady(Predicate<Claim> isMeant)
    {
        lock (gate)
        {
            var taken = claims.Values.Where(claim => claim.Stage == ClaimStage.Ready && isMeant(claim)).ToList();
            taken.ForEach(claim => claims.Remove((claim.Row.TaskRunId, claim.Row.Attempt)));
            return taken;
        }
    }

    /// <summary>Compares what is known with all rows that the worker has.</summary>
    public ClaimFindings Compare(IReadOnlyList<WorkerJobRow> rows)
    {
        lock (gate)
        {
            var byId = rows.ToDictionary(static row => row.Id);
            var (gone, stop) = (new List<Claim>(), new List<Claim>());
            foreach (var claim in claims.Values.Where(static claim => !claim.IsStopped).ToList())
            {
                var row = byId.GetValueOrDefault(claim.Row.Id);
                if (row is { Killed: false })
                {
                    continue;
                }

                if (claim.Stage == ClaimStage.Running)
                {
                    claim.IsStopped = true;
                    stop.Add(claim);
                    continue;
                }

                claims.Remove((claim.Row.TaskRunId, claim.Row.Attempt));
                if (row is not null)
                {
                    gone.Add(claim);
                }
            }

            answered.RemoveWhere(id => !byId.ContainsKey(id));
            var held = claims.Values.Select(static claim => claim.Row.Id).Concat(gone.Select(static claim => claim.Row.Id)).ToHashSet();
            return new ClaimFindings(stop, gone, [.. rows.Where(row => !answered.Contains(row.Id) && !held.Contains(row.Id))]);
        }
    }

    private bool IsHeld(Claim claim) => claims.GetValueOrDefault((claim.Row.TaskRunId, claim.Row.Attempt)) == claim;
}

/// <param name="ToStop">Run and shall not go on: killed, or not this worker's any more.</param>
/// <param name="Killed">Were killed before they had a slot, and are not run.</param>
/// <param name="Unknown">Belong to the worker without its knowledge: the answer to the claim was lost.</param>
internal sealed record ClaimFindings(IReadOnlyList<Claim> ToStop, IReadOnlyList<Claim> Killed, IReadOnlyList<WorkerJobRow> Unknown)
{
    /// <summary>These with those of a second look at the same rows, which knew more.</summary>
    public ClaimFindings And(ClaimFindings later) => new([.. ToStop, .. later.ToStop], [.. Killed, .. later.Killed], later.Unknown);
}

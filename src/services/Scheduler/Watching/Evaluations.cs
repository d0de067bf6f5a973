using System.Collections.Concurrent;
using Kestra.Hosting.Lanes;

namespace Kestra.Scheduler.Watching;

/// <summary>The trigger jobs that workers have, one for each trigger at most. May be read from any thread; only the scheduler's loop changes it.</summary>
internal sealed class Evaluations(ITriggerJobs jobs)
{
    private readonly ConcurrentDictionary<TriggerKey, Running> running = new();

    public bool HasRoom(string? workerGroup) => jobs.HasRoom(workerGroup);

    /// <summary>The trigger of a job as it is declared now; null when nobody waits for the job any more.</summary>
    public WatchEntry? EntryOf(TriggerJob job) =>
        running.TryGetValue(job.Key, out var known) && known.Job.ExecutionId == job.ExecutionId ? known.Entry : null;

    /// <summary>Hands the job of an entry to the workers; false when there is no place.</summary>
    public bool TryBegin(WatchEntry entry, TriggerJob job)
    {
        running[job.Key] = new Running(job, entry);
        if (jobs.TryDispatch(job))
        {
            return true;
        }

        running.TryRemove(job.Key, out _);
        return false;
    }

    /// <summary>A job runs for this trigger, and the trigger is still what it was when the job began.</summary>
    public bool Fits(TriggerEntry entry) => running.TryGetValue(entry.Key, out var known) && known.Entry.Fingerprint == entry.Fingerprint;

    /// <summary>The job of this trigger goes on for the trigger as it is declared now.</summary>
    public void Continue(WatchEntry entry)
    {
        if (running.TryGetValue(entry.Key, out var known))
        {
            entry.Failures = known.Entry.Failures;
            running[entry.Key] = known with { Entry = entry };
        }
    }

    /// <summary>Forgets the job of a trigger, and stops it where it still runs.</summary>
    public void Stop(TriggerKey key)
    {
        if (running.TryRemove(key, out var known))
        {
            jobs.Kill(known.Job.ExecutionId);
        }
    }

    /// <summary>Stops the jobs of those triggers for which nobody waits.</summary>
    public void StopWhere(Func<TriggerKey, bool> isVoid)
    {
        foreach (var key in running.Keys.Where(isVoid))
        {
            Stop(key);
        }
    }

    private sealed record Running(TriggerJob Job, WatchEntry Entry);
}

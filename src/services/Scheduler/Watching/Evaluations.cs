using System.Collections.Concurrent;
using Kestra.Hosting.Lanes;
using Kestra.Model.Triggers;
using Kestra.Storage.Executions;

namespace Kestra.Scheduler.Watching;

/// <summary>The trigger jobs that workers have, one for each trigger at most. May be read from any thread; only the scheduler's loop changes it.</summary>
internal sealed class Evaluations(ITriggerWrites writes)
{
    private static readonly OrderedDictionary<string, object?> NoVariables = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<TriggerKey, Evaluation> running = new();

    // Found in the store, for triggers that were not read yet.
    private readonly Dictionary<TriggerKey, WorkerJobRow> found = [];

    public bool HasRoom(string? workerGroup) => writes.HasRoom(workerGroup);

    /// <summary>Null when nobody waits for the evaluation any more.</summary>
    public Evaluation? Find(TriggerEvaluation evaluation) =>
        running.TryGetValue(evaluation.Key, out var known) && known.Job.ExecutionId == evaluation.Id ? known : null;

    /// <summary>Begins anew with what workers have.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        if (await writes.ListJobsAsync(cancellationToken) is not { } jobs)
        {
            return;
        }

        running.Clear();
        found.Clear();
        foreach (var job in jobs.Where(static job => !job.Killed))
        {
            if (found.Remove(KeyOf(job), out var older))
            {
                End(older);
            }

            found[KeyOf(job)] = job;
        }
    }

    /// <summary>The revisions of a flow for which jobs were found that nobody has known again yet.</summary>
    public IReadOnlyList<int> RevisionsOf(FlowPlace flow) => found.Count == 0 ? [] : [.. found.Where(pair => FlowPlace.Of(pair.Key) == flow).Select(static pair => pair.Value.FlowRevision).Distinct()];

    /// <summary>Knows again the job of a trigger that was just read. One that belongs to another declaration of it, or to no lock, is taken back.</summary>
    /// <param name="row">As stored.</param>
    /// <param name="declaredIn">What the trigger was in a revision of its flow; null when it was not there.</param>
    public void Recognize(WatchEntry entry, Trigger row, Func<int, TriggerFingerprint?> declaredIn)
    {
        if (!found.Remove(entry.Key, out var job))
        {
            return;
        }

        if (row.EvaluateRunningDate is { } begun && declaredIn(job.FlowRevision) == entry.Fingerprint && job.Watch!.IsRealtime == entry.IsRealtime)
        {
            Begin(entry, new TriggerJob
            {
                Key = entry.Key,
                ExecutionId = job.ExecutionId,
                Flow = entry.Flow,
                Definition = entry.Definition,
                Plugin = entry.Plugin,
                Date = begun,
                Variables = NoVariables,
                WorkerGroup = job.WorkerGroup,
            });
        }
        else
        {
            End(job);
        }
    }

    /// <summary>Takes back what was found and belongs to no trigger; all of them have been read.</summary>
    public void DropUnknown()
    {
        foreach (var job in found.Values)
        {
            End(job);
        }

        found.Clear();
    }

    /// <summary>A job of the entry is about to be handed to the workers.</summary>
    public void Begin(WatchEntry entry, TriggerJob job) => running[job.Key] = new Evaluation(job, entry);

    /// <summary>The evaluations that are over when these rows are stored.</summary>
    public IReadOnlyList<Evaluation> Over(IReadOnlyList<Trigger> rows)
    {
        var over = new List<Evaluation>();
        foreach (var row in rows)
        {
            if (row.EvaluateRunningDate is null && running.TryGetValue(TriggerKey.Of(row), out var known))
            {
                over.Add(known);
            }
        }

        return over;
    }

    /// <summary>These are over, and workers know.</summary>
    public void Forget(IEnumerable<Evaluation> over)
    {
        foreach (var one in over)
        {
            running.TryRemove(KeyValuePair.Create(one.Job.Key, one));
        }
    }

    /// <summary>These were not handed out.</summary>
    public void Forget(IEnumerable<TriggerJob> jobs) => Forget(jobs.Select(job => Find(job.Evaluation)).OfType<Evaluation>());

    /// <summary>A job runs for this trigger, and the trigger is still what it was when the job began.</summary>
    public bool Fits(TriggerEntry entry) => running.TryGetValue(entry.Key, out var known) && known.Entry.Fingerprint == entry.Fingerprint;

    /// <summary>The job of this trigger goes on for the trigger as it is declared now.</summary>
    public void Continue(WatchEntry entry)
    {
        if (running.TryGetValue(entry.Key, out var known))
        {
            entry.Failures = known.Entry.Failures;
            running[entry.Key] = new Evaluation(known.Job, entry) { IsAnswered = known.IsAnswered };
        }
    }

    /// <summary>Forgets the job of a trigger, and stops it where it still runs.</summary>
    public void Stop(TriggerKey key)
    {
        if (running.TryRemove(key, out var known))
        {
            writes.End(known.Job.Evaluation, known.IsAnswered);
        }

        if (found.Remove(key, out var job))
        {
            End(job);
        }
    }

    /// <summary>Stops the jobs of those triggers for which nobody waits.</summary>
    public void StopWhere(Func<TriggerKey, bool> isVoid)
    {
        foreach (var key in running.Keys.Concat(found.Keys).Where(isVoid).ToList())
        {
            Stop(key);
        }
    }

    private void End(WorkerJobRow job) => writes.End(new TriggerEvaluation(KeyOf(job), job.ExecutionId), isAnswered: false);

    private static TriggerKey KeyOf(WorkerJobRow job) => new(job.TenantId, job.Namespace, job.FlowId, job.Watch!.TriggerId);
}

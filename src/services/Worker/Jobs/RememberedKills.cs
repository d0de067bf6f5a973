using Kestra.Hosting.Lanes;
using NodaTime;

namespace Kestra.Worker.Jobs;

/// <summary>
/// Kill requests, for jobs that were on their way when the request came. A job that was sent after it (the execution was
/// restarted) is not meant. Beyond the limit the oldest are forgotten.
/// </summary>
internal sealed class RememberedKills(int limit)
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string TenantId, string ExecutionId, string? TaskRunId), Instant> kills = [];
    private readonly Queue<(string TenantId, string ExecutionId, string? TaskRunId)> order = new();

    public void Add(KillRequest request, Instant now)
    {
        var key = (request.TenantId, request.ExecutionId, request.TaskRunId);
        lock (gate)
        {
            if (kills.TryAdd(key, now))
            {
                order.Enqueue(key);
            }

            kills[key] = now;
            while (order.Count > limit)
            {
                kills.Remove(order.Dequeue());
            }
        }
    }

    public bool Covers(WorkerJob job)
    {
        var sent = job.TaskRun.State.Histories[^1].Date;
        lock (gate)
        {
            return (job.TaskRun.ForceExecution != true && kills.TryGetValue((job.TenantId, job.ExecutionId, null), out var all) && sent <= all)
                || (kills.TryGetValue((job.TenantId, job.ExecutionId, job.TaskRun.Id), out var one) && sent <= one);
        }
    }
}

using System.Globalization;
using Kestra.Conformance.Beds;
using Kestra.Storage;
using Kestra.Storage.Executions;
using NodaTime;

namespace Kestra.Conformance.Journal;

/// <summary>
/// One random story of the lanes between processes: executors that send, kill and end jobs and carry commands out, workers that
/// claim, give back and die, owners that lose their partition. After each step the store holds what a list in memory holds.
/// </summary>
internal sealed class LaneStory(StoreBed bed, int seed, Action<string>? trace)
{
    private static readonly Duration Minute = Duration.FromMinutes(1);

    private readonly Random random = new(seed);
    private readonly List<WorkerJobRow> jobs = [];
    private readonly List<string> commands = [];
    private readonly List<(string Id, string? Group)> workers = [];
    private IStore store = null!;
    private PartitionLease lease = null!;
    private PartitionLease? stale;
    private int lastTask;
    private int lastCommand;

    /// <summary>Jobs that workers have taken.</summary>
    public int Claims { get; private set; }

    /// <summary>Commits of owners that had lost the partition.</summary>
    public int Refused { get; private set; }

    public async Task RunAsync()
    {
        store = await bed.OpenAsync();
        lease = (await store.Journal.AcquireAsync(bed.Partition, "owner", Minute, CancellationToken.None)).ShouldNotBeNull();
        for (var step = random.Next(40, 120); step > 0; step--)
        {
            await StepAsync();
            await CompareAsync();
        }

        // At least once: whoever is left takes what is left, without anybody telling that there is something.
        foreach (var group in Groups)
        {
            await ClaimAsync(("last" + group, group), int.MaxValue);
        }

        jobs.ShouldAllBe(static job => job.Killed || job.ClaimedBy != null);
        await CompareAsync();
    }

    private static string?[] Groups => ["one", "two", null];

    private Task StepAsync() => random.Next(100) switch
    {
        < 22 => SendAsync(),
        < 46 => ClaimAsync(WorkerOf(), random.Next(1, 5)),
        < 52 => GiveBackAsync(),
        < 64 => EndAsync(),
        < 70 => KillAsync(),
        < 75 => DieAsync(),
        < 79 => ClaimKilledAsync(),
        < 83 => TakeOverAsync(),
        < 92 => TellAsync(),
        _ => CarryOutAsync(),
    };

    private (string Id, string? Group) WorkerOf()
    {
        if (workers.Count < 4)
        {
            workers.Add(($"worker-{seed}-{lastTask}-{workers.Count}", Groups[random.Next(3)]));
        }

        return workers[random.Next(workers.Count)];
    }

    private async Task SendAsync()
    {
        var batch = new ExecutionBatch();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            // Now and then an attempt that is out already.
            var again = random.Next(6) == 0 && jobs.Count > 0 ? jobs[random.Next(jobs.Count)] : null;
            batch.JobsSent.Add(again is null ? NewJob() : again with { Id = 0, ClaimedBy = null, ClaimedAt = null, Killed = false });
        }

        Tell($"send {string.Join(", ", batch.JobsSent.Select(static job => job.TaskRunId))}");
        if (await CommitAsync(batch))
        {
            Sent(batch.JobsSent);
        }
    }

    // The attempt is answered, and often followed by the next one in the same commit.
    private async Task EndAsync()
    {
        if (jobs.Count == 0)
        {
            return;
        }

        var ended = jobs[random.Next(jobs.Count)];
        var batch = new ExecutionBatch();
        batch.JobsDone.Add((ended.TaskRunId, ended.Attempt));
        if (random.Next(2) == 0)
        {
            batch.JobsSent.Add(ended with { Id = 0, Attempt = ended.Attempt + 1, ClaimedBy = null, ClaimedAt = null, Killed = false });
        }

        Tell($"end {ended.TaskRunId}/{ended.Attempt}");
        if (await CommitAsync(batch))
        {
            jobs.Remove(ended);
            Sent(batch.JobsSent);
        }
    }

    private async Task KillAsync()
    {
        if (jobs.Count == 0)
        {
            return;
        }

        var meant = jobs[random.Next(jobs.Count)];
        var kill = new JobKill(bed.Tenant, meant.ExecutionId, random.Next(2) == 0 ? null : meant.TaskRunId);
        var batch = new ExecutionBatch();
        batch.KillJobs(kill);
        Tell($"kill {kill}");
        if (await CommitAsync(batch))
        {
            for (var index = 0; index < jobs.Count; index++)
            {
                var isMeant = jobs[index].ExecutionId == kill.ExecutionId && (kill.TaskRunId is null ? !jobs[index].Forced : jobs[index].TaskRunId == kill.TaskRunId);
                jobs[index] = jobs[index] with { Killed = jobs[index].Killed || isMeant };
            }
        }
    }

    private async Task ClaimAsync((string Id, string? Group) worker, int credits)
    {
        var claimed = await store.Jobs.ClaimAsync(worker.Id, worker.Group, credits, CancellationToken.None);
        Tell($"{worker} claims {string.Join(", ", claimed.Select(static job => job.TaskRunId))}");
        var expected = jobs.Where(job => job.ClaimedBy is null && !job.Killed && job.WorkerGroup == worker.Group).Take(credits).ToList();
        claimed.Select(static job => (job.TaskRunId, job.Attempt)).ShouldBe(expected.Select(static job => (job.TaskRunId, job.Attempt)), "the oldest of its group that nobody has");
        expected.ForEach(job => Take(job, worker.Id));
        Claims += claimed.Count;
    }

    private async Task ClaimKilledAsync()
    {
        var worker = WorkerOf();
        var claimed = await store.Jobs.ClaimKilledAsync(worker.Id, 100, CancellationToken.None);
        var expected = jobs.Where(static job => job is { ClaimedBy: null, Killed: true }).ToList();
        claimed.Select(static job => (job.TaskRunId, job.Attempt)).ShouldBe(expected.Select(static job => (job.TaskRunId, job.Attempt)), "what was killed while it waited");
        expected.ForEach(job => Take(job, worker.Id));
    }

    private async Task GiveBackAsync()
    {
        var (worker, _) = WorkerOf();
        var stored = await store.Jobs.ListAsync(bed.Partition, CancellationToken.None);
        var given = stored.Where(_ => random.Next(3) == 0).ToList();
        Tell($"{worker} gives back {string.Join(", ", given.Select(static job => job.TaskRunId))}, as far as it has them");
        await store.Jobs.ReleaseAsync(worker, [.. given.Select(static job => job.Id)], CancellationToken.None);
        for (var index = 0; index < jobs.Count; index++)
        {
            if (jobs[index].ClaimedBy == worker && given.Any(one => IsSame(one, jobs[index])))
            {
                jobs[index] = jobs[index] with { ClaimedBy = null };
            }
        }
    }

    // What it had is sent again as another attempt, in one commit; whatever it still claims or gives back afterwards is not its own.
    private async Task DieAsync()
    {
        var (worker, group) = WorkerOf();
        var had = await store.Jobs.ListClaimedAsync(worker, CancellationToken.None);
        had.Select(static job => (job.TaskRunId, job.Attempt)).ShouldBe(jobs.Where(job => job.ClaimedBy == worker).Select(static job => (job.TaskRunId, job.Attempt)), "what a worker has");
        var batch = new ExecutionBatch();
        foreach (var job in had)
        {
            batch.JobsDone.Add((job.TaskRunId, job.Attempt));
            batch.JobsSent.Add(job with { Id = 0, Attempt = job.Attempt + 1, ClaimedBy = null, ClaimedAt = null, Killed = false });
        }

        Tell($"{worker} is lost with {had.Count} jobs");
        if (await CommitAsync(batch))
        {
            jobs.RemoveAll(job => job.ClaimedBy == worker);
            Sent(batch.JobsSent);
            workers.Remove((worker, group));
        }
    }

    private async Task TakeOverAsync()
    {
        stale = lease;
        lease = (await store.Journal.AcquireAsync(bed.Partition, "owner", Minute, CancellationToken.None)).ShouldNotBeNull();
        Tell("the partition has another owner");
        var found = (await store.Journal.LoadAsync(lease, CancellationToken.None)).Jobs;
        found.Select(static job => (job.TaskRunId, job.Attempt, job.ClaimedBy)).ShouldBe(jobs.Select(static job => (job.TaskRunId, job.Attempt, job.ClaimedBy)));
    }

    private async Task TellAsync()
    {
        var text = (++lastCommand).ToString(CultureInfo.InvariantCulture);
        Tell($"command {text}");
        await store.Journal.EnqueueCommandAsync(bed.Partition, "execution", System.Text.Encoding.UTF8.GetBytes(text), CancellationToken.None);
        commands.Add(text);
    }

    // They are carried out with the commit, in their order, and read again by whoever comes after one that failed.
    private async Task CarryOutAsync()
    {
        var read = await store.Journal.ReadCommandsAsync([bed.Partition], random.Next(1, 5), CancellationToken.None);
        read.Select(static command => System.Text.Encoding.UTF8.GetString(command.Command.Span)).ShouldBe(commands.Take(read.Count), "commands come in their order, until they are done");
        var batch = new ExecutionBatch();
        batch.CommandsDone.AddRange(read.Select(static command => command.Id));
        Tell($"carry out {read.Count} commands");
        if (await CommitAsync(batch))
        {
            commands.RemoveRange(0, read.Count);
        }
    }

    /// <returns>False when an owner tried that has lost the partition: nothing was written.</returns>
    private async Task<bool> CommitAsync(ExecutionBatch batch)
    {
        if (stale is null || random.Next(2) == 0)
        {
            await store.Journal.CommitAsync([lease], batch, CancellationToken.None);
            return true;
        }

        await Should.ThrowAsync<LeaseLostException>(() => store.Journal.CommitAsync([stale], batch, CancellationToken.None));
        Tell("which a former owner may not");
        Refused++;
        stale = null;
        return false;
    }

    private void Sent(IEnumerable<WorkerJobRow> sent)
    {
        foreach (var job in sent.Where(job => !jobs.Exists(one => IsSame(one, job))))
        {
            jobs.Add(job);
        }
    }

    private void Take(WorkerJobRow job, string worker) => jobs[jobs.IndexOf(job)] = job with { ClaimedBy = worker };

    private async Task CompareAsync()
    {
        var stored = await store.Jobs.ListAsync(bed.Partition, CancellationToken.None);
        stored.Select(static job => (job.TaskRunId, job.Attempt, job.ClaimedBy, job.Killed)).ShouldBe(jobs.Select(static job => (job.TaskRunId, job.Attempt, job.ClaimedBy, job.Killed)));
    }

    private WorkerJobRow NewJob()
    {
        var number = ++lastTask;
        return new WorkerJobRow
        {
            Partition = bed.Partition,
            TenantId = bed.Tenant,
            ExecutionId = $"execution-{number % 5}",
            Namespace = "company.team",
            FlowId = "hello",
            FlowRevision = 1,
            TaskRunId = $"run-{number}",
            Attempt = 0,
            WorkerGroup = Groups[random.Next(3)],
            Forced = random.Next(5) == 0,
        };
    }

    private static bool IsSame(WorkerJobRow one, WorkerJobRow other) => one.TaskRunId == other.TaskRunId && one.Attempt == other.Attempt;

    private void Tell(string line) => trace?.Invoke(line);
}

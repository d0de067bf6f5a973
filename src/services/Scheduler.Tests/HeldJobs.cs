using Kestra.Hosting.Lanes;

namespace Kestra.Scheduler.Tests;

/// <summary>A lane of trigger jobs that the test looks into.</summary>
internal sealed class HeldJobs : ITriggerJobs
{
    public List<TriggerJob> Sent { get; } = [];

    public List<string> Killed { get; } = [];

    public bool IsFull { get; set; }

    public TriggerJob Last => Sent[^1];

    public bool HasRoom(string? workerGroup) => !IsFull;

    public bool TryDispatch(TriggerJob job)
    {
        Sent.Add(job);
        return true;
    }

    public void Kill(string executionId) => Killed.Add(executionId);

    public IAsyncEnumerable<TriggerJob> TakeAsync(string? workerGroup, bool realtime, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Done(TriggerJob job, bool isAnswered) => throw new NotSupportedException();

    public IDisposable SubscribeKills(Action<string> handler) => throw new NotSupportedException();
}

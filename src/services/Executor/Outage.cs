using Kestra.Executor.Loop;

namespace Kestra.Executor;

/// <summary>
/// The time in which nothing can be decided. A short one is not noticed by callers, who wait; when it lasts, they are sent away,
/// and so is whoever comes, until it is over.
/// </summary>
internal sealed class Outage : IAsyncDisposable
{
    public const string Reason = "The database can't be used at the moment";

    private readonly ExecutorInbox inbox;
    private readonly TimeSpan patience;
    private readonly ITimer alarm;
    private readonly Lock gate = new();
    private bool isOn;

    public Outage(ExecutorInbox inbox, TimeProvider time, TimeSpan patience)
    {
        this.inbox = inbox;
        this.patience = patience;
        alarm = time.CreateTimer(_ => Last(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Begin()
    {
        lock (gate)
        {
            if (!isOn)
            {
                isOn = true;
                alarm.Change(patience, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void End()
    {
        lock (gate)
        {
            isOn = false;
            alarm.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            inbox.Reopen();
        }
    }

    public ValueTask DisposeAsync() => alarm.DisposeAsync();

    private void Last()
    {
        lock (gate)
        {
            if (isOn)
            {
                inbox.Close(Reason);
            }
        }
    }
}

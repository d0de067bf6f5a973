using System.Collections.Concurrent;

namespace Kestra.Executor.Loop;

/// <summary>
/// The thread on which the loop's transactions are written. On the pool they would wait behind every request that waits for a thread,
/// and all of these wait for them.
/// </summary>
internal sealed class CommitThread : TaskScheduler, IDisposable
{
    private readonly BlockingCollection<Task> work = [];

    public CommitThread() => new Thread(Work) { IsBackground = true, Name = "executor-commit" }.Start();

    public override int MaximumConcurrencyLevel => 1;

    // What the work awaits goes on where it always does: the scheduler is hidden from it.
    public Task Run(Func<Task> write) => Task.Factory.StartNew(write, CancellationToken.None, TaskCreationOptions.HideScheduler, this).Unwrap();

    public void Dispose() => work.CompleteAdding();

    protected override void QueueTask(Task task) => work.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => work;

    private void Work()
    {
        foreach (var task in work.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }

        work.Dispose();
    }
}

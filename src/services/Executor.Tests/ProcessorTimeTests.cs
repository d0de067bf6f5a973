using Kestra.Executor.Jobs;

namespace Kestra.Executor.Tests;

public sealed class ProcessorTimeTests
{
    [Fact]
    public async Task A_machine_whose_processors_all_work_uses_all_of_their_time()
    {
        var time = new ProcessorTime(TimeProvider.System);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        enough.CancelAfter(TimeSpan.FromSeconds(60));
        var work = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(() => Spin(enough.Token), enough.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        time.Used();
        var found = false;
        while (!found)
        {
            await Task.Delay(200, enough.Token);
            found = time.Used() is > 0.9 and <= 1;
        }

        await enough.CancelAsync();
        await Task.WhenAll(work);
    }

    private static void Spin(CancellationToken token)
    {
        while (!token.IsCancellationRequested)
        {
            Thread.SpinWait(1_000);
        }
    }
}

using System.Collections.Concurrent;
using Kestra.Engine;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;

namespace Kestra.Executor.Tests;

/// <summary>Executions that are only a timer yet: those that a maintenance has kept, and those that will replace another one.</summary>
public sealed class StoredTimerTests
{
    private static readonly string[] Flows =
    [
        """
        id: one
        namespace: timers
        tasks:
          - {id: log, type: io.kestra.plugin.core.log.Log, message: hello}
        """,
        """
        id: replaced
        namespace: timers
        retry: {type: constant, interval: PT1S, maxAttempts: 2, behavior: CREATE_NEW_EXECUTION}
        tasks:
          - {id: fails, type: io.kestra.plugin.core.execution.Fail}
        """,
    ];

    [Fact]
    public async Task At_no_moment_an_accepted_execution_is_neither_a_timer_nor_there()
    {
        await using var bed = await Bed.StartAsync(Flows);
        await bed.Maintenance.EnterAsync(TestContext.Current.CancellationToken);
        string[] ids = ["first", "second", "third"];
        foreach (var id in ids)
        {
            (await bed.CreateAsync("one", id)).ShouldBeOfType<CommandOutcome.Accepted>();
        }

        var kept = (await bed.StoredAsync()).Timers.ToDictionary(static timer => timer.Key, static timer => timer.ExecutionId, StringComparer.Ordinal);
        kept.Values.Order(StringComparer.Ordinal).ShouldBe(ids);
        var lost = new ConcurrentBag<string>();
        bed.Store.Inspect = batch =>
        {
            foreach (var id in batch.TimersRemoved.Select(kept.GetValueOrDefault).OfType<string>().Where(id => batch.Snapshots.All(snapshot => snapshot.Id != id)))
            {
                lost.Add(id);
            }
        };

        await bed.Maintenance.ExitAsync(TestContext.Current.CancellationToken);
        foreach (var id in ids)
        {
            await bed.UntilThereAsync(id);
            (await bed.EndAsync(id)).State.Current.ShouldBe(StateType.SUCCESS);
        }

        lost.ShouldBeEmpty("the timer is taken away with the transaction in which its execution comes to be");
        (await bed.StopAsync()).Timers.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_kill_that_looks_for_its_execution_while_it_comes_to_be_still_reaches_it()
    {
        await using var bed = await Bed.StartAsync(Flows);
        await bed.CreateAsync("replaced", "source");
        (await bed.EndAsync("source")).State.Current.ShouldBe(StateType.RETRIED);
        var replacement = (await bed.StoredAsync()).Timers.ShouldHaveSingleItem();
        var release = new TaskCompletionSource();
        bed.Store.BeforeReading = id => id == replacement.ExecutionId ? release.Task : Task.CompletedTask;

        var kill = bed.SubmitAsync(replacement.ExecutionId, new Command.Kill());
        while (NodaTime.SystemClock.Instance.GetCurrentInstant() <= replacement.DueAt)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        // The loop has looked at what is due when it has done something else since.
        await bed.CreateAsync("one", "beside");
        await bed.EndAsync("beside");
        (await bed.StoredAsync()).Executions.ShouldBeEmpty("it waits behind the kill");
        release.SetResult();

        (await kill).ShouldBeOfType<CommandOutcome.Accepted>();
        await bed.UntilThereAsync(replacement.ExecutionId);
        (await bed.EndAsync(replacement.ExecutionId)).State.Current.ShouldBe(StateType.KILLED);
    }
}

using Kestra.Scheduler.Tests.Reference;
using Kestra.Testing;

namespace Kestra.Scheduler.Tests;

/// <summary>
/// Random stories of schedules on virtual time against a reference (invariants 27 to 30). A failure names its seed; put it into
/// <see cref="A_seed_that_once_failed_holds"/>.
/// </summary>
public sealed class TriggerPropertyTests
{
    private const int RunsOfABatch = 300;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Schedules_fire_the_dates_that_the_reference_says(int batch)
    {
        var (fired, deaths) = (0, 0);
        await SeedRuns.ForBatchAsync(batch, RunsOfABatch, async (seed, trace) =>
        {
            var story = new TriggerStory(seed, trace);
            await story.RunAsync();
            Interlocked.Add(ref fired, story.Fired);
            Interlocked.Add(ref deaths, story.Deaths);
        });

        // Stories in which nothing happens hold anything.
        fired.ShouldBeGreaterThan(RunsOfABatch * 5);
        deaths.ShouldBeGreaterThan(RunsOfABatch / 5);
    }

    [Theory]
    [InlineData(35)]
    [InlineData(200)]
    [InlineData(546)]
    [InlineData(570)]
    [InlineData(1101)]
    public Task A_seed_that_once_failed_holds(int seed) => new TriggerStory(seed, trace: null).RunAsync();
}

using Kestra.Testing;

namespace Kestra.Hosting.Tests.Liveness;

/// <summary>Random stories of services and coordinators (invariant 36). A failure names its seed; put it into <see cref="A_seed_that_once_failed_holds"/>.</summary>
public sealed class LivenessPropertyTests
{
    private const int RunsOfABatch = 500;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Services_become_what_the_specification_says(int batch)
    {
        var (lost, cared) = (0, 0);
        await SeedRuns.ForBatchAsync(batch, RunsOfABatch, async (seed, trace) =>
        {
            using var story = new LivenessStory(seed, trace);
            await story.RunAsync();
            Interlocked.Add(ref lost, story.Lost);
            Interlocked.Add(ref cared, story.Cared);
        });

        lost.ShouldBeGreaterThan(RunsOfABatch / 2);
        cared.ShouldBeGreaterThan(RunsOfABatch / 2);
    }

    [Theory]
    [InlineData(0)]
    public async Task A_seed_that_once_failed_holds(int seed)
    {
        using var story = new LivenessStory(seed, trace: null);
        await story.RunAsync();
    }
}

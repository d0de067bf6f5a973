using Kestra.Conformance.Beds;
using Kestra.Testing;

namespace Kestra.Conformance.Journal;

/// <summary>Random stories of the lanes (invariants 8, 32 and 33). A failure names its seed.</summary>
public sealed class LanePropertyTests
{
    private const int RunsOfABatch = 500;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_store_in_memory_holds_what_was_said(int batch)
    {
        var (claims, refused) = (0, 0);
        await SeedRuns.ForBatchAsync(batch, RunsOfABatch, async (seed, trace) =>
        {
            await using var bed = new MemoryBed();
            var story = new LaneStory(bed, seed, trace);
            await story.RunAsync();
            Interlocked.Add(ref claims, story.Claims);
            Interlocked.Add(ref refused, story.Refused);
        });

        claims.ShouldBeGreaterThan(RunsOfABatch * 5);
        refused.ShouldBeGreaterThan(RunsOfABatch / 2);
    }

    /// <summary>The same on files, as far as time allows.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public Task The_embedded_database_does_too(int batch) => SeedRuns.ForBatchAsync(batch, 10, async (seed, trace) =>
    {
        await using var bed = new SqliteBed();
        await new LaneStory(bed, seed, trace).RunAsync();
    });
}

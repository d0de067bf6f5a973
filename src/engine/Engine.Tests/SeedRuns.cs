using System.Collections.Concurrent;

namespace Kestra.Testing;

/// <summary>Random runs by their seeds. What fails names the seeds, and tells the end of the story of the first.</summary>
internal static class SeedRuns
{
    private const int LinesOfAStory = 120;

    /// <param name="run">Runs by a seed, and tells a line for each step where somebody listens.</param>
    public static Task ForBatch(int batch, int size, Action<int, Action<string>?> run) => ForBatchAsync(batch, size, (seed, trace) =>
    {
        run(seed, trace);
        return Task.CompletedTask;
    });

    /// <inheritdoc cref="ForBatch"/>
    public static async Task ForBatchAsync(int batch, int size, Func<int, Action<string>?, Task> run)
    {
        var failures = new ConcurrentDictionary<int, Exception>();
        await Parallel.ForAsync(0, size, async (index, _) =>
        {
            var seed = (batch * size) + index;
            try
            {
                await run(seed, null);
            }
            catch (Exception error) when (error is not OutOfMemoryException)
            {
                failures[seed] = error;
            }
        });
        if (!failures.IsEmpty)
        {
            var first = failures.Keys.Min();
            var lines = failures.OrderBy(failure => failure.Key).Take(20).Select(failure => $"seed {failure.Key}: {failure.Value.Message.ReplaceLineEndings(" ")}");
            throw new InvalidOperationException($"{failures.Count} of {size} seeds fail:\n{string.Join('\n', lines)}\nThe end of the story of seed {first}:\n{await StoryOfAsync(first, run)}", failures[first]);
        }
    }

    private static async Task<string> StoryOfAsync(int seed, Func<int, Action<string>?, Task> run)
    {
        var story = new List<string>();
        try
        {
            await run(seed, story.Add);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            story.Add(error.Message);
        }

        return string.Join('\n', story.TakeLast(LinesOfAStory));
    }
}

using System.Collections.Concurrent;

namespace Kestra.Testing;

/// <summary>Random runs by their seeds. What fails names the seeds, and tells the end of the story of the first.</summary>
internal static class SeedRuns
{
    private const int LinesOfAStory = 120;

    /// <param name="run">Runs by a seed, and tells a line for each step where somebody listens.</param>
    public static void ForBatch(int batch, int size, Action<int, Action<string>?> run)
    {
        var failures = new ConcurrentDictionary<int, Exception>();
        Parallel.For(0, size, index =>
        {
            var seed = (batch * size) + index;
            try
            {
                run(seed, null);
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
            throw new InvalidOperationException($"{failures.Count} of {size} seeds fail:\n{string.Join('\n', lines)}\nThe end of the story of seed {first}:\n{StoryOf(first, run)}", failures[first]);
        }
    }

    private static string StoryOf(int seed, Action<int, Action<string>?> run)
    {
        var story = new List<string>();
        try
        {
            run(seed, story.Add);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            story.Add(error.Message);
        }

        return string.Join('\n', story.TakeLast(LinesOfAStory));
    }
}

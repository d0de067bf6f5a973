namespace Kestra.Scenarios;

/// <summary>Waits for what must come. The machine's time only says when to give up.</summary>
internal static class Patiently
{
    public static TimeSpan Limit { get; } = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <param name="what">What is waited for, should it not come.</param>
    public static Task UntilAsync(Func<Task<bool>> holds, string what) => FindAsync<object>(async () => await holds() ? true : null, what);

    /// <returns>What was found at last.</returns>
    /// <inheritdoc cref="UntilAsync"/>
    public static async Task<T> FindAsync<T>(Func<Task<T?>> find, string what)
        where T : class
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            if (await find() is { } found)
            {
                return found;
            }

            limit.IsCancellationRequested.ShouldBeFalse($"waited in vain until {what}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}

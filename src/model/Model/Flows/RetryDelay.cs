using NodaTime;

namespace Kestra.Model.Flows;

/// <summary>How long a retry waits (§7.3 of the model).</summary>
public static class RetryDelay
{
    /// <param name="attempts">Attempts made so far, 1 and up.</param>
    /// <param name="chance">For random retries: from 0 up to but not including 1.</param>
    public static Duration Before(RetryDefinition retry, int attempts, double chance)
    {
        switch (retry.Type)
        {
            case RetryType.constant:
                return retry.Interval ?? Duration.Zero;
            case RetryType.exponential:
                // Whole factors times the attempts before the last: the first retry is immediate, and growth is linear. Flows rely on it.
                var delay = (retry.Interval ?? Duration.Zero) * (long)Math.Floor(retry.DelayFactor ?? 2) * (attempts - 1);
                return retry.MaxInterval is { } most ? Duration.Min(delay, most) : delay;
            default:
                var least = retry.MinInterval ?? Duration.Zero;
                var longest = Duration.Max(retry.MaxInterval ?? least, least);
                return least + Duration.FromMilliseconds(Math.Floor((longest - least).TotalMilliseconds * chance));
        }
    }
}

using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using NodaTime;

namespace Kestra.Engine.Deciding;

/// <summary>When a retry runs next, if it does.</summary>
public static class RetryDelays
{
    /// <param name="attempts">Attempts so far, 1 and up.</param>
    /// <param name="first">Start of the first attempt.</param>
    /// <param name="last">End of the last attempt.</param>
    /// <param name="ids">Source of the randomness of random retries.</param>
    public static Instant? Next(RetryDefinition retry, int attempts, Instant first, Instant last, IIdSource ids)
    {
        if (retry.MaxAttempts is { } most && attempts >= most)
        {
            return null;
        }

        var next = last + RetryDelay.Before(retry, attempts, retry.Type == RetryType.random ? Fraction(ids.Next()) : 0);
        return retry.MaxDuration is { } limit && next > first + limit ? null : next;
    }

    // Ids are the only randomness that the engine is given; 32 bits of one are plenty for a delay.
    private static double Fraction(string id)
    {
        var hash = 2166136261u;
        foreach (var character in id)
        {
            hash = (hash ^ character) * 16777619u;
        }

        return hash / (uint.MaxValue + 1.0);
    }
}

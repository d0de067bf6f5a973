namespace Kestra.Hosting.Memory;

/// <summary>
/// Tells when memory can be given back: much was used, and now nobody uses any. The runtime collects when it needs memory, so a
/// process that has become idle would keep what it once needed. Pooled arrays are let go only by a collection that finds them
/// unused for half a minute, so there are two.
/// </summary>
internal sealed class IdleMemory
{
    /// <summary>Bytes allocated from one look to the next, up to which a process counts as idle.</summary>
    public const long IdleBytes = 16L * 1024 * 1024;

    /// <summary>Bytes allocated since memory was given back, from which it is worth a collection.</summary>
    public const long MuchBytes = 256L * 1024 * 1024;

    /// <summary>Looks from the first to the second collection.</summary>
    public const int LooksBetween = 4;

    private long seen;
    private long given;
    private int again = -1;

    /// <summary>Looks once more; the looks are ten seconds apart.</summary>
    /// <param name="allocated">Bytes that the process has allocated since it started.</param>
    /// <returns>Whether to collect now.</returns>
    public bool Look(long allocated)
    {
        var isIdle = allocated - seen <= IdleBytes;
        seen = allocated;
        if (!isIdle)
        {
            again = -1;
            return false;
        }

        if (allocated - given >= MuchBytes)
        {
            (given, again) = (allocated, LooksBetween);
            return true;
        }

        return again >= 0 && again-- == 1;
    }
}

using System.Collections.Concurrent;

namespace Kestra.Expressions;

/// <summary>
/// Keeps what was used last, in two generations: a full young one becomes the old one, and what is still asked for there moves on.
/// Reading the young generation takes no lock. Safe for many threads, which may at worst make a value twice.
/// </summary>
/// <param name="capacity">Values that are kept at most, about.</param>
internal sealed class RecentlyUsed<TKey, TValue>(int capacity, IEqualityComparer<TKey>? comparer = null)
    where TKey : notnull
    where TValue : class
{
    private readonly int generation = Math.Max(1, capacity / 2);
    private readonly Lock turning = new();
    private volatile ConcurrentDictionary<TKey, TValue> young = new(comparer);
    private volatile ConcurrentDictionary<TKey, TValue> old = new(comparer);
    private int count;

    public bool TryGetValue(TKey key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TValue value)
    {
        if (young.TryGetValue(key, out value))
        {
            return true;
        }

        if (!old.TryGetValue(key, out value))
        {
            return false;
        }

        value = GetOrAdd(key, value);
        return true;
    }

    public TValue GetOrAdd(TKey key, TValue value)
    {
        // Counting apart, as asking the dictionary for its count locks all of it.
        if (Interlocked.Increment(ref count) > generation)
        {
            Turn();
        }

        return young.GetOrAdd(key, value);
    }

    private void Turn()
    {
        lock (turning)
        {
            if (Volatile.Read(ref count) <= generation)
            {
                return;
            }

            old = young;
            young = new ConcurrentDictionary<TKey, TValue>(comparer);
            Volatile.Write(ref count, 1);
        }
    }
}

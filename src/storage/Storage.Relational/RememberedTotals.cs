using System.Collections.Concurrent;

namespace Kestra.Storage.Relational;

/// <summary>
/// Totals of long lists. Up to <see cref="ExactUpTo"/> rows are counted each time. A longer list is counted again when what was
/// counted is older than a second or than twenty times what counting took; while that takes long, the last total is given, but
/// never one older than a minute.
/// </summary>
public sealed class RememberedTotals(TimeProvider time)
{
    public const int ExactUpTo = 1_000;

    private const int Capacity = 500;
    private const int CostFactor = 20;

    private static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(1);

    /// <summary>Counting that takes less is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, Entry> known = new(StringComparer.Ordinal);

    /// <param name="clause">The conditions as SQL; with the values it tells one list from another.</param>
    /// <param name="count">Counts the rows, up to the limit if there is one.</param>
    public async Task<long> CountAsync(string clause, IReadOnlyList<object?> values, Func<int?, Task<long>> count)
    {
        var few = await count(ExactUpTo + 1);
        if (few <= ExactUpTo)
        {
            return few;
        }

        var entry = Find(clause + '\u0001' + string.Join('\u0001', values.Select(Text)));
        var counted = entry.Last;
        var age = counted is null ? TimeSpan.MaxValue : time.GetElapsedTime(counted.At);
        if (counted is not null && age < LifeOf(counted))
        {
            return counted.Total;
        }

        var counting = entry.Begin(() => MeasureAsync(count));
        return counted is null || counted.Cost < Patience || age > LongestLife || counting.IsCompleted ? (await counting).Total : counted.Total;
    }

    private static TimeSpan LifeOf(Counted counted) => TimeSpan.FromTicks(Math.Clamp(counted.Cost.Ticks * CostFactor, ShortestLife.Ticks, LongestLife.Ticks));

    private static string Text(object? value) => value switch
    {
        System.Collections.IEnumerable list and not string => string.Join('\u0002', list.Cast<object?>().Select(Text)),
        DateTime date => date.Ticks.ToString(System.Globalization.CultureInfo.InvariantCulture),
        IFormattable formattable => formattable.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value?.ToString() ?? "\u0003",
    };

    private Entry Find(string key)
    {
        if (known.Count >= Capacity)
        {
            known.Clear();
        }

        return known.GetOrAdd(key, static _ => new Entry());
    }

    private async Task<Counted> MeasureAsync(Func<int?, Task<long>> count)
    {
        var at = time.GetTimestamp();
        var total = await count(null);
        return new Counted(total, at, time.GetElapsedTime(at));
    }

    private sealed record Counted(long Total, long At, TimeSpan Cost);

    private sealed class Entry
    {
        private readonly Lock gate = new();
        private Task<Counted>? counting;
        private Counted? last;

        public Counted? Last
        {
            get
            {
                lock (gate)
                {
                    return last;
                }
            }
        }

        /// <summary>Counts, or takes part in the counting that is under way.</summary>
        public Task<Counted> Begin(Func<Task<Counted>> count)
        {
            lock (gate)
            {
                return counting ??= KeepAsync(count);
            }
        }

        private async Task<Counted> KeepAsync(Func<Task<Counted>> count)
        {
            // The lock of the caller must be free again before the end is noted.
            await Task.Yield();
            try
            {
                var counted = await count();
                lock (gate)
                {
                    last = counted;
                }

                return counted;
            }
            catch
            {
                // Nobody may be waiting; the next who asks counts anew and sees what is wrong.
                lock (gate)
                {
                    last = null;
                }

                throw;
            }
            finally
            {
                lock (gate)
                {
                    counting = null;
                }
            }
        }
    }
}

using Kestra.Model.Executions;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Scheduler.Tests.Reference;

/// <summary>
/// What one schedule must do by the specification (§7): of all its dates, which are fired, and in which order. It knows the dates
/// from the beginning, and only notes from where on they count; rows, heaps and transactions are not its business.
/// </summary>
/// <param name="all">All that there are, in order.</param>
internal sealed class ReferenceTrigger(IReadOnlyList<Instant> all, MissedSchedules missed, bool isList, bool stopsAfterFailure)
{
    private static readonly Duration Tick = Duration.FromSeconds(1);

    private readonly List<(Instant Date, bool IsBackfill)> fired = [];
    private IReadOnlyList<Instant> dates = all;
    private Instant from;
    private Instant? last;
    private Span? backfill;

    public IReadOnlyList<(Instant Date, bool IsBackfill)> Fired => fired;

    /// <summary>There is a row.</summary>
    public bool Exists { get; private set; }

    /// <summary>The scheduler looks after it: its flow and its declaration are enabled.</summary>
    public bool IsWatched { get; set; }

    /// <summary>Switched off by a person, or by <c>stopAfter</c>.</summary>
    public bool IsDisabled { get; private set; }

    /// <summary>The last execution that was fired holds it.</summary>
    public bool IsHeld { get; private set; }

    public bool HasBackfill => backfill is not null;

    /// <summary>The first date that is still to come or to be made up for.</summary>
    public Instant? Next => First(from);

    public void Create(Instant now)
    {
        (Exists, IsDisabled, IsHeld, backfill, last) = (true, false, false, null, null);
        from = isList ? Instant.MinValue : now + Tick;
        Recover(now);
    }

    public void Remove() => (Exists, IsHeld, IsWatched) = (false, false, false);

    /// <summary>Nobody has watched it for a while.</summary>
    public void Resume(Instant now) => Recover(now);

    /// <summary>It has other dates from now on.</summary>
    public void Redefine(IReadOnlyList<Instant> others, Instant now)
    {
        dates = others;
        from = now + Tick;
    }

    public void Restart(Instant now) => (IsHeld, backfill, last, from) = (false, null, null, now + Tick);

    public void Disable() => IsDisabled = true;

    public void Enable(Instant now)
    {
        IsDisabled = false;
        if (backfill is null)
        {
            from = now + Tick;
        }
    }

    public void Unlock() => IsHeld = false;

    /// <summary>The execution that holds it has ended.</summary>
    /// <param name="end">Null when it is gone.</param>
    public void Release(StateType? end, Instant now)
    {
        IsHeld = false;
        if (end == StateType.FAILED && stopsAfterFailure)
        {
            IsDisabled = true;
        }

        Recover(now);
    }

    public void StartBackfill(Instant begin, Instant end) => backfill = new Span(begin, end, IsDisabled ? null : from);

    public void PauseBackfill(bool isPaused) => backfill!.IsPaused = isPaused;

    public void EndBackfill(Instant now)
    {
        from = backfill!.Before ?? now + Tick;
        backfill = null;
    }

    /// <summary>Time is now so far, and everything that is to happen has happened.</summary>
    public void Come(Instant now)
    {
        while (Exists && IsWatched && !IsDisabled && !IsHeld)
        {
            if (backfill is null)
            {
                if (Next is { } due && due <= now)
                {
                    (last, from) = (due, due + Tick);
                    Fire(due, isBackfill: false);
                }

                return;
            }

            if (backfill.IsPaused)
            {
                return;
            }

            if (First(backfill.Next) is { } date && date <= backfill.End)
            {
                backfill.Next = date + Tick;
                Fire(date, isBackfill: true);
            }

            if (!(First(backfill.Next) <= backfill.End))
            {
                EndBackfill(now);
            }
        }
    }

    private void Fire(Instant date, bool isBackfill)
    {
        fired.Add((date, isBackfill));
        IsHeld = true;
    }

    private Instant? First(Instant begin)
    {
        var (low, high) = (0, dates.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = dates[middle] < begin ? (middle + 1, high) : (low, middle);
        }

        return low < dates.Count ? dates[low] : null;
    }

    private void Recover(Instant now)
    {
        if (IsDisabled || IsHeld || backfill is not null || missed == MissedSchedules.ALL || !(Next < now))
        {
            return;
        }

        var latest = dates.Last(date => date <= now);
        from = missed == MissedSchedules.LAST && !(latest <= last) ? latest : now + Tick;
    }

    private sealed class Span(Instant begin, Instant end, Instant? before)
    {
        public Instant Next { get; set; } = begin;

        public Instant End { get; } = end;

        /// <summary>From where on the regular dates count afterwards; null is from then on.</summary>
        public Instant? Before { get; } = before;

        public bool IsPaused { get; set; }
    }
}

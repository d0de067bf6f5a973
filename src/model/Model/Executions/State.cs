using NodaTime;

namespace Kestra.Model.Executions;

/// <summary>One entry of a state history.</summary>
public readonly record struct StateHistory(StateType State, Instant Date);

/// <summary>A state with its history. The history is never empty, its dates never decrease, and its last entry is <see cref="Current"/>.</summary>
public sealed class State : IEquatable<State>
{
    private readonly StateHistory[] histories;

    private State(StateHistory[] histories) => this.histories = histories;

    public StateType Current => histories[^1].State;

    public IReadOnlyList<StateHistory> Histories => histories;

    /// <summary>Date of the first entry.</summary>
    public Instant StartDate => histories[0].Date;

    /// <summary>Date of the last entry when terminated or PAUSED, else null.</summary>
    public Instant? EndDate => Current.IsTerminated || Current.IsPaused ? histories[^1].Date : null;

    public static State Created(Instant now) => new([new StateHistory(StateType.CREATED, now)]);

    public static State Of(StateType type, Instant now) => new([new StateHistory(type, now)]);

    /// <exception cref="ArgumentException">The history is empty.</exception>
    public static State FromHistories(IReadOnlyCollection<StateHistory> histories) =>
        histories.Count > 0 ? new State([.. histories]) : throw new ArgumentException("A state has at least one history entry.", nameof(histories));

    /// <summary>The state after a transition; the same state again changes nothing. A clock that went back never makes dates decrease.</summary>
    public State With(StateType type, Instant now)
    {
        if (type == Current)
        {
            return this;
        }

        var next = new StateHistory[histories.Length + 1];
        histories.CopyTo(next, 0);
        next[^1] = new StateHistory(type, Instant.Max(now, histories[^1].Date));
        return new State(next);
    }

    /// <summary>Last entry minus first when there are two or more entries, else the time since the first.</summary>
    public Duration DurationAt(Instant now) => (histories.Length > 1 ? histories[^1].Date : now) - histories[0].Date;

    public bool Equals(State? other) => other is not null && histories.AsSpan().SequenceEqual(other.histories);

    public override bool Equals(object? obj) => Equals(obj as State);

    public override int GetHashCode() => HashCode.Combine(histories.Length, histories[^1]);

    public override string ToString() => Current.ToString();
}

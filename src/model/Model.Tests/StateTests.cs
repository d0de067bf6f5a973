using Kestra.Model.Executions;
using NodaTime;
using Shouldly;
using Xunit;

namespace Kestra.Model.Tests;

/// <summary>States, their predicates and their histories.</summary>
public sealed class StateTests
{
    private static readonly Instant Start = Instant.FromUtc(2024, 1, 2, 3, 4, 5);

    private static readonly Dictionary<string, Func<StateType, bool>> Predicates = new(StringComparer.Ordinal)
    {
        ["terminated"] = state => state.IsTerminated,
        ["terminated without failure"] = state => state.IsTerminatedWithoutFailure,
        ["created"] = state => state.IsCreated,
        ["running"] = state => state.IsRunning,
        ["failed"] = state => state.IsFailed,
        ["paused"] = state => state.IsPaused,
        ["retrying"] = state => state.IsRetrying,
        ["can be restarted"] = state => state.CanBeRestarted,
        ["can change status"] = state => state.CanChangeTaskRunState,
        ["resumable"] = state => state.IsResumable,
        ["restartable"] = state => state.IsRestartable,
    };

    [Theory]
    [InlineData("terminated", "SUCCESS WARNING FAILED KILLED CANCELLED RETRIED SKIPPED")]
    [InlineData("terminated without failure", "SUCCESS WARNING RETRIED SKIPPED")]
    [InlineData("created", "CREATED RESTARTED")]
    [InlineData("running", "RUNNING KILLING")]
    [InlineData("failed", "FAILED")]
    [InlineData("paused", "PAUSED")]
    [InlineData("retrying", "RETRYING RETRIED")]
    [InlineData("can be restarted", "PAUSED SUCCESS WARNING FAILED CANCELLED RETRIED SKIPPED")]
    [InlineData("can change status", "SUCCESS WARNING FAILED CANCELLED RETRIED SKIPPED")]
    [InlineData("resumable", "CREATED RESTARTED RETRYING RETRIED")]
    [InlineData("restartable", "PAUSED FAILED")]
    public void Predicate_holds_for_its_states_alone(string predicate, string states) =>
        Enum.GetValues<StateType>().Where(state => state is not (StateType.SUBMITTED or StateType.RESUBMITTED)).Where(Predicates[predicate]).ShouldBe(states.Split(' ').Select(Enum.Parse<StateType>), ignoreOrder: true);

    [Fact]
    public void Transition_adds_an_entry_and_the_same_state_again_none()
    {
        var state = State.Created(Start).With(StateType.RUNNING, Start.Plus(Duration.FromSeconds(1)));

        state.With(StateType.RUNNING, Start.Plus(Duration.FromSeconds(9))).ShouldBeSameAs(state);
        state.Histories.Select(entry => entry.State).ShouldBe([StateType.CREATED, StateType.RUNNING]);
        state.EndDate.ShouldBeNull();
        state.DurationAt(Start.Plus(Duration.FromSeconds(9))).ShouldBe(Duration.FromSeconds(1));
    }

    [Fact]
    public void End_is_the_last_entry_when_terminated_or_paused()
    {
        var later = Start.Plus(Duration.FromSeconds(2));

        State.Created(Start).With(StateType.PAUSED, later).EndDate.ShouldBe(later);
        State.Created(Start).With(StateType.SUCCESS, later).EndDate.ShouldBe(later);
        State.Created(Start).With(StateType.QUEUED, later).EndDate.ShouldBeNull();
    }

    [Fact]
    public void Clock_that_goes_back_does_not_turn_the_history_around() =>
        State.Created(Start).With(StateType.RUNNING, Start.Minus(Duration.FromSeconds(5))).Histories[1].Date.ShouldBe(Start);
}

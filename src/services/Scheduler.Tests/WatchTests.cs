using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using NodaTime;
using Shouldly;
using Xunit;

namespace Kestra.Scheduler.Tests;

public sealed class WatchTests
{
    private static readonly OrderedDictionary<string, object?> Found = new() { ["code"] = 200 };

    private static TriggerDefinition Polling(long seconds = 60) =>
        new() { Id = "schedule", Type = TestPlugins.PollingType, Properties = new OrderedDictionary<string, object?> { ["interval"] = Duration.FromSeconds(seconds) } };

    private static TriggerDefinition Realtime() => new() { Id = "schedule", Type = TestPlugins.RealtimeType, Properties = new OrderedDictionary<string, object?>() };

    private static async Task<World> StartedAsync(TriggerDefinition definition)
    {
        var world = new World("2024-01-01T00:00:00Z") { EndWith = null };
        await world.PutAsync(World.FlowWith(definition));
        await world.StartAsync();
        return world;
    }

    private static Task<TriggerReception> AnswerAsync(World world, TriggerJob job, TriggerAnswer answer) => world.Core.AnswerAsync(job.Evaluation, answer, CancellationToken.None);

    [Fact]
    public async Task APollingTriggerIsLookedAtAtOnceAndLockedMeanwhile()
    {
        var world = await StartedAsync(Polling());
        var job = world.Jobs.Sent.ShouldHaveSingleItem();
        world.Row.EvaluateRunningDate.ShouldNotBeNull();
        world.Row.WorkerId.ShouldBeNull();
        await world.Core.StartedAsync(job.Evaluation, "worker", CancellationToken.None);
        world.Row.WorkerId.ShouldBe("worker");
        await world.RunUntilAsync("2024-01-01T00:10:00Z");
        world.Jobs.Sent.Count.ShouldBe(1);
    }

    [Fact]
    public async Task AnEvaluationThatFindsNothingOnlyMovesTheRow()
    {
        var world = await StartedAsync(Polling());
        (await AnswerAsync(world, world.Jobs.Last, new TriggerAnswer.Nothing())).ShouldBe(TriggerReception.Taken);
        world.Row.EvaluateRunningDate.ShouldBeNull();
        world.NextDate.ShouldBe("2024-01-01T00:01:00Z");
        world.Stored.Executions.ShouldBeEmpty();
        await world.RunUntilAsync("2024-01-01T00:00:59Z");
        world.Jobs.Sent.Count.ShouldBe(1);
        await world.RunUntilAsync("2024-01-01T00:01:00Z");
        world.Jobs.Sent.Count.ShouldBe(2);
    }

    [Fact]
    public async Task WhatWasFoundBecomesAnExecutionThatHoldsTheTrigger()
    {
        var world = await StartedAsync(Polling());
        (await AnswerAsync(world, world.Jobs.Last, new TriggerAnswer.Happened(Found))).ShouldBe(TriggerReception.Taken);
        var execution = world.Stored.Executions.ShouldHaveSingleItem();
        execution.Id.ShouldBe(world.Jobs.Last.ExecutionId);
        execution.Trigger!.Variables!["code"].ShouldBe(200);
        (world.Row.ExecutionId, world.Row.EvaluateRunningDate, world.NextDate).ShouldBe((execution.Id, null, "2024-01-01T00:01:00Z"));
        await world.RunUntilAsync("2024-01-01T00:05:00Z");
        world.Jobs.Sent.Count.ShouldBe(1);
        await world.EndAsync(execution, StateType.SUCCESS);
        world.Jobs.Sent.Count.ShouldBe(2);
    }

    [Fact]
    public async Task AnAnswerThatCouldNotBeStoredMayBeRepeated()
    {
        var world = await StartedAsync(Polling());
        var answer = new TriggerAnswer.Happened(Found);
        world.Stored.Intercept = static _ => new CommandOutcome.Overloaded(TimeSpan.FromSeconds(1));
        (await AnswerAsync(world, world.Jobs.Last, answer)).ShouldBe(TriggerReception.Later);
        world.Stored.Intercept = static _ => null;
        world.Stored.AfterStore = static _ => throw new IOException("the answer was lost");
        await Should.ThrowAsync<IOException>(() => AnswerAsync(world, world.Jobs.Last, answer));
        world.Stored.AfterStore = static _ => { };
        (await AnswerAsync(world, world.Jobs.Last, answer)).ShouldBe(TriggerReception.Taken);
        world.Stored.Executions.ShouldHaveSingleItem();
        (await AnswerAsync(world, world.Jobs.Last, answer)).ShouldBe(TriggerReception.Void);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AFailureMovesTheRowAndCreatesAnExecutionWhereAskedFor(bool failOnTriggerError)
    {
        var world = await StartedAsync(Polling() with { FailOnTriggerError = failOnTriggerError });
        await AnswerAsync(world, world.Jobs.Last, new TriggerAnswer.Failed("refused"));
        world.NextDate.ShouldBe("2024-01-01T00:01:00Z");
        world.Stored.Commands.Select(static command => command.Failure).ShouldBe(failOnTriggerError ? ["refused"] : []);
    }

    [Fact]
    public async Task StopAfterDisables()
    {
        var world = await StartedAsync(Polling() with { StopAfter = [StateType.FAILED] });
        await AnswerAsync(world, world.Jobs.Last, new TriggerAnswer.Happened(Found));
        await world.EndAsync(world.Stored.Executions[0], StateType.FAILED);
        (world.Row.Disabled, world.Row.ExecutionId, world.NextDate).ShouldBe((true, null, null));
    }

    [Fact]
    public async Task ConditionsThatDoNotHoldSkipTheEvaluation()
    {
        var world = await StartedAsync(Polling() with { Conditions = [World.Condition(TestPlugins.ExpressionType, "expression", "{{ flow.id == 'other' }}")] });
        world.Jobs.Sent.ShouldBeEmpty();
        world.NextDate.ShouldBe("2024-01-01T00:01:00Z");
    }

    [Fact]
    public async Task AConditionThatCannotBeTestedFailsOneExecution()
    {
        var world = await StartedAsync(Polling() with { Conditions = [World.Condition(TestPlugins.ThrowingType)] });
        world.Jobs.Sent.ShouldBeEmpty();
        world.Stored.Commands.ShouldHaveSingleItem().Failure.ShouldBe("Unable to evaluate the trigger 'schedule': no answer");
        world.Row.ExecutionId.ShouldNotBeNull();
    }

    [Fact]
    public async Task DisablingUnlockingRestartingAndDeletingStopTheEvaluation()
    {
        var world = await StartedAsync(Polling());
        var first = world.Jobs.Last;
        await world.ChangeAsync(static (row, entry, now) => TriggerRequests.SetDisabled(row, entry, disabled: true, now));
        world.Jobs.Killed.ShouldBe([first.ExecutionId]);
        (world.Row.EvaluateRunningDate, world.NextDate).ShouldBe((null, null));
        (await AnswerAsync(world, first, new TriggerAnswer.Happened(Found))).ShouldBe(TriggerReception.Void);
        world.Stored.Executions.ShouldBeEmpty();

        await world.ChangeAsync(static (row, entry, now) => TriggerRequests.SetDisabled(row, entry, disabled: false, now));
        await world.JumpToAsync("2024-01-01T00:00:10Z");
        await world.ChangeAsync(static (row, _, _) => TriggerRequests.Unlock(row));
        await world.JumpToAsync("2024-01-01T00:00:20Z");
        await world.ChangeAsync(TriggerRequests.Restart);
        await world.JumpToAsync("2024-01-01T00:00:30Z");
        await world.Core.DeleteAsync(World.Key(), CancellationToken.None);
        world.Jobs.Killed.ShouldBe([.. world.Jobs.Sent.Select(static job => job.ExecutionId)]);
        world.Jobs.Sent.Count.ShouldBe(4);
    }

    [Fact]
    public async Task AChangeOfTheTriggerStopsItsEvaluationAndAnotherDoesNot()
    {
        var world = await StartedAsync(Polling());
        var first = world.Jobs.Last;
        await world.PutAsync(World.FlowWith(Polling()) with { Description = "changed elsewhere" });
        world.Jobs.Killed.ShouldBeEmpty();
        world.Row.EvaluateRunningDate.ShouldNotBeNull();
        await world.PutAsync(World.FlowWith(Polling(seconds: 5)));
        world.Jobs.Killed.ShouldBe([first.ExecutionId]);
        await world.JumpToAsync("2024-01-01T00:00:01Z");
        world.Jobs.Sent.Count.ShouldBe(2);
        await world.PutAsync(World.FlowWith(Polling(seconds: 5)) with { Disabled = true });
        world.Jobs.Killed.Count.ShouldBe(2);
        world.Row.EvaluateRunningDate.ShouldBeNull();
        await world.PutAsync(World.FlowWith(Polling(seconds: 5)));
        await world.JumpToAsync("2024-01-01T00:00:02Z");
        await world.PutAsync(World.FlowWith());
        world.Jobs.Killed.Count.ShouldBe(3);
        world.Stored.Rows.ShouldBeEmpty();
    }

    [Fact]
    public async Task ALockLeftBehindByAServerThatDiedIsTakenAway()
    {
        var world = await StartedAsync(Polling());
        world.Jobs = new HeldJobs();
        await world.StartAsync();
        world.Jobs.Sent.ShouldHaveSingleItem();
        (await AnswerAsync(world, world.Jobs.Last, new TriggerAnswer.Nothing())).ShouldBe(TriggerReception.Taken);
    }

    [Fact]
    public async Task AFullLaneIsTriedAgain()
    {
        var world = new World("2024-01-01T00:00:00Z");
        world.Jobs.IsFull = true;
        await world.PutAsync(World.FlowWith(Polling()));
        await world.StartAsync();
        world.Row.EvaluateRunningDate.ShouldBeNull();
        world.Jobs.IsFull = false;
        await world.JumpToAsync("2024-01-01T00:00:01Z");
        world.Jobs.Sent.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task ARealtimeTriggerKeepsItsLockAndIsStartedAgainAfterGrowingPauses()
    {
        var world = await StartedAsync(Realtime());
        await world.RunUntilAsync("2024-01-01T01:00:00Z");
        world.Jobs.Sent.ShouldHaveSingleItem();
        foreach (var next in new[] { "2024-01-01T01:00:01Z", "2024-01-01T01:00:03Z", "2024-01-01T01:00:07Z" })
        {
            await AnswerAsync(world, world.Jobs.Last, new TriggerAnswer.Failed("refused"));
            world.NextDate.ShouldBe(next);
            world.Row.ExecutionId.ShouldBeNull();
            await world.RunUntilAsync(next);
            world.Row.EvaluateRunningDate.ShouldNotBeNull();
        }

        world.Stored.Commands.Select(static command => command.Failure).ShouldBe(["refused", "refused", "refused"]);
        world.Jobs.Sent.Count.ShouldBe(4);
    }

    [Fact]
    public async Task AStateOfStopAfterEndsARealtimeTrigger()
    {
        var world = await StartedAsync(Realtime() with { StopAfter = [StateType.FAILED] });
        await world.Core.EndedAsync([new EndedExecution(World.Key(), "one-of-many", StateType.SUCCESS)], CancellationToken.None);
        world.Row.Disabled.ShouldBeFalse();
        await world.Core.EndedAsync([new EndedExecution(World.Key(), "one-of-many", StateType.FAILED)], CancellationToken.None);
        world.Row.Disabled.ShouldBeTrue();
        world.Jobs.Killed.ShouldBe([world.Jobs.Last.ExecutionId]);
    }
}

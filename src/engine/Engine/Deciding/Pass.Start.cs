using Kestra.Engine.Running;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Logs;
using NodaTime;

namespace Kestra.Engine.Deciding;

/// <content>How an execution begins: its date, its place within the flow's limit, its first tasks.</content>
internal sealed partial class Pass
{
    public void Begin(string? failure = null)
    {
        state.IsPrepared = true;
        Fact(new ExecutionEvent.Created(state.ToExecution()));
        if (failure is not null)
        {
            Log(null, LogLevel.ERROR, failure);
            EndByDecree(StateType.FAILED);
            return;
        }

        if (state.Header.ScheduleDate is { } date && date > now)
        {
            Do(new Effect.SetTimer(Key("schedule", "start"), date, default));
            return;
        }

        Admit();
    }

    /// <summary>Asks for a slot where the flow has a limit; else goes on.</summary>
    private void Admit()
    {
        if (Program.Fault is { } fault)
        {
            Log(null, LogLevel.ERROR, fault);
            EndByDecree(StateType.FAILED);
            return;
        }

        if (state.Current == StateType.CREATED || IsRestartOfFailure)
        {
            WatchDurations();
        }

        if (Program.Flow.Concurrency is { } concurrency)
        {
            Do(new Effect.RequestSlot(concurrency.Limit));
        }
        else
        {
            Go();
        }
    }

    private bool IsRestartOfFailure => state.State.Histories is [.., { State: StateType.FAILED }, { State: StateType.RESTARTED }];

    public void SlotDecided(bool granted)
    {
        if (state.Current is not (StateType.CREATED or StateType.RESTARTED or StateType.QUEUED) || Program.Flow.Concurrency is not { } concurrency)
        {
            if (granted && state.Current.IsTerminated)
            {
                Do(new Effect.ReleaseSlot());
            }

            return;
        }

        if (granted)
        {
            ChangeState(StateType.RUNNING);
            Go();
            return;
        }

        switch (concurrency.Behavior)
        {
            case ConcurrencyBehavior.QUEUE:
                ChangeState(StateType.QUEUED);
                Do(new Effect.WaitForSlot(concurrency.Limit));
                break;
            case ConcurrencyBehavior.CANCEL:
                EndByDecree(StateType.CANCELLED);
                break;
            default:
                Log(null, LogLevel.ERROR, "Execution is FAILED due to concurrency limit exceeded");
                EndByDecree(StateType.FAILED);
                break;
        }
    }

    /// <summary>Opens the scope of the flow, taking over the task runs that exist.</summary>
    private void Go()
    {
        if (state.Current == StateType.RESTARTED)
        {
            ChangeState(StateType.RUNNING);
        }

        if (state.Scope is null)
        {
            OpenRoot();
        }

        ReleaseDeferred();
        steps.Enqueue(new Step.Advance(state.Scope!));
    }

    private void OpenRoot()
    {
        var chains = Program.Tasks.Count == 0 ? [] : new List<Chain> { new(0, Program.Tasks, null, null, null) };
        state.Scope = new Scope(null, null, chains, 1);
        Adopt(state.Scope);
    }

    public void TimerFired(string key, ReadOnlyMemory<byte> payload)
    {
        var parts = key.Split(':');
        var (kind, name) = (parts[^2], parts[^1]);
        switch (kind)
        {
            case "schedule":
                if (state.Current.IsCreated)
                {
                    Admit();
                }

                break;
            case "sla":
                DurationExceeded(name);
                break;
            default:
                if (state.Find(name) is { IsTerminated: false } node)
                {
                    RunTimer(kind, node, payload);
                }

                break;
        }
    }

    private void RunTimer(string kind, RunNode node, ReadOnlyMemory<byte> payload)
    {
        switch (kind)
        {
            case "retry":
                RunAgain(node);
                break;
            case "pause" or "pause-timeout":
                PauseTimedOut(node, payload);
                break;
            case "loop":
                if (node.State == StateType.PAUSED)
                {
                    Repeat(node);
                }

                break;
        }
    }
}

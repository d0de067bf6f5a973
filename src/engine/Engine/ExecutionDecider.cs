using Kestra.Engine.Deciding;
using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using NodaTime;

namespace Kestra.Engine;

/// <summary>
/// The execution as a state machine: from a state and a command to facts and effects. It has no clock, no randomness and no
/// outside of its own, so the same inputs always give the same decision. One decision takes the execution as far as it gets
/// by itself.
/// </summary>
public sealed class ExecutionDecider
{
    /// <summary>Begins an execution.</summary>
    /// <returns>Its state; null when the decision is a refusal.</returns>
    public (ExecutionState? State, Decision Decision) Create(Command.Create command, FlowProgram program, Instant now, IIdSource ids)
    {
        var state = new ExecutionState(command.Execution, program);
        var pass = new Pass(state, now, ids);
        return command.Failure is null && pass.Excess() is { } excess
            ? (null, Decision.Refuse(RefusalCode.TooLarge, excess))
            : (state, Completed(pass, () => pass.Begin(command.Failure)));
    }

    /// <summary>Decides a command to an existing execution. The state has then taken the decision's facts in; a refusal leaves it as it was.</summary>
    public Decision Decide(ExecutionState state, Command command, Instant now, IIdSource ids)
    {
        var pass = new Pass(state, now, ids);
        Decision? refusal = null;
        var decision = Completed(pass, () =>
        {
            if (!state.IsPrepared)
            {
                pass.Prepare();
            }

            refusal = Apply(pass, state, command);
        });
        return refusal ?? decision;
    }

    /// <summary>Goes on with an execution that was open when the server stopped: what it owed then is owed again.</summary>
    /// <param name="isRunning">Whether an attempt (by task run and number) is still with a worker that will answer; null is none.</param>
    public Decision Recover(ExecutionState state, Instant now, IIdSource ids, Func<string, int, bool>? isRunning = null)
    {
        var pass = new Pass(state, now, ids);
        return Completed(pass, () => pass.Recover(isRunning ?? ((_, _) => false)));
    }

    // A fault of ours, or of a plugin that the engine asks, ends the execution that it is about and no other.
    private static Decision Completed(Pass pass, Action decide)
    {
        try
        {
            decide();
            return pass.Complete();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            pass.Break(error);
            return pass.Complete();
        }
    }

    private static Decision? Apply(Pass pass, ExecutionState state, Command command)
    {
        switch (command)
        {
            case Command.TaskResult result:
                pass.TaskEnded(result);
                return null;
            case Command.TaskStarted started:
                pass.TaskStarted(started);
                return null;
            case Command.ChildReported child:
                pass.ChildReported(child.TaskRun);
                return null;
            case Command.WorkerLost lost:
                pass.WorkerLost(lost.TaskRunId, lost.Attempt);
                return null;
            case Command.TimerFired timer:
                pass.TimerFired(timer.Key, timer.Payload);
                return null;
            case Command.SlotDecided slot:
                pass.SlotDecided(slot.Granted);
                return null;
            case Command.Evaluated evaluated:
                pass.Evaluated(evaluated);
                return null;
            case Command.SubflowStarted started:
                pass.SubflowStarted(started);
                return null;
            case Command.SubflowRefused refused:
                pass.SubflowRefused(refused);
                return null;
            case Command.SubflowEnded ended:
                pass.SubflowEnded(ended);
                return null;
            case Command.TellEnd tell:
                pass.TellEnd(tell.ParentExecutionId, tell.ParentTaskRunId);
                return null;
            case Command.Kill kill:
                pass.Kill(kill.Cascade);
                return null;
            case Command.Pause:
                return pass.Hold();
            case Command.Resume resume:
                return pass.Resume(resume.Inputs, resume.By);
            case Command.Restart restart:
                return pass.Restart(restart.Revision);
            case Command.ChangeTaskRunState change:
                return pass.ChangeTaskRunState(change.TaskRunId, change.State);
            case Command.ChangeState change:
                return pass.ChangeExecutionState(change.State);
            case Command.SetLabels labels:
                return pass.SetLabels(labels.Labels);
            case Command.ForceRun:
                return pass.ForceRun();
            case Command.Unqueue unqueue:
                return pass.Unqueue(unqueue.State);
            case Command.ResumeFromBreakpoint resume:
                return pass.ResumeFromBreakpoint(resume.Breakpoints);
            default:
                return Decision.Refuse(RefusalCode.IllegalState, $"Execution '{state.Id}' can't take the command {command.GetType().Name}");
        }
    }
}

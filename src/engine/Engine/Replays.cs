using Kestra.Engine.Variables;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using Kestra.Plugins.Flowables;
using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Engine;

/// <summary>Builds the document of an execution that does again what another one did.</summary>
public static class Replays
{
    /// <param name="source">Never changed.</param>
    /// <param name="program">Of the revision that the replay runs.</param>
    /// <param name="taskRunId">The task run to begin with; null replays from the start.</param>
    /// <param name="revision">Null is the source's.</param>
    /// <param name="inputs">Null keeps those of the source.</param>
    /// <exception cref="KeyNotFoundException">The source has no such task run.</exception>
    public static Execution Build(Execution source, FlowProgram program, string newId, string? taskRunId, int? revision, IReadOnlyDictionary<string, object?>? inputs, Instant now)
    {
        var metadata = source.Metadata ?? new ExecutionMetadata(1, source.State.StartDate);
        var copy = source with
        {
            Id = newId,
            ParentId = source.Id,
            OriginalId = source.OriginalId ?? source.Id,
            FlowRevision = revision ?? source.FlowRevision,
            Inputs = StoredValues.Of(inputs) ?? source.Inputs,
            Outputs = null,
            TaskRunList = null,
            ScheduleDate = null,
            State = State.Created(now),
            Labels = [.. (source.Labels ?? []).Where(label => label.Key != Label.Replay), new Label(Label.Replay, "true")],
            Metadata = metadata with { AttemptNumber = metadata.AttemptNumber + 1 },
            Variables = program.Flow.Variables ?? source.Variables,
        };
        return taskRunId is null ? copy : copy with
        {
            Variables = source.Variables,
            State = source.State.With(StateType.RESTARTED, now),
            TaskRunList = KeptRuns(source, program, newId, taskRunId, now),
        };
    }

    private static List<TaskRun> KeptRuns(Execution source, FlowProgram program, string newId, string taskRunId, Instant now)
    {
        var runs = source.TaskRunList ?? [];
        var byId = runs.ToDictionary(run => run.Id, StringComparer.Ordinal);
        if (!byId.TryGetValue(taskRunId, out var target))
        {
            throw new KeyNotFoundException($"Task run '{taskRunId}' does not exist in execution '{source.Id}'");
        }

        var path = PathOf(target, byId);
        var kept = new List<TaskRun>();
        var ids = runs.ToDictionary(run => run.Id, run => DerivedId.Of(run.Id, newId), StringComparer.Ordinal);
        foreach (var run in runs)
        {
            var changed = Kept(run, path, byId, program, now);
            if (changed is not null)
            {
                kept.Add(changed with
                {
                    Id = ids[run.Id],
                    ExecutionId = newId,
                    ParentTaskRunId = run.ParentTaskRunId is { } parent ? ids[parent] : null,
                });
            }
        }

        return kept;
    }

    private static List<TaskRun> PathOf(TaskRun target, Dictionary<string, TaskRun> byId)
    {
        var path = new List<TaskRun> { target };
        while (path[^1].ParentTaskRunId is { } parent && byId.TryGetValue(parent, out var run))
        {
            path.Add(run);
        }

        return path;
    }

    private static TaskRun? Kept(TaskRun run, List<TaskRun> path, Dictionary<string, TaskRun> byId, FlowProgram program, Instant now)
    {
        var step = path.FindIndex(other => other.Id == run.Id);
        if (step < 0)
        {
            return ComesBefore(run, path, byId, program) ? run : null;
        }

        // A directory runs again as a whole, whichever of its children was meant.
        if (path.Skip(step + 1).Any(above => program.Find(above.TaskId)?.IsWorkingDirectory == true))
        {
            return null;
        }

        var task = program.Find(run.TaskId);
        var again = step == 0 || task?.IsWorkingDirectory == true;
        return run with
        {
            State = run.State.With(again ? StateType.RESTARTED : StateType.RUNNING, now),

            // The execution that a subflow task has started belongs to the source.
            Outputs = task?.Plugin is IExecutableTask ? null : run.Outputs,
        };
    }

    // Kept is what stands before the replayed path, or beside it, at the level where the two part.
    private static bool ComesBefore(TaskRun run, List<TaskRun> path, Dictionary<string, TaskRun> byId, FlowProgram program)
    {
        var own = PathOf(run, byId);
        var depth = 1;
        while (depth <= own.Count && depth <= path.Count && own[^depth].Id == path[^depth].Id)
        {
            depth++;
        }

        // A run below the target itself belongs to what runs again.
        if (depth > path.Count || depth > own.Count)
        {
            return false;
        }

        // What was stopped in the middle runs again like what has never run.
        if (own.Take(own.Count - depth + 1).Any(step => step.State.Current == StateType.KILLED))
        {
            return false;
        }

        var (mine, target) = (own[^depth], path[^depth]);
        return (program.Find(mine.TaskId), program.Find(target.TaskId)) switch
        {
            (null, _) or (_, null) or ({ Branch: TaskBranch.OnPause }, _) => false,
            (_, { Parent.IsWorkingDirectory: true }) => false,
            var (first, second) when first.Branch != second.Branch => first.Branch < second.Branch,
            var (first, second) => StandsBefore(first, mine, second, target),
        };
    }

    private static bool StandsBefore(TaskNode first, TaskRun mine, TaskNode second, TaskRun target)
    {
        var flowable = second.Branch == TaskBranch.Tasks ? second.Parent?.Plugin as IFlowableTask : null;
        if (mine.Value != target.Value)
        {
            return flowable?.ValuesBeside == true || (mine.Iteration ?? 0) < (target.Iteration ?? 0);
        }

        return flowable?.TasksBeside == true ? !DependsOn(first.Id, second.Id, flowable.TaskDependencies) : first.Position < second.Position;
    }

    private static bool DependsOn(string task, string other, IReadOnlyDictionary<string, IReadOnlyList<string>>? dependencies)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([task]);
        while (open.TryPop(out var next))
        {
            foreach (var before in dependencies?.GetValueOrDefault(next) ?? [])
            {
                if (before == other)
                {
                    return true;
                }

                if (seen.Add(before))
                {
                    open.Push(before);
                }
            }
        }

        return false;
    }
}

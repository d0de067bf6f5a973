using Kestra.Expressions;
using Kestra.Model.Flows;
using Kestra.Plugins.Description;
using Kestra.Plugins.Flowables;
using Kestra.Plugins.Tasks;

namespace Kestra.Engine;

/// <summary>Binds the tasks of a flow and works out, once, what every run of them would otherwise look up.</summary>
internal sealed class ProgramCompiler(FlowProgram program, EngineEnvironment environment)
{
    public void Compile()
    {
        var flow = program.Flow;
        program.Tasks = List(flow.Tasks, null, TaskBranch.Tasks);
        program.Errors = List(flow.Errors, null, TaskBranch.Errors);
        program.Finally = List(flow.Finally, null, TaskBranch.Finally);
        program.Assertions = [.. (flow.Sla ?? []).Where(sla => sla is { Type: SlaType.EXECUTION_ASSERTION, Assert: not null }).Select(sla => (sla, environment.Expressions.Parse(sla.Assert!)))];
        program.AfterExecution = [.. ListenerTasks(flow), .. List(flow.AfterExecution, null, TaskBranch.AfterExecution)];
    }

    private IEnumerable<TaskNode> ListenerTasks(Flow flow) =>
        (flow.Listeners ?? []).SelectMany(listener => List(listener.Tasks, null, TaskBranch.AfterExecution)).ToList();

    private List<TaskNode> List(IEnumerable<TaskDefinition>? tasks, TaskNode? parent, TaskBranch branch)
    {
        var nodes = new List<TaskNode>();
        foreach (var task in tasks ?? [])
        {
            var node = Node(task, parent, branch, nodes.Count);
            if (!task.Disabled)
            {
                nodes.Add(node);
            }
        }

        return nodes;
    }

    private TaskNode Node(TaskDefinition task, TaskNode? parent, TaskBranch branch, int position)
    {
        var plugin = environment.Catalog.CreateTask(task);
        var runIf = task.RunIf is null or "true" ? null : environment.Expressions.Parse(task.RunIf);
        var group = task.WorkerGroup?.Key ?? program.Flow.WorkerGroup?.Key;
        var node = new TaskNode
        {
            Definition = task,
            Plugin = plugin,
            Route = RouteOf(plugin, task),
            Branch = branch,
            Position = position,
            Parent = parent,
            RunIf = runIf,
            WorkerGroup = group is null ? null : environment.Expressions.Parse(group),
            Retry = task.Retry ?? parent?.Retry ?? program.Flow.Retry,
            IsPure = Expressions(plugin).All(IsPure) && (runIf?.IsPure ?? true) && (plugin is not IPauseTask || task.Timeout is null || IsPure(task.Timeout)),
        };
        if (!program.Nodes.TryAdd(task.Id, node))
        {
            throw new InvalidFlowException($"Duplicate task id with name [{task.Id}]");
        }

        AddChildren(node, plugin);
        return node;
    }

    private void AddChildren(TaskNode node, ITask plugin)
    {
        switch (plugin)
        {
            case IFlowableTask flowable:
                _ = List(flowable.Children, node, TaskBranch.Tasks);
                node.Errors = List(flowable.Errors, node, TaskBranch.Errors);
                node.Finally = List(flowable.Finally, node, TaskBranch.Finally);
                break;
            case IWorkingDirectoryTask directory:
                _ = List(directory.Tasks, node, TaskBranch.Tasks);
                node.Errors = List(directory.Errors, node, TaskBranch.Errors);
                node.Finally = List(directory.Finally, node, TaskBranch.Finally);
                break;
            case IPauseTask pause:
                _ = List(pause.Tasks, node, TaskBranch.Tasks);
                node.Errors = List(pause.Errors, node, TaskBranch.Errors);
                node.Finally = List(pause.Finally, node, TaskBranch.Finally);
                node.OnPause = pause.OnPause is { } task ? Node(task, null, TaskBranch.OnPause, 0) : null;
                break;
        }
    }

    private static IEnumerable<string> Expressions(ITask plugin) => plugin switch
    {
        ILoopingTask loop => loop.PlanExpressions.Concat(loop.LoopExpressions),
        IFlowableTask flowable => flowable.PlanExpressions,
        IExecutableTask executable => executable.RequestExpressions,
        IExecutionUpdatingTask updating => updating.UpdateExpressions,
        IPauseTask pause => new[] { pause.PauseDuration, pause.Behavior }.OfType<string>(),
        _ => [],
    };

    private bool IsPure(string expression) => environment.Expressions.Parse(expression).IsPure;

    private static TaskRoute RouteOf(ITask plugin, TaskDefinition task) => plugin switch
    {
        IRunnableTask or IWorkingDirectoryTask => TaskRoute.Worker,
        IPauseTask => TaskRoute.Pause,
        IFlowableTask => TaskRoute.Flowable,
        IExecutableTask => TaskRoute.Executable,
        IExecutionUpdatingTask => TaskRoute.Updating,
        _ => throw new InvalidFlowException($"The task '{task.Id}' of type '{task.Type}' can't be run."),
    };
}

using Kestra.Flows.Documents;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Model.Triggers;
using Kestra.Plugins.Description;

namespace Kestra.Flows.Graph;

/// <summary>A subflow can't be shown inside the graph; the message is for the user.</summary>
/// <param name="isMissing">The flow does not exist, as opposed to its name being an expression.</param>
public sealed class SubflowExpansionException(string message, bool isMissing) : Exception(message)
{
    public bool IsMissing { get; } = isMissing;
}

/// <summary>Builds the graph of a flow.</summary>
/// <param name="ids">For the parts of uids that only have to be unique.</param>
public sealed class FlowGraphBuilder(IPluginCatalog catalog, IIdSource ids)
{
    /// <summary>Finds the flow that a task runs; the revision is null for the newest.</summary>
    public delegate Flow? SubflowLookup(string @namespace, string id, int? revision);

    /// <param name="triggers">States of the flow's triggers.</param>
    /// <param name="execution">Whose runs are shown with the tasks; null for the flow alone.</param>
    /// <param name="expanded">Uids of the tasks whose subflows are shown inside.</param>
    /// <param name="subflows">Finds those subflows.</param>
    /// <exception cref="SubflowExpansionException">A subflow can't be shown.</exception>
    public FlowGraph Build(Flow flow, IReadOnlyList<Trigger>? triggers = null, Execution? execution = null, IReadOnlySet<string>? expanded = null, SubflowLookup? subflows = null)
    {
        var building = new Building(catalog, ids, execution, expanded ?? new HashSet<string>(StringComparer.Ordinal), subflows);
        building.Root(flow, triggers ?? []);
        return new FlowGraph(building.Nodes, building.Edges, building.Clusters);
    }

    private sealed class Building(IPluginCatalog catalog, IIdSource ids, Execution? execution, IReadOnlySet<string> expanded, SubflowLookup? subflows)
    {
        private const int DeepestSubflow = 20;

        public List<GraphNode> Nodes { get; } = [];
        public List<GraphEdge> Edges { get; } = [];
        public List<GraphCluster> Clusters { get; } = [];

        public void Root(Flow flow, IReadOnlyList<Trigger> states)
        {
            var scope = Scope("root", [], flow.Errors is { Count: > 0 } || flow.Finally is { Count: > 0 }, flow.AfterExecution is { Count: > 0 });
            Triggers(flow.Triggers ?? [], states, scope);
            Chain(scope, scope.Root, flow.Tasks, RelationType.SEQUENTIAL, null, null, null, scope.AfterTasks);
            Ends(scope, scope.Root, flow.Errors, flow.Finally);
            if (scope.AfterExecution is { } after)
            {
                Chain(scope, after, flow.AfterExecution!, RelationType.AFTER_EXECUTION, null, null, BranchType.AFTER_EXECUTION, scope.End);
            }
        }

        private GraphScope Scope(string uid, IReadOnlyList<string> parents, bool hasFinally, bool hasAfterExecution)
        {
            var scope = new GraphScope(uid, $"{uid}.root-{ids.Next()}", hasFinally ? $"{uid}.finally-{ids.Next()}" : null, hasAfterExecution ? $"{uid}.after-execution-{ids.Next()}" : null, $"{uid}.end-{ids.Next()}", parents);
            Add(scope, new GraphNode(scope.Root, GraphTypes.Root));
            if (scope.Finally is { } final)
            {
                Add(scope, new GraphNode(final, GraphTypes.Finally));
            }

            if (scope.AfterExecution is { } after)
            {
                Add(scope, new GraphNode(after, GraphTypes.AfterExecution));
            }

            Add(scope, new GraphNode(scope.End, GraphTypes.End));
            return scope;
        }

        private void Add(GraphScope scope, GraphNode node)
        {
            Nodes.Add(node);
            scope.Members.Add(node.Uid);
        }

        private void Triggers(IReadOnlyList<TriggerDefinition> triggers, IReadOnlyList<Trigger> states, GraphScope flow)
        {
            if (triggers.Count == 0)
            {
                return;
            }

            var scope = Scope($"{flow.Uid}.Triggers", [], false, false);
            Edges.Add(new GraphEdge(scope.End, flow.Root));
            foreach (var trigger in triggers)
            {
                var node = new GraphNode($"{scope.Uid}.{trigger.Id}", GraphTypes.Trigger)
                {
                    TriggerDeclaration = FlowDocuments.Complete(trigger, catalog),
                    Trigger = states.FirstOrDefault(state => state.TriggerId == trigger.Id),
                };
                Add(scope, node);
                Edges.Add(new GraphEdge(scope.Root, node.Uid));
                Edges.Add(new GraphEdge(node.Uid, scope.End));
            }

            Clusters.Add(new GraphCluster(GraphScope.ClusterPrefix + scope.Uid, GraphTypes.Cluster, null, null, $"{scope.Uid}.finally-{ids.Next()}", scope.Members, [], scope.Root, scope.End));
        }

        // The first edge tells how the branch is entered; from the beginning of a flow it says nothing.
        private void Chain(GraphScope scope, string from, IReadOnlyList<TaskDefinition> tasks, RelationType relation, RelationType? entered, string? value, BranchType? branch, string to)
        {
            var previous = from;
            for (var index = 0; index < tasks.Count; index++)
            {
                var (start, end) = Task(scope, tasks[index], relation, branch);
                Edges.Add(index == 0 ? new GraphEdge(previous, start, entered, value) : new GraphEdge(previous, start, relation));
                previous = end;
            }

            Edges.Add(new GraphEdge(previous, to));
        }

        private void Beside(GraphScope scope, string from, IReadOnlyList<TaskDefinition> tasks, RelationType relation, string to)
        {
            foreach (var task in tasks)
            {
                var (start, end) = Task(scope, task, RelationType.PARALLEL, null);
                Edges.Add(new GraphEdge(from, start, relation));
                Edges.Add(new GraphEdge(end, to));
            }
        }

        // A task follows those that it depends on; those that nobody depends on lead to the end.
        private void Dag(GraphScope scope, string from, IReadOnlyList<TaskDefinition> tasks, IReadOnlyDictionary<string, IReadOnlyList<string>> dependencies, string to)
        {
            var places = new Dictionary<string, (string Start, string End)>(StringComparer.Ordinal);
            foreach (var task in tasks)
            {
                places.TryAdd(task.Id, Task(scope, task, RelationType.DYNAMIC, null));
            }

            foreach (var task in tasks)
            {
                var before = dependencies.GetValueOrDefault(task.Id, []).Where(places.ContainsKey).ToList();
                Edges.AddRange(before.Count == 0
                    ? [new GraphEdge(from, places[task.Id].Start, RelationType.DYNAMIC)]
                    : before.Select(id => new GraphEdge(places[id].End, places[task.Id].Start, RelationType.DYNAMIC)));
                if (!dependencies.Values.Any(needed => needed.Contains(task.Id, StringComparer.Ordinal)))
                {
                    Edges.Add(new GraphEdge(places[task.Id].End, to));
                }
            }
        }

        private void Ends(GraphScope scope, string from, IReadOnlyList<TaskDefinition>? errors, IReadOnlyList<TaskDefinition>? final)
        {
            if (errors is { Count: > 0 })
            {
                Chain(scope, from, errors, RelationType.ERROR, RelationType.ERROR, null, BranchType.ERROR, scope.AfterTasks);
            }

            if (scope.Finally is { } node)
            {
                Chain(scope, node, final ?? [], RelationType.FINALLY, null, null, BranchType.FINALLY, scope.AfterFinally);
            }
        }

        private (string Start, string End) Task(GraphScope scope, TaskDefinition task, RelationType relation, BranchType? branch)
        {
            var uid = $"{scope.Uid}.{task.Id}";
            var plugin = catalog.Find(task.Type);
            if (plugin?.Role == TaskRole.Executable)
            {
                return expanded.Contains(uid) ? Subflow(scope, task, uid, relation, branch) : Leaf(scope, Node(uid, GraphTypes.Subflow, task, relation, branch));
            }

            return plugin is not null && FlowableLayout.Of(task, plugin) is { } layout
                ? Flowable(scope, task, uid, layout, branch)
                : Leaf(scope, Node(uid, GraphTypes.Task, task, relation, branch));
        }

        private (string Start, string End) Leaf(GraphScope scope, GraphNode node)
        {
            Add(scope, node);
            return (node.Uid, node.Uid);
        }

        private (string Start, string End) Flowable(GraphScope outer, TaskDefinition task, string uid, FlowableLayout layout, BranchType? branch)
        {
            var inner = Inside(outer, uid, layout.Errors.Count > 0 || layout.Finally.Count > 0);
            var node = Node(uid, GraphTypes.Task, task, layout.Relation, branch);
            Add(inner, node);
            var cluster = Open(inner, GraphTypes.Cluster, layout.Relation, node);
            Edges.Add(new GraphEdge(inner.Root, uid));
            foreach (var part in layout.Branches)
            {
                if (layout.Dependencies is { } dependencies)
                {
                    Dag(inner, uid, part.Tasks, dependencies, inner.AfterTasks);
                }
                else if (layout.IsParallel)
                {
                    Beside(inner, uid, part.Tasks, layout.Relation, inner.AfterTasks);
                }
                else
                {
                    Chain(inner, uid, part.Tasks, RelationType.SEQUENTIAL, layout.Relation, part.Value, null, inner.AfterTasks);
                }
            }

            Ends(inner, uid, layout.Errors, layout.Finally);
            Close(outer, inner, cluster);
            return (inner.Root, inner.End);
        }

        private (string Start, string End) Subflow(GraphScope outer, TaskDefinition task, string uid, RelationType relation, BranchType? branch)
        {
            var (name, id) = (task.Properties.GetValueOrDefault("namespace") as string, task.Properties.GetValueOrDefault("flowId") as string);
            if (name is null || id is null || name.Contains("{{", StringComparison.Ordinal) || id.Contains("{{", StringComparison.Ordinal))
            {
                throw new SubflowExpansionException($"Can't expand subflow task '{task.Id}' because namespace and/or flowId contains dynamic values. This can only be viewed on an execution.", isMissing: false);
            }

            var flow = outer.Parents.Count < DeepestSubflow ? subflows?.Invoke(name, id, task.Properties.GetValueOrDefault("revision") as int?) : null;
            if (flow is null)
            {
                throw new SubflowExpansionException($"Unable to find subflow {name}.{id} for task {task.Id}", isMissing: true);
            }

            var inner = Inside(outer, uid, flow.Errors is { Count: > 0 } || flow.Finally is { Count: > 0 });
            var node = Node(uid, GraphTypes.ExpandedSubflow, task, relation, branch);
            Add(inner, node);
            var cluster = Open(inner, GraphTypes.SubflowCluster, relation, node);
            Edges.Add(new GraphEdge(inner.Root, uid));
            Chain(inner, uid, flow.Tasks, RelationType.SEQUENTIAL, RelationType.SEQUENTIAL, null, null, inner.AfterTasks);
            Ends(inner, uid, flow.Errors, flow.Finally);
            Close(outer, inner, cluster);
            return (inner.Root, inner.End);
        }

        private GraphScope Inside(GraphScope outer, string uid, bool hasFinally) =>
            Scope(uid, outer.Uid == "root" ? [] : [.. outer.Parents, GraphScope.ClusterPrefix + outer.Uid], hasFinally, false);

        // Outer clusters stand before inner ones.
        private int Open(GraphScope scope, string type, RelationType relation, GraphNode node)
        {
            var task = node.Task!.Id;
            Clusters.Add(new GraphCluster(GraphScope.ClusterPrefix + scope.Uid, type, relation, node, $"{task}.finally-{ids.Next()}", scope.Members, scope.Parents, scope.Root, scope.End));
            return Clusters.Count - 1;
        }

        private void Close(GraphScope outer, GraphScope inner, int cluster)
        {
            Clusters[cluster] = Clusters[cluster] with { Nodes = [.. inner.Members] };
            if (outer.Uid != "root")
            {
                outer.Members.Add(GraphScope.ClusterPrefix + inner.Uid);
            }
        }

        private GraphNode Node(string uid, string type, TaskDefinition task, RelationType relation, BranchType? branch) => new(uid, type)
        {
            Task = execution is null ? FlowDocuments.Complete(task, catalog) : new TaskDefinition { Id = task.Id, Type = task.Type, Properties = new OrderedDictionary<string, object?>() },
            Relation = relation,
            Branch = branch,
            Run = execution?.TaskRunList?.LastOrDefault(run => run.TaskId == task.Id),
        };
    }
}

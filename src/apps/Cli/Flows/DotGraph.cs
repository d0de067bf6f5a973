using System.Globalization;
using System.Text;

namespace Kestra.Cli.Flows;

/// <summary>Draws a flow for Graphviz: a node for each task, a frame around the children of a task, dashed edges for what runs on failure.</summary>
internal sealed class DotGraph
{
    private static readonly HashSet<string> AfterTheTask = new(StringComparer.Ordinal) { "errors", "finally", "afterExecution" };

    private readonly StringBuilder nodes = new();
    private readonly StringBuilder edges = new();
    private int depth = 1;

    private DotGraph()
    {
    }

    /// <param name="flow">The flow as it is written.</param>
    public static string Of(IReadOnlyDictionary<string, object?> flow)
    {
        var graph = new DotGraph();
        var name = $"{Text(flow, "namespace")}.{Text(flow, "id")}";
        graph.Node("start", "start", "circle");
        graph.Node("end", "end", "doublecircle");
        foreach (var trigger in Maps(flow.GetValueOrDefault("triggers")))
        {
            var id = "trigger:" + Text(trigger, "id");
            graph.Node(id, Label(trigger), "cds");
            graph.Edge(id, "start", null);
        }

        var last = graph.Sequence(Maps(flow.GetValueOrDefault("tasks")), ["start"], null);
        foreach (var branch in (ReadOnlySpan<string>)["finally", "afterExecution"])
        {
            last = graph.Sequence(Maps(flow.GetValueOrDefault(branch)), last, branch);
        }

        graph.Join(last, "end");
        graph.Sequence(Maps(flow.GetValueOrDefault("errors")), ["start"], "errors");
        return $"digraph {Quote(name)} {{\n  node [shape=box, style=rounded];\n{graph.nodes}{graph.edges}}}\n";
    }

    /// <returns>The tasks that are last.</returns>
    private IReadOnlyList<string> Sequence(IEnumerable<IReadOnlyDictionary<string, object?>> tasks, IReadOnlyList<string> before, string? label)
    {
        foreach (var task in tasks)
        {
            Join(before, Text(task, "id"), label);
            before = Task(task);
            label = null;
        }

        return before;
    }

    private IReadOnlyList<string> Task(IReadOnlyDictionary<string, object?> task)
    {
        var id = Text(task, "id");
        Node(id, Label(task), null);
        var branches = Branches(task).ToList();
        if (branches.Count == 0)
        {
            return [id];
        }

        var isParallel = LastPart(Text(task, "type")) is "Parallel" or "EachParallel" or "Dag";
        var last = new List<string>();
        nodes.Append(Indent()).Append("subgraph ").Append(Quote("cluster_" + id)).Append(" {\n");
        depth++;
        nodes.Append(Indent()).Append("label=").Append(Quote(id)).Append(";\n");
        foreach (var (name, children) in branches)
        {
            var ends = isParallel && name == "tasks" ? SideBySide(children, id) : Sequence(children.Select(static child => child.Task), [id], name == "tasks" ? null : name);
            last.AddRange(AfterTheTask.Contains(name) ? [] : ends);
        }

        depth--;
        nodes.Append(Indent()).Append("}\n");
        if (last.Count == 0 || MayPassBy(task, branches))
        {
            last.Add(id);
        }

        return last;
    }

    // A choice without a branch for the other case goes straight on.
    private static bool MayPassBy(IReadOnlyDictionary<string, object?> task, List<(string Name, IReadOnlyList<Child> Children)> branches) => LastPart(Text(task, "type")) switch
    {
        "If" => !branches.Exists(static branch => branch.Name == "else"),
        "Switch" => !branches.Exists(static branch => branch.Name == "defaults"),
        _ => false,
    };

    // Children of a Dag wait for those that they name, all others begin with their parent.
    private List<string> SideBySide(IReadOnlyList<Child> children, string parent)
    {
        var ends = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        var awaited = new HashSet<string>(StringComparer.Ordinal);
        foreach (var child in children)
        {
            ends[Text(child.Task, "id")] = Task(child.Task);
        }

        foreach (var child in children)
        {
            var id = Text(child.Task, "id");
            Join(child.DependsOn.Count == 0 ? [parent] : [.. child.DependsOn.SelectMany(name => ends.GetValueOrDefault(name) ?? [])], id);
            awaited.UnionWith(child.DependsOn);
        }

        return [.. ends.Where(end => !awaited.Contains(end.Key)).SelectMany(static end => end.Value)];
    }

    private static IEnumerable<(string Name, IReadOnlyList<Child> Children)> Branches(IReadOnlyDictionary<string, object?> task)
    {
        foreach (var (name, value) in task)
        {
            if (Children(value) is { Count: > 0 } children)
            {
                yield return (name, children);
            }
            else if (value is IReadOnlyDictionary<string, object?> cases)
            {
                foreach (var (key, item) in cases.Where(static pair => Children(pair.Value).Count > 0))
                {
                    yield return (key, Children(item));
                }
            }
        }
    }

    private static List<Child> Children(object? value) => [.. Maps(value)
        .Select(static item => item.GetValueOrDefault("task") is IReadOnlyDictionary<string, object?> task
            ? new Child(task, [.. (item.GetValueOrDefault("dependsOn") as IEnumerable<object?> ?? []).Select(static name => Convert.ToString(name, CultureInfo.InvariantCulture) ?? "")])
            : new Child(item, []))
        .Where(static child => Text(child.Task, "id").Length > 0 && Text(child.Task, "type").Contains('.', StringComparison.Ordinal))];

    private void Join(IReadOnlyList<string> from, string to, string? label = null)
    {
        foreach (var source in from)
        {
            Edge(source, to, label);
        }
    }

    private void Node(string id, string label, string? shape) =>
        nodes.Append(Indent()).Append(Quote(id)).Append(" [label=").Append(Quote(label)).Append(shape is null ? "" : $", shape={shape}").Append("];\n");

    private void Edge(string from, string to, string? label) =>
        edges.Append("  ").Append(Quote(from)).Append(" -> ").Append(Quote(to))
            .Append(label is null ? "" : $" [label={Quote(label)}{(label == "errors" ? ", style=dashed" : "")}]").Append(";\n");

    private string Indent() => new(' ', depth * 2);

    private static string Label(IReadOnlyDictionary<string, object?> task) => $"{Text(task, "id")}\n{LastPart(Text(task, "type"))}";

    private static string LastPart(string type) => type[(type.LastIndexOf('.') + 1)..];

    private static IEnumerable<IReadOnlyDictionary<string, object?>> Maps(object? value) => (value as IEnumerable<object?> ?? []).OfType<IReadOnlyDictionary<string, object?>>();

    private static string Text(IReadOnlyDictionary<string, object?> map, string key) => map.GetValueOrDefault(key) as string ?? "";

    private static string Quote(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    /// <param name="DependsOn">Neighbours that end before this one begins.</param>
    private sealed record Child(IReadOnlyDictionary<string, object?> Task, IReadOnlyList<string> DependsOn);
}

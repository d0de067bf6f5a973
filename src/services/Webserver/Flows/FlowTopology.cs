using System.Collections.Concurrent;
using System.Text.Json;
using Kestra.Model.Flows;
using Kestra.Storage;
using Kestra.Storage.Flows;

namespace Kestra.Webserver.Flows;

/// <summary>Why one flow leads to another.</summary>
internal enum FlowRelation { FLOW_TASK, FLOW_TRIGGER }

internal readonly record struct FlowEdge((string Namespace, string Id) From, (string Namespace, string Id) To, FlowRelation Relation);

/// <summary>Flows that lead to each other; a flow that leads nowhere and is led to by none is not in it.</summary>
internal sealed record FlowGraph(IReadOnlyList<FlowEdge> Edges)
{
    public IEnumerable<(string Namespace, string Id)> Flows => Edges.SelectMany(static edge => new[] { edge.From, edge.To }).Distinct();

    public void Write(Utf8JsonWriter writer, string tenant)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("nodes"u8);
        foreach (var flow in Flows)
        {
            writer.WriteStartObject();
            writer.WriteString("uid"u8, Name(tenant, flow));
            writer.WriteString("namespace"u8, flow.Namespace);
            writer.WriteString("id"u8, flow.Id);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("edges"u8);
        foreach (var edge in Edges)
        {
            writer.WriteStartObject();
            writer.WriteString("source"u8, Name(tenant, edge.From));
            writer.WriteString("target"u8, Name(tenant, edge.To));
            writer.WriteString("relation"u8, edge.Relation.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string Name(string tenant, (string Namespace, string Id) flow) => $"{tenant}_{flow.Namespace}_{flow.Id}";
}

/// <summary>Finds which flows lead to which: by their Subflow tasks and by their Flow triggers.</summary>
internal sealed class FlowTopology(IStore store, FlowRevisions revisions)
{
    private const string FlowTrigger = "io.kestra.plugin.core.trigger.Flow";

    // What one revision says of others never changes, so it is read once. Old revisions go when there are too many.
    private const int MaxKnown = 50_000;
    private readonly ConcurrentDictionary<(string Tenant, string Namespace, string Id, int Revision), Links> known = new();

    /// <param name="destinationOnly">Only what the flow leads to.</param>
    /// <param name="expandAll">What these lead to as well, and so on.</param>
    public async Task<FlowGraph> OfFlowAsync(string tenant, string @namespace, string id, bool destinationOnly, bool expandAll, CancellationToken cancellationToken)
    {
        var all = await EdgesAsync(tenant, cancellationToken);
        var reached = new HashSet<(string, string)> { (@namespace, id) };
        var found = new HashSet<FlowEdge>();
        for (var fresh = new List<(string, string)> { (@namespace, id) }; fresh.Count > 0;)
        {
            var from = fresh.ToHashSet();
            fresh = [];
            foreach (var edge in all.Where(edge => from.Contains(edge.From) || (!destinationOnly && from.Contains(edge.To))))
            {
                found.Add(edge);
                foreach (var end in new[] { edge.From, edge.To }.Where(reached.Add))
                {
                    fresh.Add(end);
                }
            }

            if (!expandAll)
            {
                break;
            }
        }

        return new FlowGraph([.. found]);
    }

    public async Task<FlowGraph> OfNamespaceAsync(string tenant, string @namespace, bool destinationOnly, CancellationToken cancellationToken) =>
        new([.. (await EdgesAsync(tenant, cancellationToken)).Where(edge => edge.From.Namespace == @namespace || (!destinationOnly && edge.To.Namespace == @namespace))]);

    private async Task<IReadOnlyList<FlowEdge>> EdgesAsync(string tenant, CancellationToken cancellationToken)
    {
        var flows = await store.Flows.FindAllAsync(tenant, cancellationToken);
        var names = flows.Select(static flow => (flow.Namespace, flow.Id)).ToHashSet();
        var edges = new HashSet<FlowEdge>();
        foreach (var stored in flows)
        {
            var (self, links) = ((stored.Namespace, stored.Id), LinksOf(stored));
            edges.UnionWith(links.Subflows.Where(names.Contains).Select(target => new FlowEdge(self, target, FlowRelation.FLOW_TASK)));
            edges.UnionWith(links.Sources.SelectMany(source => source.In(names, self)).Select(source => new FlowEdge(source, self, FlowRelation.FLOW_TRIGGER)));
        }

        return [.. edges];
    }

    private Links LinksOf(StoredFlow stored)
    {
        if (known.Count > MaxKnown)
        {
            known.Clear();
        }

        return known.GetOrAdd((stored.TenantId, stored.Namespace, stored.Id, stored.Revision), static (_, given) => Read(given.Revisions.ReadPlain(given.Stored)), (Revisions: revisions, Stored: stored));
    }

    private static Links Read(Flow flow)
    {
        var tasks = flow.Tasks.Concat(flow.Errors ?? []).Concat(flow.Finally ?? []).Concat(flow.AfterExecution ?? []);
        var subflows = tasks.SelectMany(static task => Subflows(task.Properties)).Distinct().ToList();
        var triggers = (flow.Triggers ?? []).Where(static trigger => trigger is { Type: FlowTrigger, Disabled: false });
        return new Links(subflows, [.. triggers.SelectMany(Sources)]);
    }

    private static IEnumerable<(string, string)> Subflows(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> map => (map.GetValueOrDefault("flowId") is string id && map.GetValueOrDefault("namespace") is string @namespace ? [(@namespace, id)] : Enumerable.Empty<(string, string)>()).Concat(map.Values.SelectMany(Subflows)),
        IReadOnlyList<object?> list => list.SelectMany(Subflows),
        _ => [],
    };

    private static IEnumerable<Source> Sources(TriggerDefinition trigger)
    {
        foreach (var condition in trigger.Conditions ?? [])
        {
            var properties = condition.Properties;
            if (condition.Type.EndsWith(".ExecutionFlow", StringComparison.Ordinal) || condition.Type.EndsWith(".ExecutionFlowCondition", StringComparison.Ordinal))
            {
                yield return new Source(properties.GetValueOrDefault("namespace") as string, properties.GetValueOrDefault("flowId") as string, IsPrefix: false);
            }
            else if (condition.Type.EndsWith(".ExecutionNamespace", StringComparison.Ordinal) || condition.Type.EndsWith(".ExecutionNamespaceCondition", StringComparison.Ordinal))
            {
                yield return new Source(properties.GetValueOrDefault("namespace") as string, null, properties.GetValueOrDefault("prefix") is true || properties.GetValueOrDefault("comparison") is "PREFIX");
            }
        }

        if (trigger.Properties.GetValueOrDefault("preconditions") is IReadOnlyDictionary<string, object?> preconditions && preconditions.GetValueOrDefault("flows") is IReadOnlyList<object?> flows)
        {
            foreach (var flow in flows.OfType<IReadOnlyDictionary<string, object?>>())
            {
                yield return new Source(flow.GetValueOrDefault("namespace") as string, flow.GetValueOrDefault("flowId") as string, IsPrefix: false);
            }
        }
    }

    private sealed record Links(IReadOnlyList<(string Namespace, string Id)> Subflows, IReadOnlyList<Source> Sources);

    /// <summary>Flows whose executions a trigger waits for; null leaves that part open.</summary>
    private sealed record Source(string? Namespace, string? FlowId, bool IsPrefix)
    {
        public IEnumerable<(string Namespace, string Id)> In(IEnumerable<(string Namespace, string Id)> flows, (string, string) self) =>
            Namespace is null && FlowId is null ? [] : flows.Where(flow => flow != self && (FlowId is null || flow.Id == FlowId) && (Namespace is null || flow.Namespace == Namespace || (IsPrefix && flow.Namespace.StartsWith(Namespace + ".", StringComparison.Ordinal))));
    }
}

using Kestra.Flows;
using Kestra.Flows.Graph;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Model.Triggers;
using Kestra.Plugins.Description;
using Kestra.Storage;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Executions;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Flows;

/// <summary>Flows, sources and executions as graphs.</summary>
internal sealed class FlowGraphEndpoints(IStore store, FlowRevisions revisions, FlowReader reader, ExecutionDesk desk, IPluginCatalog catalog, IIdSource ids) : IEndpointGroup
{
    /// <summary>Flows that one graph shows at most.</summary>
    private const int MaxFlows = 200;

    private readonly FlowGraphBuilder builder = new(catalog, ids);

    public void Map(IEndpointRouteBuilder api)
    {
        api.Get("/{tenant}/flows/{namespace}/{id}/graph", StoredAsync);
        api.Post("/{tenant}/flows/graph", SourceAsync);
        api.Get("/{tenant}/executions/{id}/graph", ExecutionAsync);
    }

    private async Task StoredAsync(HttpContext http)
    {
        var (tenant, @namespace, id) = (http.Tenant(), http.Route("namespace"), http.Route("id"));
        var stored = await revisions.RequireAsync(tenant, @namespace, id, http.Integer("revision"), http.RequestAborted, $"Unable to find flow {tenant}_{@namespace}_{id}");
        var flow = Drawable(revisions.ReadPlain(stored));
        await AnswerAsync(http, flow, await store.Triggers.FindAllAsync(tenant, @namespace, id, http.RequestAborted), null);
    }

    private async Task SourceAsync(HttpContext http)
    {
        var reading = reader.Read(await FlowSources.BodyAsync(http, "flow"), http.Tenant(), strict: false);
        if (!reading.IsReadable || reading.Flow!.Tasks.Count == 0)
        {
            throw new ApiException(422, "Invalid entity", reading.Problem ?? "tasks: must not be empty");
        }

        await AnswerAsync(http, reading.Flow, [], null);
    }

    private async Task ExecutionAsync(HttpContext http)
    {
        var execution = await desk.RequireAsync(http.Tenant(), http.Route("id"), http.RequestAborted);
        var stored = await revisions.FindAsync(execution.TenantId, execution.Namespace, execution.FlowId, execution.FlowRevision, http.RequestAborted, allowDeleted: true) ?? throw ApiException.NotFound();
        await AnswerAsync(http, Drawable(revisions.ReadPlain(stored)), [], execution);
    }

    private async Task AnswerAsync(HttpContext http, Flow flow, IReadOnlyList<Trigger> triggers, Execution? execution)
    {
        var expanded = http.Request.Query["subflows"].SelectMany(static text => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.Ordinal);
        var subflows = expanded.Count == 0 ? [] : await SubflowsAsync(flow, http.RequestAborted);
        try
        {
            var graph = builder.Build(flow, triggers, execution, expanded, (@namespace, id, revision) => subflows.GetValueOrDefault((@namespace, id, revision)));
            await Answers.JsonAsync(http, graph.Write);
        }
        catch (SubflowExpansionException error)
        {
            throw error.IsMissing ? ApiException.NotFound(error.Message) : ApiException.IllegalArgument(error.Message);
        }
    }

    // Whatever the flow may lead to is read first; the graph takes what it needs of it.
    private async Task<Dictionary<(string, string, int?), Flow>> SubflowsAsync(Flow root, CancellationToken cancellationToken)
    {
        var found = new Dictionary<(string, string, int?), Flow>();
        var open = new Queue<Flow>([root]);
        while (open.TryDequeue(out var flow))
        {
            foreach (var key in References(flow).Where(key => !found.ContainsKey(key)).ToList())
            {
                if (found.Count < MaxFlows && await revisions.FindAsync(root.TenantId, key.Namespace, key.Id, key.Revision, cancellationToken) is { } stored)
                {
                    found[key] = revisions.ReadPlain(stored);
                    open.Enqueue(found[key]);
                }
            }
        }

        return found;
    }

    private static IEnumerable<(string Namespace, string Id, int? Revision)> References(Flow flow) =>
        flow.Tasks.Concat(flow.Errors ?? []).Concat(flow.Finally ?? []).Concat(flow.AfterExecution ?? []).SelectMany(static task => References(task.Properties));

    private static IEnumerable<(string Namespace, string Id, int? Revision)> References(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> map => (map.GetValueOrDefault("flowId") is string id && map.GetValueOrDefault("namespace") is string @namespace
            ? [(@namespace, id, map.GetValueOrDefault("revision") switch { int number => (int?)number, long number => (int)number, _ => null })]
            : Enumerable.Empty<(string, string, int?)>()).Concat(map.Values.SelectMany(References)),
        IReadOnlyList<object?> list => list.SelectMany(References),
        _ => [],
    };

    private static Flow Drawable(Flow flow) => flow.Exception is { } exception ? throw ApiException.IllegalState($"The flow is invalid: {exception}") : flow;
}

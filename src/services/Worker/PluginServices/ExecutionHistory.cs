using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Json;
using Kestra.Plugins.Services;
using Kestra.Storage;
using Kestra.Storage.Logs;
using Kestra.Storage.Objects;
using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Worker.PluginServices;

/// <summary>Counts and removes executions for tasks.</summary>
internal sealed class ExecutionHistory(IStore store, IObjectStorage objects, IExecutionCommands commands) : IExecutionHistory
{
    public Task<long> CountAsync(string tenantId, string @namespace, string? flowId, IReadOnlyList<StateType>? states, Instant from, Instant? to, CancellationToken cancellationToken)
    {
        var filters = new List<QueryFilter>
        {
            new(FilterField.NAMESPACE, FilterOperation.EQUALS, @namespace),
            new(FilterField.START_DATE, FilterOperation.GREATER_THAN_OR_EQUAL_TO, from),
        };
        Add(filters, FilterField.FLOW_ID, FilterOperation.EQUALS, flowId);
        Add(filters, FilterField.START_DATE, FilterOperation.LESS_THAN_OR_EQUAL_TO, to);
        Add(filters, FilterField.STATE, FilterOperation.IN, Names(states));
        return store.Executions.CountAsync(tenantId, filters, cancellationToken);
    }

    public async Task<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellationToken)
    {
        var filters = new List<QueryFilter> { new(FilterField.END_DATE, FilterOperation.LESS_THAN_OR_EQUAL_TO, request.EndedUntil) };
        Add(filters, FilterField.START_DATE, FilterOperation.GREATER_THAN_OR_EQUAL_TO, request.StartedFrom);
        Add(filters, FilterField.NAMESPACE, FilterOperation.PREFIX, request.Namespace);
        Add(filters, FilterField.FLOW_ID, FilterOperation.EQUALS, request.FlowId);
        Add(filters, FilterField.STATE, FilterOperation.IN, Names(request.States));
        var size = Math.Clamp(request.BatchSize, 1, PageRequest.MaxSize);
        var total = new PurgeResult(0, 0, 0, 0);
        for (var page = 1; ;)
        {
            var found = await store.Executions.SearchAsync(request.TenantId, filters, new PageRequest(page, size, [new SortField("id")]), cancellationToken);
            foreach (var document in found.Results)
            {
                total = Sum(total, await PurgeAsync(request, ModelJson.ReadExecution(document.Span), cancellationToken));
            }

            if (found.Results.Count < size)
            {
                return total;
            }

            // What was removed is no longer found; what only lost its logs or files is stepped over.
            page += request.Executions ? 0 : 1;
        }
    }

    private async Task<PurgeResult> PurgeAsync(PurgeRequest request, Execution execution, CancellationToken cancellationToken)
    {
        // Of executions that a pause closed for the moment the end is only the pause's beginning.
        if (!execution.State.Current.IsTerminated)
        {
            return new PurgeResult(0, 0, 0, 0);
        }

        // The execution goes first: what is left after a crash is then out of sight.
        var executions = request.Executions && await commands.DeleteAsync(execution.TenantId, execution.Id, cancellationToken) ? 1 : 0;
        var logs = request.Logs ? await store.Logs.DeleteAsync(execution.TenantId, execution.Id, new LogQuery(), cancellationToken) : 0;
        var metrics = request.Metrics ? await store.Metrics.DeleteAsync(execution.TenantId, execution.Id, cancellationToken) : 0;
        var files = request.Files ? (await objects.DeletePrefixAsync(execution.TenantId, StoragePaths.Execution(execution.Namespace, execution.FlowId, execution.Id), cancellationToken)).Count : 0;
        return new PurgeResult(executions, logs, metrics, files);
    }

    private static void Add(List<QueryFilter> filters, FilterField field, FilterOperation operation, object? value)
    {
        if (value is not null)
        {
            filters.Add(new QueryFilter(field, operation, value));
        }
    }

    private static List<string>? Names(IReadOnlyList<StateType>? states) => states is { Count: > 0 } ? [.. states.Select(static state => state.ToString())] : null;

    private static PurgeResult Sum(PurgeResult left, PurgeResult right) =>
        new(left.Executions + right.Executions, left.Logs + right.Logs, left.Metrics + right.Metrics, left.Files + right.Files);
}

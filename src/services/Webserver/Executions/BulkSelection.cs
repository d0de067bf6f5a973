using System.Text.Json;
using Kestra.Model.Executions;
using Kestra.Storage;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Queries;
using Kestra.Webserver.Requests;
using Microsoft.AspNetCore.Http;

namespace Kestra.Webserver.Executions;

/// <summary>Which executions a bulk call means, and whether it can take them: all of them or none.</summary>
internal sealed class BulkSelection(IStore store, ExecutionDesk desk, FilterReader filters, WebserverOptions options)
{
    /// <summary>The ids of a JSON list.</summary>
    public async Task<IReadOnlyList<string>> ByIdsAsync(HttpContext http)
    {
        using var body = await http.BodyJsonAsync("executionsId");
        return Ids(body.RootElement);
    }

    public IReadOnlyList<string> Ids(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(static item => item.ValueKind != JsonValueKind.String))
        {
            throw new ApiException(422, "Invalid json", "A list of execution ids is expected");
        }

        return Limited([.. list.EnumerateArray().Select(static item => item.GetString()!).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>The ids of all that match the filters of the request.</summary>
    public async Task<IReadOnlyList<string>> ByQueryAsync(HttpContext http) =>
        Limited(await store.Executions.SearchIdsAsync(http.Tenant(), filters.Read(http, FilterResource.EXECUTION), options.MaxBulkSize + 1, http.RequestAborted));

    /// <summary>Looks every execution up before the first is changed.</summary>
    /// <returns>Null when all can be taken.</returns>
    public async Task<BulkRefusal?> CheckAsync(HttpContext http, IReadOnlyList<string> ids, BulkVerb verb)
    {
        var invalids = new List<(string, string)>();
        foreach (var id in ids)
        {
            var reason = await desk.FindAsync(http.Tenant(), id, http.RequestAborted) is { } execution ? verb.Refuses(execution) : "execution not found";
            if (reason is not null)
            {
                invalids.Add((id, reason));
            }
        }

        return invalids.Count == 0 ? null : new BulkRefusal(verb.Message, invalids);
    }

    /// <summary>Does something to each; a few at a time, which the executor commits together.</summary>
    /// <param name="act">Gets each execution as it is now; one that is gone by now is left out.</param>
    public async Task EachAsync(HttpContext http, IReadOnlyList<string> ids, Func<Execution, CancellationToken, Task> act)
    {
        var (tenant, few) = (http.Tenant(), new ParallelOptions { MaxDegreeOfParallelism = 32, CancellationToken = http.RequestAborted });
        await Parallel.ForEachAsync(ids, few, async (id, cancellationToken) =>
        {
            if (await desk.FindAsync(tenant, id, cancellationToken) is { } execution)
            {
                await act(execution, cancellationToken);
            }
        });
    }

    private IReadOnlyList<string> Limited(IReadOnlyList<string> ids) => ids.Count <= options.MaxBulkSize
        ? ids
        : throw ApiException.IllegalArgument($"One call takes at most {options.MaxBulkSize} executions; narrow the selection");
}

using System.Text.Json;
using Kestra.Hosting.Lanes;
using Kestra.Model.Triggers;
using Kestra.Storage;
using Kestra.Storage.Queries;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Queries;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Triggers;

/// <summary>The same to many triggers. Those that it makes no sense for are passed over, and not counted.</summary>
internal sealed class TriggerBulkEndpoints(IStore store, TriggerDesk desk, FilterReader filters, WebserverOptions options) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder api)
    {
        var triggers = api.MapGroup("/{tenant}/triggers");
        triggers.Post("/set-disabled/by-triggers", SetDisabledAsync);
        triggers.Post("/set-disabled/by-query", async http => await SetDisabledAsync(http, await ByQueryAsync(http), http.Flag("disabled", true)));
        Both(triggers, "/unlock", static row => row.ExecutionId is not null || row.EvaluateRunningDate is not null, desk.UnlockAsync);
        Both(triggers, "/backfill/pause", static row => row.Backfill is { Paused: false }, (key, cancellationToken) => desk.SetBackfillPausedAsync(key, true, cancellationToken));
        Both(triggers, "/backfill/unpause", static row => row.Backfill is { Paused: true }, (key, cancellationToken) => desk.SetBackfillPausedAsync(key, false, cancellationToken));
        Both(triggers, "/backfill/delete", static row => row.Backfill is not null, desk.DeleteBackfillAsync);
    }

    private void Both(IEndpointRouteBuilder triggers, string path, Func<Trigger, bool> applies, Func<TriggerKey, CancellationToken, Task<Trigger>> act)
    {
        triggers.Post($"{path}/by-triggers", async http => await EachAsync(http, await ByTriggersAsync(http), applies, act));
        triggers.Post($"{path}/by-query", async http => await EachAsync(http, await ByQueryAsync(http), applies, act));
    }

    private static async Task EachAsync(HttpContext http, IReadOnlyList<Trigger> rows, Func<Trigger, bool> applies, Func<TriggerKey, CancellationToken, Task<Trigger>> act)
    {
        var chosen = rows.Where(applies).ToList();
        foreach (var row in chosen)
        {
            await act(TriggerKey.Of(row), http.RequestAborted);
        }

        await Answers.CountAsync(http, chosen.Count);
    }

    private async Task SetDisabledAsync(HttpContext http)
    {
        using var body = await http.BodyJsonAsync("setDisabledRequest");
        var keys = KeysOf(http, body.RootElement.Member("triggers") ?? throw ApiException.InvalidEntity("triggers", "must not be null"));
        await SetDisabledAsync(http, await RowsAsync(keys, http.RequestAborted), body.RootElement.Flag("disabled") ?? throw ApiException.InvalidEntity("disabled", "must not be null"));
    }

    private async Task SetDisabledAsync(HttpContext http, IReadOnlyList<Trigger> rows, bool disabled)
    {
        foreach (var row in rows)
        {
            await desk.SetDisabledAsync(TriggerKey.Of(row), disabled, http.RequestAborted);
        }

        await Answers.CountAsync(http, rows.Count);
    }

    private async Task<IReadOnlyList<Trigger>> ByTriggersAsync(HttpContext http)
    {
        using var body = await http.BodyJsonAsync("triggers");
        return await RowsAsync(KeysOf(http, body.RootElement), http.RequestAborted);
    }

    private IReadOnlyList<TriggerKey> KeysOf(HttpContext http, JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new ApiException(422, "Invalid json", "A list of {\"namespace\", \"flowId\", \"triggerId\"} is expected");
        }

        return list.GetArrayLength() <= options.MaxBulkSize
            ? [.. list.EnumerateArray().Select(item => TriggerDesk.KeyOf(http.Tenant(), item)).Distinct()]
            : throw ApiException.IllegalArgument($"One call takes at most {options.MaxBulkSize} triggers");
    }

    private async Task<IReadOnlyList<Trigger>> RowsAsync(IReadOnlyList<TriggerKey> keys, CancellationToken cancellationToken)
    {
        var rows = new List<Trigger>();
        foreach (var key in keys)
        {
            if (await store.Triggers.FindAsync(key.TenantId, key.Namespace, key.FlowId, key.TriggerId, cancellationToken) is { } row)
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    private async Task<IReadOnlyList<Trigger>> ByQueryAsync(HttpContext http)
    {
        var wanted = filters.Read(http, FilterResource.TRIGGER);
        var rows = new List<Trigger>();
        for (var number = 1; ; number++)
        {
            var page = await store.Triggers.SearchAsync(http.Tenant(), wanted, new PageRequest(number, PageRequest.MaxSize), http.RequestAborted);
            rows.AddRange(page.Results);
            if (page.Results.Count < PageRequest.MaxSize || rows.Count >= options.MaxBulkSize)
            {
                return rows;
            }
        }
    }
}

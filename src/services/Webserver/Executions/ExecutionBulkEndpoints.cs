using Kestra.Engine;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Executions;

/// <summary>The same to many executions: by ids or by query, all or nothing.</summary>
internal sealed class ExecutionBulkEndpoints(BulkSelection selection, ExecutionDesk desk, ExecutionActions actions, ExecutionRemoval removal) : IEndpointGroup
{
    private const string StateEnum = "io.kestra.core.models.flows.State.Type";

    public void Map(IEndpointRouteBuilder api)
    {
        var executions = api.MapGroup("/{tenant}/executions");
        executions.Delete("/by-ids", async http => await DeleteAsync(http, await selection.ByIdsAsync(http)));
        executions.Delete("/by-query", async http => await DeleteAsync(http, await selection.ByQueryAsync(http)));
        executions.Delete("/kill/by-ids", async http => await KillAsync(http, await selection.ByIdsAsync(http)));
        executions.Delete("/kill/by-query", async http => await KillAsync(http, await selection.ByQueryAsync(http)));
        Both(executions, "restart", (http, ids) => DoAsync(http, ids, BulkVerb.Restart, static _ => new Command.Restart(null)));
        Both(executions, "pause", (http, ids) => DoAsync(http, ids, BulkVerb.Pause, static _ => new Command.Pause()));
        Both(executions, "force-run", (http, ids) => DoAsync(http, ids, BulkVerb.ForceRun, static _ => new Command.ForceRun()));
        Both(executions, "resume", ResumeAsync);
        Both(executions, "replay", ReplayAsync);
        Both(executions, "change-status", ChangeStatusAsync);
        executions.Post("/unqueue/by-ids", async http => await UnqueueAsync(http, "state", await selection.ByIdsAsync(http)));
        executions.Post("/unqueue/by-query", async http => await UnqueueAsync(http, "newState", await selection.ByQueryAsync(http)));
        executions.Post("/labels/by-ids", LabelsByIdsAsync);
        executions.Post("/labels/by-query", LabelsByQueryAsync);
    }

    private void Both(IEndpointRouteBuilder executions, string verb, Func<HttpContext, IReadOnlyList<string>, Task> handle)
    {
        executions.Post($"/{verb}/by-ids", async http => await handle(http, await selection.ByIdsAsync(http)));
        executions.Post($"/{verb}/by-query", async http => await handle(http, await selection.ByQueryAsync(http)));
    }

    private Task KillAsync(HttpContext http, IReadOnlyList<string> ids) => DoAsync(http, ids, BulkVerb.Kill, static _ => new Command.Kill(Cascade: false));

    private Task ResumeAsync(HttpContext http, IReadOnlyList<string> ids) =>
        EachAsync(http, ids, BulkVerb.Resume, async (execution, cancellationToken) =>
            ExecutionDesk.Accepted(http, await desk.TrySubmitAsync(execution.TenantId, execution.Id, await actions.ResumeAsync(execution, cancellationToken), cancellationToken)));

    private Task ReplayAsync(HttpContext http, IReadOnlyList<string> ids)
    {
        var latest = http.Flag("latestRevision");
        return EachAsync(http, ids, BulkVerb.Replay, async (execution, cancellationToken) =>
        {
            var replay = await actions.ReplayAsync(execution, null, latest ? ReplayRevision.Latest : ReplayRevision.Same, null, null, cancellationToken);
            ExecutionDesk.Accepted(http, await desk.TrySubmitAsync(replay.TenantId, replay.Id, new Command.Create(replay), cancellationToken));
        });
    }

    private Task ChangeStatusAsync(HttpContext http, IReadOnlyList<string> ids)
    {
        var state = RequestValues.Constant<StateType>("newStatus", http.RequiredQuery("newStatus"), StateEnum);
        return state.IsTerminated
            ? DoAsync(http, ids, BulkVerb.ChangeStatus, _ => new Command.ChangeState(state))
            : throw ApiException.IllegalArgument("You can only change the state of an execution to a terminal state.");
    }

    private Task UnqueueAsync(HttpContext http, string parameter, IReadOnlyList<string> ids)
    {
        var state = ExecutionActions.UnqueueTarget(RequestValues.Constant<StateType>(parameter, http.RequiredQuery(parameter), StateEnum));
        return DoAsync(http, ids, BulkVerb.Unqueue, _ => new Command.Unqueue(state));
    }

    private async Task LabelsByIdsAsync(HttpContext http)
    {
        using var body = await http.BodyJsonAsync("setLabelsByIdsRequest");
        var ids = selection.Ids(body.RootElement.Member("executionsId") ?? throw ApiException.InvalidEntity("executionsId", "must not be null"));
        var labels = LabelBodies.Read(body.RootElement.Member("executionLabels") ?? throw ApiException.InvalidEntity("executionLabels", "must not be null"), "executionLabels");
        await MergeLabelsAsync(http, ids, labels);
    }

    private async Task LabelsByQueryAsync(HttpContext http)
    {
        using var body = await http.BodyJsonAsync("setLabels");
        var labels = LabelBodies.Read(body.RootElement, "setLabels");
        await MergeLabelsAsync(http, await selection.ByQueryAsync(http), labels);
    }

    private Task MergeLabelsAsync(HttpContext http, IReadOnlyList<string> ids, IReadOnlyList<Label> given)
    {
        var labels = ExecutionDesk.UserLabels(given);
        return DoAsync(http, ids, BulkVerb.Labels, execution =>
        {
            var merged = new OrderedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var label in (execution.Labels ?? []).Where(static label => !label.IsSystem).Concat(labels))
            {
                merged[label.Key] = label.Value;
            }

            return new Command.SetLabels([.. merged.Select(static pair => new Label(pair.Key, pair.Value))]);
        });
    }

    private Task DeleteAsync(HttpContext http, IReadOnlyList<string> ids)
    {
        var (logs, metrics, files) = (http.Flag("deleteLogs", true), http.Flag("deleteMetrics", true), http.Flag("deleteStorage", true));
        return EachAsync(http, ids, BulkVerb.Delete(http.Flag("includeNonTerminated")), (execution, cancellationToken) => removal.RemoveAsync(execution, logs, metrics, files, cancellationToken));
    }

    private Task DoAsync(HttpContext http, IReadOnlyList<string> ids, BulkVerb verb, Func<Execution, Command> command) =>
        EachAsync(http, ids, verb, async (execution, cancellationToken) =>
            ExecutionDesk.Accepted(http, await desk.TrySubmitAsync(execution.TenantId, execution.Id, command(execution), cancellationToken)));

    private async Task EachAsync(HttpContext http, IReadOnlyList<string> ids, BulkVerb verb, Func<Execution, CancellationToken, Task> act)
    {
        if (await selection.CheckAsync(http, ids, verb) is { } refusal)
        {
            await RefuseAsync(http, refusal);
            return;
        }

        await selection.EachAsync(http, ids, act);
        await Answers.CountAsync(http, ids.Count);
    }

    private static Task RefuseAsync(HttpContext http, BulkRefusal refusal) => Answers.JsonAsync(
        http,
        writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("message"u8, refusal.Message);
            writer.WriteStartArray("invalids"u8);
            foreach (var (id, reason) in refusal.Invalids)
            {
                writer.WriteStartObject();
                writer.WriteString("message"u8, reason);
                writer.WriteString("rootBean"u8, id);
                writer.WriteString("rootBeanClass"u8, "java.lang.String");
                writer.WriteString("leafBean"u8, id);
                writer.WriteStartArray("propertyPath"u8);
                writer.WriteStartObject();
                writer.WriteString("name"u8, "execution");
                writer.WriteString("kind"u8, "PROPERTY");
                writer.WriteBoolean("inIterable"u8, false);
                writer.WriteEndObject();
                writer.WriteEndArray();
                writer.WriteString("invalidValue"u8, id);
                writer.WriteStartArray("executableParameters"u8);
                writer.WriteEndArray();
                writer.WriteString("messageTemplate"u8, "{messageTemplate}");
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        },
        StatusCodes.Status400BadRequest);
}

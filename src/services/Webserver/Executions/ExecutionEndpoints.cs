using Kestra.Engine;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Model.Json;
using Kestra.Storage;
using Kestra.Storage.Queries;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Flows;
using Kestra.Webserver.Queries;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;

namespace Kestra.Webserver.Executions;

/// <summary>Creating, reading and listing executions.</summary>
internal sealed class ExecutionEndpoints(
    IStore store, ExecutionDesk desk, ExecutionInputs inputs, ExecutionRemoval removal, FlowRevisions revisions, FilterReader filters, WebserverOptions options, IIdSource ids, TimeProvider time) : IEndpointGroup
{
    internal static readonly string[] Sortable = ["id", "namespace", "flowId", "state.current", "state.startDate", "state.endDate", "state.duration"];

    public void Map(IEndpointRouteBuilder api)
    {
        var executions = api.MapGroup("/{tenant}/executions");
        executions.Get("/search", SearchAsync);
        executions.Get("", ListByFlowAsync);
        executions.Get("/namespaces", NamespacesAsync);
        executions.Get("/namespaces/{namespace}/flows", FlowsOfNamespaceAsync);
        executions.Get("/flows/{namespace}/{flowId}", FlowAsync);
        executions.Get("/{id}", GetAsync);
        executions.Get("/{id}/flow", FlowOfExecutionAsync);
        executions.Delete("/{id}", DeleteAsync);
        executions.Post("/latest", LatestAsync);
        executions.Post("/{namespace}/{flowId}", CreateAsync);
        executions.Post("/trigger/{namespace}/{flowId}", CreateAsync);
        executions.Post("/{namespace}/{flowId}/validate", ValidateAsync);
    }

    private async Task SearchAsync(HttpContext http)
    {
        var request = PageReader.Read(http, "searchExecutions", Sortable);
        await AnswerPageAsync(http, filters.Read(http, FilterResource.EXECUTION), request);
    }

    private async Task ListByFlowAsync(HttpContext http)
    {
        var request = PageReader.Read(http, "searchExecutionsByFlowId", Sortable);
        QueryFilter[] wanted =
        [
            new(FilterField.NAMESPACE, FilterOperation.EQUALS, http.RequiredQuery("namespace")),
            new(FilterField.FLOW_ID, FilterOperation.EQUALS, http.RequiredQuery("flowId")),
        ];
        await AnswerPageAsync(http, wanted, request);
    }

    private async Task AnswerPageAsync(HttpContext http, IReadOnlyList<QueryFilter> wanted, PageRequest request)
    {
        var page = await store.Executions.SearchAsync(http.Tenant(), wanted, request, http.RequestAborted);
        await Answers.PageAsync(http, page.Results, page.Total, static (writer, document) => ModelJson.Write(writer, ModelJson.ReadExecution(document.Span), JsonProfile.Api));
    }

    private async Task NamespacesAsync(HttpContext http) =>
        await Answers.TextsAsync(http, (await store.Flows.FindNamespacesAsync(http.Tenant(), null, http.RequestAborted)).Order(StringComparer.Ordinal));

    private async Task FlowAsync(HttpContext http)
    {
        var stored = await revisions.RequireAsync(http.Tenant(), http.Route("namespace"), http.Route("flowId"), http.Integer("revision"), http.RequestAborted);
        await AnswerFlowAsync(http, revisions.ReadPlain(stored));
    }

    private async Task FlowOfExecutionAsync(HttpContext http)
    {
        var execution = await desk.RequireAsync(http.Tenant(), http.Route("id"), http.RequestAborted);
        var stored = await revisions.FindAsync(execution.TenantId, execution.Namespace, execution.FlowId, execution.FlowRevision, http.RequestAborted, allowDeleted: true) ?? throw ApiException.NotFound();
        await AnswerFlowAsync(http, revisions.ReadPlain(stored));
    }

    private static Task AnswerFlowAsync(HttpContext http, Flow flow) => Answers.JsonAsync(http, writer => ReducedFlowJson.Write(writer, flow));

    private async Task FlowsOfNamespaceAsync(HttpContext http)
    {
        var flows = await FlowEndpoints.AllOfAsync(store, http.Tenant(), http.Route("namespace"), http.RequestAborted);
        await Answers.ListAsync(http, flows.Select(revisions.ReadPlain), static (writer, flow) => ReducedFlowJson.Write(writer, flow));
    }

    private async Task GetAsync(HttpContext http) => await AnswerAsync(http, await desk.RequireAsync(http.Tenant(), http.Route("id"), http.RequestAborted));

    private async Task DeleteAsync(HttpContext http)
    {
        var execution = await desk.RequireAsync(http.Tenant(), http.Route("id"), http.RequestAborted);
        await removal.RemoveAsync(execution, http.Flag("deleteLogs", true), http.Flag("deleteMetrics", true), http.Flag("deleteStorage", true), http.RequestAborted);
        await Answers.Empty(http, StatusCodes.Status204NoContent);
    }

    private async Task LatestAsync(HttpContext http)
    {
        using var body = await http.BodyJsonAsync("flows");
        if (body.RootElement.ValueKind != System.Text.Json.JsonValueKind.Array)
        {
            throw new ApiException(422, "Invalid json", "A list of {\"namespace\", \"id\"} is expected");
        }

        var flows = body.RootElement.EnumerateArray().Select(static item => (item.Text("namespace") ?? "", item.Text("id") ?? "")).ToList();
        var latest = await store.Executions.LatestPerFlowAsync(http.Tenant(), flows, http.RequestAborted);
        await Answers.ListAsync(http, latest.Select(static document => ModelJson.ReadExecution(document.Span)), static (writer, execution) =>
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, execution.Id);
            writer.WriteString("namespace"u8, execution.Namespace);
            writer.WriteString("flowId"u8, execution.FlowId);
            writer.WriteString("startDate"u8, NodaTime.Text.InstantPattern.ExtendedIso.Format(execution.State.StartDate));
            writer.WriteString("status"u8, execution.State.Current.ToString());
            writer.WriteEndObject();
        });
    }

    private async Task CreateAsync(HttpContext http)
    {
        http.RequireType("multipart/form-data");
        var (tenant, now) = (http.Tenant(), Instant.FromDateTimeOffset(time.GetUtcNow()));
        var labels = ExecutionDesk.UserLabels(http.Request.Query["labels"].Where(static text => !string.IsNullOrEmpty(text)).Select(static text => FlatFilters.LabelOf(text!)), allowCorrelation: true);
        var kind = http.Constant<ExecutionKind>("kind", "io.kestra.core.models.executions.ExecutionKind");
        var flow = await RunnableAsync(http);
        var id = ids.Next();
        var given = await inputs.ReadAsync(http, flow, flow.Inputs ?? [], id);
        var resolved = await inputs.ResolveAsync(flow, flow.Inputs ?? [], id, given, http.RequestAborted);
        var execution = NewExecution.Build(flow, id, resolved, labels, null, http.Date("scheduleDate"), kind is ExecutionKind.NORMAL ? null : kind, now) with { Breakpoints = Breakpoints(http) };
        var isAwaited = http.Flag("wait");
        await desk.CreateAsync(http, tenant, id, inputs.Checked(flow, execution, http.RequestAborted), isAwaited);
        var answered = isAwaited ? await desk.WaitForEndAsync(tenant, id, http.RequestAborted) : execution;
        await AnswerAsync(http, answered, UrlOf(options, answered));
    }

    private async Task<Flow> RunnableAsync(HttpContext http)
    {
        var stored = await revisions.RequireAsync(http.Tenant(), http.Route("namespace"), http.Route("flowId"), http.Integer("revision"), http.RequestAborted, "Requested Flow is not found.");
        return ExecutionDesk.Runnable(revisions.ReadRunnable(stored));
    }

    internal static IReadOnlyList<Breakpoint>? Breakpoints(HttpContext http)
    {
        var texts = http.Request.Query["breakpoints"].SelectMany(static text => (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToList();
        return texts.Count == 0 ? null : [.. texts.Select(Breakpoint.Parse)];
    }

    private async Task ValidateAsync(HttpContext http)
    {
        var flow = await RunnableAsync(http);
        var id = ids.Next();
        var given = await ExecutionInputs.ValuesOnlyAsync(http);
        var resolved = await inputs.ResolveAllAsync(flow, flow.Inputs ?? [], id, given, http.RequestAborted);
        await Answers.JsonAsync(http, writer => InputValidationJson.Write(writer, flow, resolved));
    }

    internal static string UrlOf(WebserverOptions options, Execution execution) => $"{options.Url.TrimEnd('/')}/ui/{execution.TenantId}/executions/{execution.Namespace}/{execution.FlowId}/{execution.Id}";

    internal static Task AnswerAsync(HttpContext http, Execution execution, string? url = null) =>
        Answers.JsonAsync(http, writer => ModelJson.Write(writer, execution, JsonProfile.Api, url: url));
}

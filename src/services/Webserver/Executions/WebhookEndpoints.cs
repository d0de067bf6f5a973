using Kestra.Hosting.Triggers;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Json;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Flows;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Kestra.Webserver.Executions;

/// <summary>The addresses of Webhook triggers. The key in the address is the credential.</summary>
internal sealed class WebhookEndpoints(WebhookExecutions webhooks, FlowRevisions revisions, ExecutionDesk desk, WebserverOptions options) : IEndpointGroup
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT"];

    public void Map(IEndpointRouteBuilder api)
    {
        api.MapMethods("/{tenant}/executions/webhook/{namespace}/{id}/{key}", Methods, ReceiveAsync).Open();
        api.MapMethods("/{tenant}/executions/webhook/{namespace}/{id}/{key}/{**path}", Methods, ReceiveAsync).Open();
    }

    private async Task ReceiveAsync(HttpContext http)
    {
        var stored = await revisions.RequireAsync(http.Tenant(), http.Route("namespace"), http.Route("id"), null, http.RequestAborted, "Flow not found");
        var flow = Runnable(revisions.ReadRunnable(stored));
        var request = new WebhookRequest(http.Route("key"), await http.BodyBytesAsync(), Lists(http.Request.Headers), Lists(http.Request.Query));
        switch (await webhooks.CreateAsync(flow, request, http.RequestAborted))
        {
            case WebhookOutcome.NoTrigger:
                throw ApiException.NotFound("Webhook not found");
            case WebhookOutcome.ConditionsNotMet:
                await Answers.Empty(http, StatusCodes.Status204NoContent);
                break;
            case WebhookOutcome.Submitted submitted:
                ExecutionDesk.Accepted(http, submitted.Outcome);
                var execution = submitted.Execution;
                await AnswerAsync(http, submitted.Wait ? await desk.WaitForEndAsync(execution.TenantId, execution.Id, http.RequestAborted) : execution, submitted.Wait);
                break;
            case var other:
                throw new InvalidOperationException($"Unknown outcome {other.GetType().Name}.");
        }
    }

    private static Flow Runnable(Flow flow) => flow switch
    {
        { Exception: { } exception } => throw ApiException.IllegalState($"Cannot execute an invalid flow: {exception}"),
        { Disabled: true } => throw ApiException.IllegalState("Cannot execute a disabled flow"),
        _ => flow,
    };

    // The answer is shorter than an execution.
    private Task AnswerAsync(HttpContext http, Execution execution, bool withOutputs)
    {
        var url = ExecutionEndpoints.UrlOf(options, execution);
        return Answers.JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("tenantId"u8, execution.TenantId);
            ModelJson.WriteWebhookMembers(writer, execution, withOutputs);
            writer.WriteString("url"u8, url);
            writer.WriteEndObject();
        });
    }

    private static IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Lists(IEnumerable<KeyValuePair<string, StringValues>> values) =>
        [.. values.Select(static pair => KeyValuePair.Create<string, IReadOnlyList<string>>(pair.Key, [.. pair.Value.Select(static value => value ?? "")]))];
}

using Kestra.Engine;
using Kestra.Expressions;
using Kestra.Model.Executions;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Executions;

/// <summary>Tries an expression with what one task run sees. Secrets stay hidden.</summary>
internal sealed class EvalEndpoints(ExecutionDesk desk, ExecutionActions actions, EngineEnvironment environment) : IEndpointGroup
{
    public void Map(IEndpointRouteBuilder api) => api.Post("/{tenant}/executions/{id}/eval/{taskRunId}", EvaluateAsync);

    private async Task EvaluateAsync(HttpContext http)
    {
        http.RequireType("text/plain");
        var (id, taskRunId) = (http.Route("id"), http.Route("taskRunId"));
        var execution = await desk.RequireAsync(http.Tenant(), id, http.RequestAborted, $"Unable to find execution '{id}'");
        if (!(execution.TaskRunList ?? []).Any(run => run.Id == taskRunId))
        {
            throw ApiException.NotFound($"Can't find taskrun with taskrunId '{taskRunId}' on execution '{id}'");
        }

        var expression = await http.BodyTextAsync();
        var program = FlowProgram.Compile(await actions.FlowOfAsync(execution, null, http.RequestAborted), environment);
        var (result, error) = Evaluate(execution, program, taskRunId, expression, http.RequestAborted);
        await Answers.JsonAsync(http, writer =>
        {
            writer.WriteStartObject();
            if (error is null)
            {
                writer.WriteString("result"u8, result);
            }
            else
            {
                writer.WriteString("error"u8, error);
                // Clients show it; the frames of this server would tell the author of a flow nothing.
                writer.WriteString("stackTrace"u8, $"io.kestra.core.exceptions.IllegalVariableEvaluationException: {error}");
            }

            writer.WriteEndObject();
        });
    }

    private (string? Result, string? Error) Evaluate(Execution execution, FlowProgram program, string taskRunId, string expression, CancellationToken cancellationToken)
    {
        var host = environment.HostOf(execution.TenantId, execution.Namespace, execution.FlowId, execution.Id);
        var variables = ExecutionVariables.Of(execution, program, taskRunId);
        try
        {
            return (environment.Expressions.Render(expression, new RenderContext(variables, host is null ? null : new HiddenSecrets(host), cancellationToken)), null);
        }
        catch (ExpressionException error)
        {
            return (null, error.Message);
        }
    }

    /// <summary>The outside as ever, but with a mask for each secret.</summary>
    private sealed class HiddenSecrets(IExpressionHost inner) : IExpressionHost
    {
        private const string Mask = "******";

        public object? KeyValue(string key, string? @namespace, bool errorOnMissing) => inner.KeyValue(key, @namespace, errorOnMissing);

        // It is looked up all the same: that it is missing is worth knowing.
        public string Secret(string key, string? @namespace, string? subkey)
        {
            inner.Secret(key, @namespace, subkey);
            return Mask;
        }

        public string ReadFile(string path, string? @namespace) => inner.ReadFile(path, @namespace);

        public long FileSize(string path, string? @namespace) => inner.FileSize(path, @namespace);

        public bool FileExists(string path, string? @namespace) => inner.FileExists(path, @namespace);

        public string FileUri(string path) => inner.FileUri(path);

        public IReadOnlyList<object?> ErrorLogs() => inner.ErrorLogs();

        public object? Http(ExpressionHttpRequest request) => inner.Http(request);
    }
}

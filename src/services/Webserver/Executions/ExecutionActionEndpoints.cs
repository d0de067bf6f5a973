using System.Text.Json;
using Kestra.Engine;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Flows;
using Kestra.Webserver.Requests;
using Kestra.Webserver.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kestra.Webserver.Executions;

/// <summary>What can be done to one execution.</summary>
internal sealed class ExecutionActionEndpoints(ExecutionDesk desk, ExecutionActions actions, FlowRevisions revisions) : IEndpointGroup
{
    private const string StateEnum = "io.kestra.core.models.flows.State.Type";

    public void Map(IEndpointRouteBuilder api)
    {
        var execution = api.MapGroup("/{tenant}/executions/{id}");
        execution.Delete("/kill", KillAsync).Produces("text/json", Answers.Json);
        execution.Post("/pause", PauseAsync);
        execution.Post("/resume", ResumeAsync);
        execution.Post("/resume/validate", ValidateResumeAsync);
        execution.Post("/resume-from-breakpoint", ResumeFromBreakpointAsync);
        execution.Post("/restart", RestartAsync);
        execution.Post("/replay", http => ReplayAsync(http, withInputs: false));
        execution.Post("/replay-with-inputs", http => ReplayAsync(http, withInputs: true));
        execution.Post("/state", ChangeTaskRunStateAsync);
        execution.Post("/change-status", ChangeStatusAsync);
        execution.Post("/labels", LabelsAsync);
        execution.Post("/unqueue", UnqueueAsync);
        execution.Post("/force-run", ForceRunAsync);
    }

    private async Task KillAsync(HttpContext http)
    {
        var execution = await RequireAsync(http);
        var cascade = http.Flag("isOnKillCascade", otherwise: true);
        if (!execution.State.Current.IsTerminated)
        {
            await SubmitAsync(http, new Command.Kill(cascade));
        }
        else if (!cascade)
        {
            throw ApiException.IllegalState("Execution is already finished, can't kill it");
        }

        await Answers.Empty(http, StatusCodes.Status202Accepted);
    }

    private async Task PauseAsync(HttpContext http)
    {
        var execution = await RequireAsync(http);
        if (execution.State.Current != StateType.RUNNING)
        {
            throw ApiException.IllegalArgument("The execution is not running");
        }

        await SubmitAsync(http, new Command.Pause());
        await Answers.Empty(http, StatusCodes.Status200OK);
    }

    private async Task ResumeAsync(HttpContext http)
    {
        await SubmitAsync(http, await actions.ResumeAsync(http, await RequirePausedAsync(http)));
        await Answers.Empty(http, StatusCodes.Status204NoContent);
    }

    private async Task ValidateResumeAsync(HttpContext http)
    {
        var (flow, inputs) = await actions.ValidateResumeAsync(http, await RequirePausedAsync(http));
        await Answers.JsonAsync(http, writer => InputValidationJson.Write(writer, flow, inputs));
    }

    private async Task<Execution> RequirePausedAsync(HttpContext http)
    {
        var id = http.Route("id");
        var execution = await desk.RequireAsync(http.Tenant(), id, http.RequestAborted, $"Execution '{id}' not found.");
        return execution.State.Current == StateType.PAUSED ? execution : throw ApiException.IllegalState($"Execution '{id}' is not paused, can't resume it");
    }

    private async Task ResumeFromBreakpointAsync(HttpContext http)
    {
        var execution = await RequireAsync(http);
        if (execution.State.Current != StateType.BREAKPOINT)
        {
            throw ApiException.IllegalState("Execution is not suspended");
        }

        if (execution.Breakpoints is not { Count: > 0 })
        {
            throw ApiException.IllegalState("Execution has no breakpoint");
        }

        await SubmitAsync(http, new Command.ResumeFromBreakpoint(ExecutionEndpoints.Breakpoints(http)));
        await Answers.Empty(http, StatusCodes.Status204NoContent);
    }

    private async Task RestartAsync(HttpContext http)
    {
        var execution = await RequireAsync(http);
        if (!execution.State.Current.CanBeRestarted)
        {
            throw ApiException.IllegalState($"Execution must be terminated or paused and not killed to be restarted, current state is '{execution.State.Current}' !");
        }

        var revision = http.Integer("revision");
        if (revision is { } wanted && await revisions.FindAsync(execution.TenantId, execution.Namespace, execution.FlowId, wanted, http.RequestAborted) is null)
        {
            throw ApiException.NotFound($"Unable to find revision {wanted} on flow {execution.Namespace}.{execution.FlowId}");
        }

        await ExecutionEndpoints.AnswerAsync(http, AnsweredState.Restarted(await SubmitAsync(http, new Command.Restart(revision))));
    }

    private async Task ReplayAsync(HttpContext http, bool withInputs)
    {
        var source = await RequireAsync(http);
        var replay = await actions.ReplayAsync(source, http.Query("taskRunId"), new ReplayRevision(http.Integer("revision")), ExecutionEndpoints.Breakpoints(http), withInputs ? http : null, http.RequestAborted);
        await desk.SubmitAsync(http, http.Tenant(), replay.Id, new Command.Create(replay));
        await ExecutionEndpoints.AnswerAsync(http, replay with { TaskRunList = replay.TaskRunList ?? [] });
    }

    private async Task ChangeTaskRunStateAsync(HttpContext http)
    {
        using var body = await http.BodyJsonAsync("stateRequest");
        var taskRunId = body.RootElement.Text("taskRunId") ?? throw ApiException.InvalidEntity("taskRunId", "must not be null");
        var state = RequestValues.Constant<StateType>("state", body.RootElement.Text("state") ?? throw ApiException.InvalidEntity("state", "must not be null"), StateEnum);
        var execution = await RequireAsync(http);
        if (!execution.State.Current.CanChangeTaskRunState)
        {
            throw ApiException.IllegalArgument("You can only change the state of a task run for a terminated non killed execution.");
        }

        if (!(execution.TaskRunList ?? []).Any(run => run.Id == taskRunId))
        {
            throw ApiException.IllegalArgument("No task found to restart execution from!");
        }

        await ExecutionEndpoints.AnswerAsync(http, AnsweredState.Restarted(await SubmitAsync(http, new Command.ChangeTaskRunState(taskRunId, state))));
    }

    private async Task ChangeStatusAsync(HttpContext http)
    {
        var state = RequestValues.Constant<StateType>("status", http.RequiredQuery("status"), StateEnum);
        var execution = await RequireAsync(http);
        if (!state.IsTerminated)
        {
            throw ApiException.IllegalArgument("You can only change the state of an execution to a terminal state.");
        }

        if (!execution.State.Current.IsTerminated)
        {
            throw ApiException.IllegalArgument("You can only change the state of a terminated execution.");
        }

        await ExecutionEndpoints.AnswerAsync(http, await SubmitAsync(http, new Command.ChangeState(state)));
    }

    private async Task LabelsAsync(HttpContext http)
    {
        using var body = await http.BodyJsonAsync("labels");
        var execution = await RequireAsync(http);
        var labels = ExecutionDesk.UserLabels(LabelBodies.Read(body.RootElement, "setLabels.labels"));
        if (!execution.State.Current.IsTerminated)
        {
            http.Items[ErrorResponses.WithoutBody] = true;
            await Answers.JsonAsync(http, static writer => writer.WriteStringValue("The execution is not terminated"), StatusCodes.Status400BadRequest);
            return;
        }

        await ExecutionEndpoints.AnswerAsync(http, await SubmitAsync(http, new Command.SetLabels(labels)));
    }

    private async Task UnqueueAsync(HttpContext http)
    {
        var state = ExecutionActions.UnqueueTarget(http.Constant<StateType>("state", StateEnum) ?? StateType.RUNNING);
        var execution = await RequireAsync(http);
        if (execution.State.Current != StateType.QUEUED)
        {
            throw ApiException.IllegalArgument("Only QUEUED execution can be unqueued");
        }

        await ExecutionEndpoints.AnswerAsync(http, await SubmitAsync(http, new Command.Unqueue(state)));
    }

    private async Task ForceRunAsync(HttpContext http)
    {
        var execution = await RequireAsync(http);
        if (execution.State.Current.IsTerminated)
        {
            throw ApiException.IllegalArgument("Only non terminated executions can be forced run.");
        }

        await ExecutionEndpoints.AnswerAsync(http, await SubmitAsync(http, new Command.ForceRun()));
    }

    private Task<Execution> RequireAsync(HttpContext http) => desk.RequireAsync(http.Tenant(), http.Route("id"), http.RequestAborted);

    private Task<Execution> SubmitAsync(HttpContext http, Command command) => desk.SubmitAsync(http, http.Tenant(), http.Route("id"), command);
}

/// <summary>Labels in JSON bodies.</summary>
internal static class LabelBodies
{
    /// <param name="path">Of the list, for messages.</param>
    public static IReadOnlyList<Label> Read(JsonElement list, string path)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new ApiException(422, "Invalid json", "A list of {\"key\", \"value\"} is expected");
        }

        return [.. list.EnumerateArray().Select((item, index) => new Label(
            item.Text("key") ?? throw ApiException.InvalidEntity($"{path}[{index}].key", "must not be null"),
            item.Text("value") ?? throw ApiException.InvalidEntity($"{path}[{index}].value", "must not be null")))];
    }
}

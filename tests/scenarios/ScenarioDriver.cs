using System.Text.Json.Nodes;
using Kestra.Engine;
using Kestra.Flows.Inputs;
using Kestra.Hosting.Inputs;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Programs;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Model.Json;
using Kestra.Plugins.Flowables;
using Kestra.Storage;
using Kestra.Storage.Queries;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Kestra.Scenarios;

/// <summary>Drives one recorded case through the lanes of a server and gives what came out, in the form of the recordings.</summary>
internal sealed class ScenarioDriver(ScenarioServer server, Recording recording)
{
    // Of the machine's time: it only says when to give up.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly List<string> executions = [];
    private readonly IExecutionCommands commands = server.Services.GetRequiredService<IExecutionCommands>();
    private readonly IExecutionFollow follow = server.Services.GetRequiredService<IExecutionFollow>();
    private readonly IExecutionReader reader = server.Services.GetRequiredService<IExecutionReader>();
    private readonly TimeProvider time = server.Services.GetRequiredService<TimeProvider>();
    private readonly FlowPrograms programs = server.Services.GetRequiredService<FlowPrograms>();
    private Flow flow = null!;

    /// <summary>Ids of what was started, in order.</summary>
    public IReadOnlyList<string> Executions => executions;

    public async Task<JsonObject> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var child in recording.Children)
        {
            await server.SaveAsync(child, cancellationToken);
        }

        flow = await server.SaveAsync(recording.Flow, cancellationToken);
        await CreateAsync(cancellationToken);
        foreach (var action in recording.Script.Actions)
        {
            var execution = await UntilAsync(executions[action.Execution], action.When.Holds, $"{action.When}, to {action.Do}", cancellationToken);
            await SleepAsync(action.SleepMillis, cancellationToken);
            await DoAsync(action, execution, cancellationToken);
        }

        await RestAsync(cancellationToken);
        await SleepAsync(recording.Script.SettleMillis, cancellationToken);
        return await ResultAsync(cancellationToken);
    }

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private Task SleepAsync(int milliseconds, CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), time, cancellationToken);

    private async Task CreateAsync(CancellationToken cancellationToken)
    {
        var script = recording.Script;
        for (var number = 0; number < script.Count; number++)
        {
            if (number > 0)
            {
                await SleepAsync(script.GapMillis, cancellationToken);
            }

            var id = server.Services.GetRequiredService<IIdSource>().Next();
            var inputs = await server.Services.GetRequiredService<FlowInputs>().ResolveAsync(flow, id, script.Inputs, cancellationToken);
            Instant? date = script.ScheduleInSeconds is { } seconds ? Now + Duration.FromSeconds(seconds) : null;
            var labels = script.Labels.Select(pair => new Label(pair.Key, pair.Value)).ToList();
            var execution = NewExecution.Build(flow, id, inputs, labels, trigger: null, date, kind: null, Now);
            if (script.Breakpoints.Count > 0)
            {
                execution = execution with { Breakpoints = [.. script.Breakpoints.Select(Breakpoint.Parse)] };
            }

            await SubmitAsync(id, new Command.Create(execution), cancellationToken);
            executions.Add(id);
        }
    }

    private async Task DoAsync(ScriptedAction action, Execution execution, CancellationToken cancellationToken)
    {
        switch (action.Do)
        {
            case "kill":
                await SubmitAsync(execution.Id, new Command.Kill(action.Cascade), cancellationToken);
                break;
            case "pause":
                await SubmitAsync(execution.Id, new Command.Pause(), cancellationToken);
                break;
            case "resume":
                await SubmitAsync(execution.Id, new Command.Resume(await OnResumeAsync(action, execution, cancellationToken), By: null), cancellationToken);
                break;
            case "restart":
                await SubmitAsync(execution.Id, new Command.Restart(Revision: null), cancellationToken);
                break;
            case "replay":
                await ReplayAsync(action, execution, cancellationToken);
                break;
            case "changeState":
                await SubmitAsync(execution.Id, new Command.ChangeTaskRunState(RunOf(action, execution)!, Enum.Parse<StateType>(action.To!)), cancellationToken);
                break;
            case "forceRun":
                await SubmitAsync(execution.Id, new Command.ForceRun(), cancellationToken);
                break;
            case "resumeBreakpoint":
                await SubmitAsync(execution.Id, new Command.ResumeFromBreakpoint([]), cancellationToken);
                break;
            case "wait":
                break;
            default:
                throw new NotSupportedException($"The action '{action.Do}' is not known.");
        }
    }

    private async Task<IReadOnlyDictionary<string, object?>?> OnResumeAsync(ScriptedAction action, Execution execution, CancellationToken cancellationToken)
    {
        var program = await ProgramAsync(execution, cancellationToken);
        var definitions = (execution.TaskRunList ?? []).Where(run => run.State.Current == StateType.PAUSED)
            .Select(run => (program.Find(run.TaskId)?.Plugin as IPauseTask)?.OnResume)
            .FirstOrDefault(inputs => inputs is not null) ?? [];
        return InputResolver.Values(await server.Services.GetRequiredService<FlowInputs>().ResolveAllAsync(flow, definitions, execution.Id, action.Inputs, cancellationToken));
    }

    private async Task ReplayAsync(ScriptedAction action, Execution execution, CancellationToken cancellationToken)
    {
        var id = server.Services.GetRequiredService<IIdSource>().Next();
        var program = await ProgramAsync(execution, cancellationToken);
        var replay = Replays.Build(execution, program, id, RunOf(action, execution), revision: null, inputs: null, Now);
        await SubmitAsync(id, new Command.Create(replay), cancellationToken);
        executions.Add(id);
    }

    private static string? RunOf(ScriptedAction action, Execution execution) => action.Task is null ? null
        : (execution.TaskRunList ?? []).First(run => run.TaskId == action.Task && (action.Value is null || run.Value == action.Value)).Id;

    private async Task<FlowProgram> ProgramAsync(Execution execution, CancellationToken cancellationToken) =>
        await programs.FindAsync(ProgramKey.Of(execution), cancellationToken) ?? throw new InvalidOperationException($"The flow of execution {execution.Id} is gone.");

    private async Task SubmitAsync(string executionId, Command command, CancellationToken cancellationToken)
    {
        var outcome = await commands.SubmitAsync(new ExecutionRequest(flow.TenantId, executionId, command), cancellationToken);
        if (outcome is not CommandOutcome.Accepted)
        {
            throw new InvalidOperationException($"{command.GetType().Name} was not accepted: {outcome}");
        }
    }

    private async Task RestAsync(CancellationToken cancellationToken)
    {
        if (recording.Script.Final is { } final)
        {
            var state = Enum.Parse<StateType>(final);
            await UntilAsync(executions[0], execution => execution.State.Current == state, $"the final state {final}", cancellationToken);
            return;
        }

        foreach (var id in executions)
        {
            await UntilAsync(id, ScriptedCondition.HasEnded, "the end", cancellationToken);
        }
    }

    private async Task<Execution> UntilAsync(string id, Func<Execution, bool> holds, string what, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        Execution? last = null;
        try
        {
            await foreach (var execution in follow.FollowAsync(flow.TenantId, id, limit.Token))
            {
                last = execution;
                if (holds(execution))
                {
                    return execution;
                }
            }
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Waited {Patience.TotalMinutes} min for {what}; the execution is then\n{Shown(last)}", late);
        }

        throw new InvalidOperationException($"Waited for {what}, but the execution has ended as\n{Shown(last)}");
    }

    private static string Shown(Execution? execution) => execution is null ? "(never seen)" : NormalExecution.Text(NormalExecution.Of(execution));

    private async Task<JsonObject> ResultAsync(CancellationToken cancellationToken)
    {
        var result = NormalExecution.Of(await ReadAsync(executions[0], cancellationToken));
        var others = new List<Execution>();
        foreach (var id in executions.Skip(1))
        {
            others.Add(await ReadAsync(id, cancellationToken));
        }

        var ordered = others.Count > 0;
        foreach (var child in recording.Script.Children)
        {
            others.AddRange(await FindAsync(FilterField.FLOW_ID, child, cancellationToken));
        }

        if (recording.Script.Subflows)
        {
            await AddSubflowsAsync(executions[0], others, cancellationToken);
        }

        if (others.Count > 0)
        {
            var nodes = others.Select(NormalExecution.Of);
            result["executions"] = new JsonArray([.. ordered ? nodes : nodes.OrderBy(NormalExecution.Text, StringComparer.Ordinal)]);
        }

        return result;
    }

    private async Task AddSubflowsAsync(string parent, List<Execution> found, CancellationToken cancellationToken)
    {
        foreach (var child in await FindAsync(FilterField.TRIGGER_EXECUTION_ID, parent, cancellationToken))
        {
            found.Add(child);
            await AddSubflowsAsync(child.Id, found, cancellationToken);
        }
    }

    private async Task<List<Execution>> FindAsync(FilterField field, string value, CancellationToken cancellationToken)
    {
        var found = new List<Execution>();
        var repository = server.Services.GetRequiredService<IStore>().Executions;
        var page = await repository.SearchAsync(flow.TenantId, [new QueryFilter(field, FilterOperation.EQUALS, value)], new PageRequest(1, 1000), cancellationToken);
        foreach (var document in page.Results)
        {
            var id = ModelJson.ReadExecution(document.Span).Id;
            await UntilAsync(id, ScriptedCondition.HasEnded, "the end of a child", cancellationToken);
            found.Add(await ReadAsync(id, cancellationToken));
        }

        return found;
    }

    private async Task<Execution> ReadAsync(string id, CancellationToken cancellationToken) =>
        await reader.FindAsync(flow.TenantId, id, cancellationToken) ?? throw new InvalidOperationException($"The execution {id} is gone.");
}

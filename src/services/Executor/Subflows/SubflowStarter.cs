using Kestra.Engine;
using Kestra.Executor.Loop;
using Kestra.Hosting.Inputs;
using Kestra.Hosting.Lanes;
using Kestra.Storage.Executions;
using Kestra.Hosting.Programs;

namespace Kestra.Executor.Subflows;

/// <summary>
/// Creates the execution that a task of another one asked for. The id was given by the asking execution, so doing it again
/// after a crash finds the execution that exists.
/// </summary>
internal sealed class SubflowStarter(FlowPrograms programs, ISubflowInputs inputs, SubflowDepths depths, EngineEnvironment environment, ExecutorInbox inbox, int partitions, TimeProvider time)
{
    public async Task StartAsync(ExecutionKey parent, int parentPartition, Effect.StartSubflow start, CancellationToken cancellationToken)
    {
        try
        {
            await depths.CheckAsync(parent, start, cancellationToken);
            var create = await BuildAsync(parent, start, cancellationToken);
            var execution = create.Execution;
            var partition = FlowPartition.Of(execution.TenantId, execution.Namespace, execution.FlowId, partitions);
            await inbox.PostAsync(
                new LaneItem.Decide(new ExecutionRequest(parent.TenantId, execution.Id, create) { MayExist = true }, partition, null)
                {
                    Origin = new SubflowOrigin(parent, parentPartition, start.TaskRunId) { RestartsFailed = start.RestartsFailed },
                },
                cancellationToken);
        }
        catch (SubflowRefusedException refusal)
        {
            var command = new Command.SubflowRefused(start.TaskRunId, start.SubflowExecutionId, refusal.Message);
            await inbox.PostAsync(new ExecutionRequest(parent.TenantId, parent.ExecutionId, command), parentPartition, cancellationToken);
        }
    }

    private async Task<Command.Create> BuildAsync(ExecutionKey parent, Effect.StartSubflow start, CancellationToken cancellationToken)
    {
        var program = start.Revision is { } revision
            ? await programs.FindAsync(new ProgramKey(parent.TenantId, start.Namespace, start.FlowId, revision), cancellationToken)
            : await programs.FindLatestAsync(parent.TenantId, start.Namespace, start.FlowId, cancellationToken);
        var name = $"'{start.Namespace}'.'{start.FlowId}'";
        if (program is null || program.Flow.Deleted)
        {
            throw new SubflowRefusedException($"Unable to find flow {name} with revision '{(start.Revision ?? 0).ToString(System.Globalization.CultureInfo.InvariantCulture)}'");
        }

        if (program.Flow.Disabled)
        {
            throw new SubflowRefusedException("Cannot execute a flow which is disabled");
        }

        if (program.Flow.Exception is { } exception)
        {
            throw new SubflowRefusedException($"Cannot execute an invalid flow: {exception}");
        }

        var resolved = await inputs.ResolveAsync(program.Flow, start.SubflowExecutionId, start.Inputs, cancellationToken);
        var verdict = FlowChecks.Judge(environment, program.Flow, start.SubflowExecutionId, resolved, cancellationToken);
        if (verdict.Blocks)
        {
            throw new SubflowRefusedException($"Flow execution blocked: {verdict.Failure}");
        }

        var now = NodaTime.Instant.FromDateTimeOffset(time.GetUtcNow());
        var labels = start.InheritedLabels.Where(label => (program.Flow.Labels ?? []).All(own => own.Key != label.Key)).Concat(start.Labels).ToList();
        return new Command.Create(NewExecution.Build(program.Flow, start.SubflowExecutionId, resolved, labels, start.Trigger, start.ScheduleDate, start.Kind, now)) { Failure = verdict.Failure };
    }
}

/// <summary>Resolves the inputs of a subflow against the definitions of its flow.</summary>
public interface ISubflowInputs
{
    /// <exception cref="SubflowRefusedException">An input is missing or wrong; the message names each.</exception>
    Task<IReadOnlyDictionary<string, object?>?> ResolveAsync(Model.Flows.Flow flow, string executionId, IReadOnlyDictionary<string, object?> given, CancellationToken cancellationToken);
}

/// <summary>The subflow can't be created; the message is for the user.</summary>
public sealed class SubflowRefusedException(string message) : Exception(message);

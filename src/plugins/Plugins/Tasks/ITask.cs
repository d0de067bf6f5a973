using Kestra.Model.Executions;
using Kestra.Model.Flows;

namespace Kestra.Plugins.Tasks;

/// <summary>
/// A task of a flow: an immutable object whose properties were bound from the flow's YAML once per revision.
/// It implements exactly one of <see cref="IRunnableTask"/>, <see cref="Flowables.IFlowableTask"/>,
/// <see cref="IExecutableTask"/> and <see cref="IExecutionUpdatingTask"/>.
/// </summary>
public interface ITask;

/// <summary>A task that has to know how the flow declares it, because parts of it are named after it.</summary>
public interface IDeclaredTask : ITask
{
    /// <summary>Set once, right after the properties were bound.</summary>
    TaskDefinition Definition { set; }
}

/// <summary>A task that a worker runs. One object serves every run of it, at the same time too: it keeps no state.</summary>
public interface IRunnableTask : ITask
{
    /// <summary>Does the work of one attempt.</summary>
    /// <param name="context">Everything that belongs to this run: variables, logger, files, metrics.</param>
    /// <param name="cancellationToken">Cancelled when the run is killed, has used up its time, or the worker stops.</param>
    /// <returns>Outputs, and a final state other than SUCCESS where the task decides so.</returns>
    /// <exception cref="TaskFailedException">The run failed, with a message for the user and the outputs so far.</exception>
    Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken);
}

/// <param name="Outputs">Keys with null values are dropped; null is "no outputs".</param>
/// <param name="State">Null is SUCCESS.</param>
public sealed record TaskResult(IReadOnlyDictionary<string, object?>? Outputs = null, StateType? State = null)
{
    public static TaskResult Empty { get; } = new();
}

/// <summary>A failure that the task itself detected; only the message is shown to the user.</summary>
public class TaskFailedException(string message, IReadOnlyDictionary<string, object?>? outputs = null, Exception? inner = null) : Exception(message, inner)
{
    public IReadOnlyDictionary<string, object?>? Outputs { get; } = outputs;
}

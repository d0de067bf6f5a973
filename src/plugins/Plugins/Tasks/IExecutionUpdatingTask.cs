using Kestra.Model;
using Kestra.Model.Executions;

namespace Kestra.Plugins.Tasks;

/// <summary>A task that the engine carries out itself because all it does is change its execution.</summary>
public interface IExecutionUpdatingTask : ITask
{
    /// <summary>Expressions that <see cref="Update"/> renders.</summary>
    IEnumerable<string> UpdateExpressions { get; }

    /// <summary>The change to make.</summary>
    /// <param name="variables">The variables of the execution as they are now.</param>
    /// <param name="render">Renders texts inside a value, at any depth.</param>
    /// <exception cref="Exception">The task run fails with the message.</exception>
    ExecutionUpdate Update(IReadOnlyDictionary<string, object?>? variables, Func<object?, object?> render);
}

/// <summary>A change of an execution; what is null stays.</summary>
public sealed record ExecutionUpdate
{
    /// <summary>Labels to add or to overwrite.</summary>
    public IReadOnlyList<Label>? Labels { get; init; }

    /// <summary>All variables, from now on.</summary>
    public IReadOnlyDictionary<string, object?>? Variables { get; init; }

    /// <summary>Ends the execution in this terminal state, at once.</summary>
    public StateType? Exit { get; init; }
}

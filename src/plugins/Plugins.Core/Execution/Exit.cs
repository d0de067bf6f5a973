using Kestra.Model.Executions;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Execution;

/// <summary>The states in which Exit can end an execution.</summary>
public enum ExitState { SUCCESS, WARNING, KILLED, FAILED, CANCELED }

/// <summary>Ends the execution at once.</summary>
[Plugin("io.kestra.plugin.core.execution.Exit", Title = "Exit the execution: terminate it in the state defined by the property `state`.")]
public sealed class Exit : IExecutionUpdatingTask
{
    [PluginProperty(Dynamic = true, Shape = typeof(ExitState))]
    public object State { get; init; } = nameof(ExitState.SUCCESS);

    public IEnumerable<string> UpdateExpressions => Texts.In(State);

    public ExecutionUpdate Update(IReadOnlyDictionary<string, object?>? variables, Func<object?, object?> render) => new()
    {
        Exit = PropertyConversion.To<ExitState?>(render(State)) switch
        {
            ExitState.WARNING => StateType.WARNING,
            ExitState.KILLED => StateType.KILLED,
            ExitState.FAILED => StateType.FAILED,
            ExitState.CANCELED => StateType.CANCELLED,
            _ => StateType.SUCCESS,
        },
    };
}

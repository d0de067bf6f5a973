using Kestra.Model;
using NodaTime;

namespace Kestra.Plugins.Tasks;

/// <summary>A task that runs another flow.</summary>
public interface IExecutableTask : ITask
{
    /// <summary>Whether the task run waits for the end of the execution.</summary>
    bool Wait { get; }

    /// <summary>Whether a bad end of the execution becomes the state of the task run.</summary>
    bool TransmitFailed { get; }

    /// <summary>Whether a restart of the parent restarts the failed execution instead of creating a new one.</summary>
    bool RestartsFailed { get; }

    /// <summary>Expressions that <see cref="Request"/> renders.</summary>
    IEnumerable<string> RequestExpressions { get; }

    /// <summary>What shall be run, with every property rendered.</summary>
    /// <param name="render">Renders texts inside a value, at any depth.</param>
    SubflowRequest Request(Func<object?, object?> render);
}

/// <param name="Revision">Null is the newest.</param>
/// <param name="InheritLabels">The labels of the parent execution are passed on.</param>
public sealed record SubflowRequest(
    string Namespace,
    string FlowId,
    int? Revision,
    IReadOnlyDictionary<string, object?> Inputs,
    IReadOnlyList<Label> Labels,
    bool InheritLabels,
    Instant? ScheduleDate);

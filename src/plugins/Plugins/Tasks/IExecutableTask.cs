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

    /// <summary>Outputs of the task in terms of the execution that it has run, for flows that declare none; null when there are none.</summary>
    IReadOnlyDictionary<string, object?>? OutputTemplates => null;

    /// <summary>What shall be run, with every property rendered.</summary>
    /// <param name="render">Renders texts inside a value, at any depth.</param>
    SubflowRequest Request(Func<object?, object?> render);
}

/// <summary>A task that runs another flow once for each part of a list; a part is the address of a stored file.</summary>
public interface IBatchExecutableTask : IExecutableTask
{
    /// <summary>
    /// Id of the sibling that ran before and whose output <c>splits</c> is the address of the list: a stored text with one address
    /// a line. <see cref="IExecutableTask.Request"/> is asked once for each part, with the variable <c>taskrun</c> replaced by
    /// <c>{items: address of the part, iteration: 1 and up}</c>.
    /// </summary>
    string SplitTaskId { get; }
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

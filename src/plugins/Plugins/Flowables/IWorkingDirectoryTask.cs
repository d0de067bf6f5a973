using Kestra.Model.Flows;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Flowables;

/// <summary>A task whose children run one after the other on one worker, in one folder.</summary>
public interface IWorkingDirectoryTask : ITask
{
    IReadOnlyList<TaskDefinition> Tasks { get; }
    IReadOnlyList<TaskDefinition>? Errors { get; }
    IReadOnlyList<TaskDefinition>? Finally { get; }

    /// <summary>Fills the folder before the first child: files of the namespace, input files, cache.</summary>
    Task PrepareAsync(IRunContext context, CancellationToken cancellationToken);

    /// <summary>Collects from the folder after the last child.</summary>
    /// <returns>Outputs of the task itself; null when there are none.</returns>
    Task<IReadOnlyDictionary<string, object?>?> CompleteAsync(IRunContext context, CancellationToken cancellationToken);
}

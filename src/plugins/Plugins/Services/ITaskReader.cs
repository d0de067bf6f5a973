using Kestra.Model.Flows;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Services;

/// <summary>Reads a task from YAML at run time.</summary>
public interface ITaskReader
{
    /// <param name="yaml">One task; it needs no id.</param>
    /// <exception cref="TaskFailedException">The text is no task; the message says why.</exception>
    (TaskDefinition Definition, ITask Task) Read(string yaml);
}

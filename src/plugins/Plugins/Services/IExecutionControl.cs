namespace Kestra.Plugins.Services;

/// <summary>Acts on executions from within a task.</summary>
public interface IExecutionControl
{
    /// <summary>Resumes a paused execution.</summary>
    /// <param name="inputs">Checked against the inputs that the pause declares.</param>
    /// <exception cref="Tasks.TaskFailedException">There is no such execution or flow, it is not paused, or the inputs do not fit.</exception>
    Task ResumeAsync(string tenantId, string executionId, IReadOnlyDictionary<string, object?> inputs, CancellationToken cancellationToken);
}

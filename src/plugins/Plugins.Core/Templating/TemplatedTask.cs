using Kestra.Plugins.Services;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Templating;

/// <summary>Runs a task whose definition is rendered first.</summary>
[Plugin(TypeName, Aliases = ["io.kestra.core.tasks.templating.TemplatedTask"], Title = "Run a task whose properties, including the type, are templated.")]
public sealed class TemplatedTask : IRunnableTask
{
    private const string TypeName = "io.kestra.plugin.core.templating.TemplatedTask";

    /// <summary>YAML of one task; it needs no id, and its retry, timeout and runIf are not looked at.</summary>
    [PluginProperty(Required = true)]
    public Property<string>? Spec { get; init; }

    public Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var (_, task) = context.Service<ITaskReader>().Read(Spec.Required(context, "spec"));
        return task switch
        {
            TemplatedTask => throw new TaskFailedException($"The templated task cannot be of type '{TypeName}'"),
            IRunnableTask runnable => runnable.RunAsync(context, cancellationToken),
            _ => throw new TaskFailedException("The templated task must be a runnable task"),
        };
    }
}

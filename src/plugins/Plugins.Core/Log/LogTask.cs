using Kestra.Model.Logs;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Log;

/// <summary>Writes messages to the log of the execution.</summary>
[Plugin("io.kestra.plugin.core.log.Log", Aliases = ["io.kestra.core.tasks.log.Log"], Title = "Log messages in the execution.")]
public sealed class LogTask : IRunnableTask
{
    /// <summary>A text, or a list of texts that become an entry each.</summary>
    [PluginProperty(Required = true, Dynamic = true)]
    public object? Message { get; init; }

    public Property<LogLevel> Level { get; init; } = Property.Of<LogLevel>(nameof(LogLevel.INFO));

    public Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var level = Level.Or(context, LogLevel.INFO);
        foreach (var message in Message is IReadOnlyList<object?> list ? list : [Message])
        {
            context.Logger.Log(level, Expressions.ValueConversion.ToText(context.RenderValue(message)));
        }

        return Task.FromResult(TaskResult.Empty);
    }
}

using Kestra.Model.Logs;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Debug;

/// <summary>Writes a text to the log; log.Log does the same.</summary>
[Plugin("io.kestra.plugin.core.debug.Echo", Aliases = ["io.kestra.core.tasks.debugs.Echo"], Title = "Log a message.", Deprecated = true)]
public sealed class Echo : IRunnableTask
{
    public Property<string>? Format { get; init; }

    public Property<LogLevel> Level { get; init; } = Property.Of<LogLevel>(nameof(LogLevel.INFO));

    public Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        context.Logger.Log(Level.Or(context, LogLevel.INFO), Format?.Render(context) ?? "");
        return Task.FromResult(TaskResult.Empty);
    }
}

using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Plugins.Core.Flow;

/// <summary>Waits on a worker.</summary>
[Plugin("io.kestra.plugin.core.flow.Sleep", Title = "Make a task wait a specified time before the flow moves on.")]
public sealed class Sleep : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<Duration>? Duration { get; init; }

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var duration = Duration.Required(context, "duration");
        context.Logger.Info($"Waiting for {Model.Durations.IsoDuration.Format(duration)}");
        await Task.Delay(duration.ToTimeSpan(), context.Time, cancellationToken);
        return TaskResult.Empty;
    }
}

using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Plugins.Core.Debug;

/// <summary>Gives a rendered text back as output.</summary>
[Plugin("io.kestra.plugin.core.debug.Return", Aliases = ["io.kestra.core.tasks.debugs.Return"], Title = "Return a value for debugging purposes.")]
[PluginOutput("value", typeof(string), Title = "The generated string.")]
[PluginMetric("length", "counter")]
[PluginMetric("duration", "timer")]
public sealed class Return : IRunnableTask
{
    public Property<string>? Format { get; init; }

    public Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var started = context.Now;
        var value = Format?.Render(context);
        if (value is not null)
        {
            context.Logger.Debug(value);
        }

        var tag = KeyValuePair.Create("format", value ?? "");
        context.Metrics.Counter("length", value?.Length ?? 0, tag);
        context.Metrics.Timer("duration", Duration.Max(context.Now - started, Duration.Zero), tag);
        return Task.FromResult(Outputs.One("value", value));
    }
}

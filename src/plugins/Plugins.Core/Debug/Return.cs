using Kestra.Plugins.Tasks;
using NodaTime;

namespace Kestra.Plugins.Core.Debug;

/// <summary>Gives a rendered text back as output.</summary>
[Plugin("io.kestra.plugin.core.debug.Return", Aliases = ["io.kestra.core.tasks.debugs.Return"], Title = "Return a value for debugging purposes.")]
public sealed class Return : IRunnableTask
{
    public Property<string>? Format { get; init; }

    public Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var started = context.Now;
        var value = Format?.Render(context);
        context.Metrics.Counter("length", value?.Length ?? 0, KeyValuePair.Create("format", Format?.Raw as string ?? ""));
        context.Metrics.Timer("duration", Duration.Max(context.Now - started, Duration.Zero), KeyValuePair.Create("format", Format?.Raw as string ?? ""));
        return Task.FromResult(new TaskResult(new OrderedDictionary<string, object?> { ["value"] = value }));
    }
}

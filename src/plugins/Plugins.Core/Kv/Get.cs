using Kestra.Plugins.Tasks;
using NodaTime;
using NodaTime.Text;

namespace Kestra.Plugins.Core.Kv;

/// <summary>Reads the value of a key.</summary>
[Plugin("io.kestra.plugin.core.kv.Get", Title = "Get the value of a key.")]
[PluginOutput("value", typeof(object), Title = "Value retrieved for the key.")]
public sealed class Get : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? Key { get; init; }

    /// <summary>The flow's own namespace is looked up together with those above it, any other one by itself.</summary>
    public Property<string> Namespace { get; init; } = Property.Of<string>("{{ flow.namespace }}");

    public Property<bool> ErrorOnMissing { get; init; } = Property.Of<bool>(false);

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var (key, @namespace) = (Key.Required(context, "key"), Namespace.Or(context, context.Namespace));
        if (await FindAsync(context, key, @namespace, cancellationToken) is { } found)
        {
            return Outputs.One("value", Shown(found.Value));
        }

        return ErrorOnMissing.Or(context, false)
            ? throw new TaskFailedException($"No value found for key '{key}' in namespace '{@namespace}' and `errorOnMissing` is set to true")
            : TaskResult.Empty;
    }

    private static async Task<FoundValue?> FindAsync(IRunContext context, string key, string @namespace, CancellationToken cancellationToken)
    {
        var climbs = @namespace == context.Namespace;
        for (var candidate = @namespace; ; candidate = candidate[..candidate.LastIndexOf('.')])
        {
            if (await context.KeyValues(candidate).FindAsync(key, cancellationToken) is { } found)
            {
                return found;
            }

            if (!climbs || !candidate.Contains('.', StringComparison.Ordinal))
            {
                return null;
            }
        }
    }

    private static object? Shown(object? value) => value switch
    {
        Duration duration => duration.TotalSeconds,
        Instant instant => InstantPattern.ExtendedIso.Format(instant),
        OffsetDateTime date => InstantPattern.ExtendedIso.Format(date.ToInstant()),
        ZonedDateTime date => InstantPattern.ExtendedIso.Format(date.ToInstant()),
        LocalDate day => LocalDatePattern.Iso.Format(day),
        LocalDateTime date => LocalDateTimePattern.ExtendedIso.Format(date),
        _ => value,
    };
}

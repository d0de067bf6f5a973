using Kestra.Hosting.Configuration;
using Kestra.Model.Cluster;
using NodaTime;

namespace Kestra.Hosting.Liveness;

/// <summary>How the services of this process take part in the cluster (<c>kestra.server.…</c>).</summary>
/// <param name="Config">What others judge them by.</param>
/// <param name="PurgeInitialDelay">Time from the start to the first purge of rows of services that are gone.</param>
/// <param name="PurgeInterval">Time between two purges.</param>
/// <param name="PurgeRetention">How long such a row is kept.</param>
public sealed record ServiceSettings(ServiceConfig Config, TimeSpan PurgeInitialDelay, TimeSpan PurgeInterval, TimeSpan PurgeRetention)
{
    private const string Prefix = "kestra.server.";

    // Longer ones are slips of the pen, and beyond what timers take.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    /// <exception cref="ConfigurationException">A value is none of its kind, or values do not go together.</exception>
    public static ServiceSettings Read(KestraConfiguration configuration)
    {
        var heartbeat = Positive(configuration, "liveness.heartbeat-interval", TimeSpan.FromSeconds(3));
        var timeout = Positive(configuration, "liveness.timeout", TimeSpan.FromSeconds(45));
        if (heartbeat >= timeout)
        {
            throw new ConfigurationException($"'{Prefix}liveness.heartbeat-interval' ({heartbeat}) must be shorter than '{Prefix}liveness.timeout' ({timeout}): a service must give a sign of life before it counts as gone.");
        }

        var liveness = new LivenessConfig(
            configuration.Boolean(Prefix + "liveness.enabled", true),
            Span(Positive(configuration, "liveness.interval", TimeSpan.FromSeconds(5))),
            Span(timeout),
            Span(Time(configuration, "liveness.initial-delay", TimeSpan.FromSeconds(45))),
            Span(heartbeat));
        return new ServiceSettings(
            new ServiceConfig(Span(Time(configuration, "termination-grace-period", TimeSpan.FromMinutes(5))), Restart(configuration), liveness),
            Time(configuration, "service.purge.initial-delay", TimeSpan.FromHours(1)),
            Positive(configuration, "service.purge.fixed-delay", TimeSpan.FromDays(1)),
            Retention(configuration));
    }

    private static TaskRestartStrategy Restart(KestraConfiguration configuration)
    {
        const string Key = Prefix + "worker-task-restart-strategy";
        return configuration.Text(Key) is not { } text ? TaskRestartStrategy.AFTER_TERMINATION_GRACE_PERIOD
            : Enum.GetNames<TaskRestartStrategy>().Contains(text.ToUpperInvariant().Replace('-', '_')) ? Enum.Parse<TaskRestartStrategy>(text.ToUpperInvariant().Replace('-', '_'))
            : throw new ConfigurationException($"The configuration property '{Key}' must be one of {string.Join(", ", Enum.GetNames<TaskRestartStrategy>())}, but is '{text}'.");
    }

    private static TimeSpan Positive(KestraConfiguration configuration, string key, TimeSpan fallback) => Time(configuration, key, fallback) is var value && value > TimeSpan.Zero
        ? value
        : throw new ConfigurationException($"The configuration property '{Prefix}{key}' must be longer than zero.");

    private static TimeSpan Time(KestraConfiguration configuration, string key, TimeSpan fallback) => Duration(configuration, key, fallback) is var value && value <= Longest
        ? value
        : throw new ConfigurationException($"The configuration property '{Prefix}{key}' must be at most {Longest.TotalDays:0} days.");

    // A date to compare with, not a time to wait for.
    private static TimeSpan Retention(KestraConfiguration configuration) => Duration(configuration, "service.purge.retention", TimeSpan.FromDays(30));

    private static TimeSpan Duration(KestraConfiguration configuration, string key, TimeSpan fallback) => configuration.Text(Prefix + key) is not { } text ? fallback
        : ConfigurationValues.TryDuration(text, out var value) && value >= TimeSpan.Zero && value < TimeSpan.FromDays(365_000) ? value
        : throw new ConfigurationException($"The configuration property '{Prefix}{key}' must be a duration such as 45s, 5m or PT45S, but is '{text}'.");

    private static Duration Span(TimeSpan value) => NodaTime.Duration.FromTimeSpan(value);
}

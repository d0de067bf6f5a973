using Kestra.Hosting.Configuration;
using Kestra.Hosting.Lanes.Remote;
using Kestra.Plugins.Triggers;
using Kestra.Scheduler;
using Kestra.Worker;
using NodaTime;

namespace Kestra.Cli.Composition;

/// <summary>Reads the options of the scheduler, and of the workers' triggers, from the configuration.</summary>
internal static class SchedulerSettings
{
    private const string Scheduler = "kestra.scheduler.";
    private const string Worker = "kestra.worker.triggers.";
    private const string ScheduleType = "io.kestra.plugin.core.trigger.Schedule";

    /// <exception cref="ConfigurationException">A value can't be read.</exception>
    public static void Apply(KestraConfiguration configuration, SchedulerOptions options)
    {
        options.Zone = DateTimeZoneProviders.Tzdb.GetSystemDefault();
        options.RecoverMissedSchedules = MissedOf(configuration) ?? options.RecoverMissedSchedules;
        options.FiringLimit = configuration.Integer(Scheduler + "firing-limit", options.FiringLimit);
        options.FiringPatience = configuration.Duration(Scheduler + "firing-patience", options.FiringPatience);
        options.RenderTimeout = configuration.Duration(Scheduler + "render-timeout", options.RenderTimeout);
        options.ShortestInterval = configuration.Duration(Scheduler + "shortest-interval", options.ShortestInterval);
        options.RealtimeRestartDelay = configuration.Duration(Scheduler + "realtime-restart-delay", options.RealtimeRestartDelay);
        options.RealtimeRestartDelayLimit = configuration.Duration(Scheduler + "realtime-restart-delay-limit", options.RealtimeRestartDelayLimit);
        options.FlowTriggerConcurrency = configuration.Integer(Scheduler + "flow-trigger-concurrency", options.FlowTriggerConcurrency);
        options.WindowRetention = configuration.Duration(Scheduler + "window-retention", options.WindowRetention);
    }

    /// <exception cref="ConfigurationException">A value can't be read.</exception>
    public static void Apply(KestraConfiguration configuration, WorkerOptions options)
    {
        options.TriggerThreads = configuration.Integer(Worker + "max-num-threads", options.TriggerThreads);
        options.RealtimeTriggers = configuration.Integer(Worker + "max-realtime", options.RealtimeTriggers);
        options.TriggerTimeout = configuration.Duration(Worker + "timeout", options.TriggerTimeout);
    }

    /// <summary>In how many parts schedulers share the triggers of a database; null is the default.</summary>
    /// <exception cref="ConfigurationException">The number can't be used.</exception>
    public static SchedulerShards? Shards(KestraConfiguration configuration)
    {
        const string Key = Scheduler + "shards";
        if (configuration.Text(Key) is null)
        {
            return null;
        }

        var count = configuration.Integer(Key, SchedulerShards.DefaultCount);
        return count is >= 1 and <= SchedulerShards.Maximum && System.Numerics.BitOperations.IsPow2(count)
            ? new SchedulerShards(count)
            : throw new ConfigurationException($"The configuration property '{Key}' must be a power of two from 1 to {SchedulerShards.Maximum}, and the same for all servers on one database.");
    }

    private static MissedSchedules? MissedOf(KestraConfiguration configuration)
    {
        var values = configuration.Items("kestra.plugins.configurations")
            .Where(static item => item.GetValueOrDefault("type") is ScheduleType)
            .Select(static item => item.GetValueOrDefault("values") as IReadOnlyDictionary<string, object?>)
            .FirstOrDefault();
        if ((values?.GetValueOrDefault("recoverMissedSchedules") ?? values?.GetValueOrDefault("recover-missed-schedules")) is not string text)
        {
            return null;
        }

        return Enum.TryParse<MissedSchedules>(text, out var missed)
            ? missed
            : throw new ConfigurationException($"The plugin configuration 'recoverMissedSchedules' of '{ScheduleType}' must be ALL, LAST or NONE, and is '{text}'.");
    }
}

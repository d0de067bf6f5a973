using Kestra.Hosting.Configuration;
using Kestra.Hosting.Liveness;
using Kestra.Hosting.Telemetry;
using Kestra.Model.Cluster;
using Kestra.Worker;
using Kestra.Worker.Claiming;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Cli.Composition.Parts;

/// <summary>What runs tasks and evaluates triggers.</summary>
internal static class WorkerPart
{
    public static void Add(PartContext context)
    {
        if (!context.HasWorker)
        {
            return;
        }

        MembershipPart.AddMember(context, ServiceType.WORKER, context.WorkerId, new MemberFacts(Props(context.Settings), MetricsOf));
        if (context is { IsShared: true, IsMember: true })
        {
            context.Services.AddKestraWorkerClaims(ClaimSettings.Read(context.Configuration));
        }

        context.Services.AddKestraWorker(context.WorkerId, Options(context));
    }

    /// <summary>The evaluation of triggers comes behind a scheduler of this process, which must hear what they found.</summary>
    public static void AddTriggers(PartContext context)
    {
        if (context.HasWorker)
        {
            context.Services.AddKestraTriggerWorker();
        }
    }

    private static WorkerOptions Options(PartContext context)
    {
        var options = new WorkerOptions
        {
            Threads = context.Settings.WorkerThreads,
            Group = context.Settings.WorkerGroup,
            TerminationGracePeriod = context.Settings.TerminationGracePeriod,
            WorkingFolder = context.Settings.TemporaryFolder,
            MessageLimit = MessageSettings.Limit(context.Configuration),
            PluginConfigurations = PluginConfigurations(context.Configuration),
        };
        SchedulerSettings.Apply(context.Configuration, options);
        return options;
    }

    private static Dictionary<string, object?> Props(ServerSettings settings) => settings.WorkerGroup is { } group
        ? new(StringComparer.Ordinal) { [ServiceInstance.WorkerGroupProp] = group }
        : [];

    private static IReadOnlyList<ServiceMetric> MetricsOf(IServiceProvider provider) =>
    [
        .. from series in provider.GetService<MetricCollector>()?.Collect("worker.job.") ?? []
           let tags = series.Tags.Select(static tag => new ServiceMetricTag(tag.Key, tag.Value)).ToList()
           select new ServiceMetric(series.Name, "GAUGE", series.Description, null, tags, series.Value),
    ];

    private static List<(string Type, IReadOnlyDictionary<string, object?> Values)> PluginConfigurations(KestraConfiguration configuration) =>
    [
        .. from item in configuration.Items("kestra.plugins.configurations")
           where item.GetValueOrDefault("type") is string && item.GetValueOrDefault("values") is IReadOnlyDictionary<string, object?>
           select ((string)item["type"]!, (IReadOnlyDictionary<string, object?>)item["values"]!),
    ];
}

using Kestra.Model.Cluster;
using Kestra.Scheduler;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Cli.Composition.Parts;

/// <summary>What fires triggers.</summary>
internal static class SchedulerPart
{
    public static void Add(PartContext context)
    {
        if (context.Has(ServerParts.Scheduler))
        {
            MembershipPart.AddMember(context, ServiceType.SCHEDULER, ready: static provider => provider.GetRequiredService<SchedulerService>().Ready);
            context.Services.AddKestraScheduler(options => SchedulerSettings.Apply(context.Configuration, options));
        }
    }
}

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
            var id = Guid.NewGuid().ToString();
            MembershipPart.AddMember(context, ServiceType.SCHEDULER, id, ready: static provider => provider.GetRequiredService<SchedulerService>().Ready);
            context.Services.AddKestraScheduler(id, options => SchedulerSettings.Apply(context.Configuration, options));
        }
    }
}

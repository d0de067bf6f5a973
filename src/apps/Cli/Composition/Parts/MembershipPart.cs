using Kestra.Hosting;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Liveness;
using Kestra.Hosting.Memory;
using Kestra.Model.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kestra.Cli.Composition.Parts;

/// <summary>The process as a member of the cluster. It comes before all other parts, so that it is heard until the last has ended.</summary>
internal static class MembershipPart
{
    public static void Add(PartContext context)
    {
        if (context.IsMember)
        {
            context.Services.AddKestraLiveness(ServerOf(context.Settings));
            context.Services.AddSingleton<IHostedService, IdleMemoryService>();
        }
    }

    /// <summary>Adds a service of this process; it comes before what the service consists of.</summary>
    public static void AddMember(PartContext context, ServiceType type, string? id = null, MemberFacts? facts = null, Func<IServiceProvider, Task>? ready = null)
    {
        if (context.IsMember)
        {
            context.Services.AddKestraMember(type, id ?? Guid.NewGuid().ToString(), facts, ready);
        }
    }

    private static MemberServer ServerOf(ServerSettings settings)
    {
        var kind = settings.Type == ServerType.Standalone ? ServerKind.STANDALONE : ServerKind.SERVER;
        var props = new Dictionary<string, object?>(StringComparer.Ordinal) { ["server.port"] = settings.Port, ["server.management.port"] = settings.ManagementPort };
        return new MemberServer(new ServerInstance(Guid.NewGuid().ToString(), kind, ProductVersion.Current.Number, Environment.MachineName, props, []), settings.Services);
    }
}

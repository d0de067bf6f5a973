using Kestra.Hosting.Management;
using Kestra.Model.Cluster;
using Kestra.Webserver;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kestra.Cli.Composition.Parts;

/// <summary>UI and API.</summary>
internal static class WebserverPart
{
    public static void Add(PartContext context)
    {
        if (!context.Has(ServerParts.Webserver))
        {
            return;
        }

        MembershipPart.AddMember(context, ServiceType.WEBSERVER);
        context.Services.AddKestraWebserver(WebserverSettings.Read(context.Configuration));
        context.Services.AddSingleton<WebserverHost>();
        context.Services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<WebserverHost>());
        context.Services.AddSingleton(static provider => new ManagementReport("/routes", provider.GetRequiredService<WebserverHost>().WriteRoutesAsync));
    }
}

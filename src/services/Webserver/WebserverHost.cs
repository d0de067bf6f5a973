using Kestra.Hosting.Configuration;
using Kestra.Hosting.Management;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Webserver;

/// <summary>The HTTP server of the API, on the address of the settings (loopback unless configured).</summary>
/// <param name="services">Of the process; the parts of the API come from here.</param>
public sealed class WebserverHost(IServiceProvider services, ServerSettings settings, WebserverOptions options, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private const int MaxHeaderBytes = 32 * 1024;

    // As long as a client may wait for the end of an execution.
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(60);

    private WebApplication? application;

    /// <summary>The port that is listened on, once started.</summary>
    public int? Port { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggers);
        builder.Services.AddRoutingCore();
        builder.Services.AddResponseCompression(static compression =>
        {
            compression.Providers.Add<GzipCompressionProvider>();
            compression.MimeTypes = ["application/json", "application/yaml", "text/event-stream", "text/plain"];
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxRequestBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            kestrel.Limits.KeepAliveTimeout = IdleTimeout;
            kestrel.Listen(ManagementServer.Address(settings.Host), settings.Port);
        });
        application = builder.Build();
        if (settings.ContextPath.Length > 0)
        {
            application.UsePathBase(settings.ContextPath);
        }

        application.UseResponseCompression();
        application.MapKestraApi(services);
        await application.StartAsync(cancellationToken);
        Port = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.Select(static address => new Uri(address).Port).FirstOrDefault();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (application is not null)
        {
            await application.StopAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (application is not null)
        {
            await application.DisposeAsync();
        }
    }
}

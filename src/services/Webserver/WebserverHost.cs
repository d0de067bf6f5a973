using System.Text.Json;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Management;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Routing;
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

    // What is short is let end when the server stops; who waits or follows comes back to the server that is started next.
    private static readonly TimeSpan LastRequests = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource over = new();
    private WebApplication? application;

    /// <summary>The port that is listened on, once started.</summary>
    public int? Port { get; private set; }

    /// <summary>Writes the addresses that are answered; none before the start.</summary>
    public Task WriteRoutesAsync(Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        RouteReport.Write(writer, application?.Services.GetRequiredService<EndpointDataSource>() ?? new DefaultEndpointDataSource());
        return Task.CompletedTask;
    }

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

        application.Use(EndWithServerAsync);
        application.UseResponseCompression();
        application.MapKestraApi(services);
        await application.StartAsync(cancellationToken);
        Port = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.Select(static address => new Uri(address).Port).FirstOrDefault();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (application is not null)
        {
            await stopping.CancelAsync();
            over.CancelAfter(LastRequests);
            await application.StopAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (application is not null)
        {
            await application.DisposeAsync();
        }

        stopping.Dispose();
        over.Dispose();
    }

    // Otherwise one open page that follows an execution would keep the server from stopping.
    private async Task EndWithServerAsync(HttpContext http, RequestDelegate next)
    {
        var isStream = http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.Ordinal);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, isStream ? stopping.Token : over.Token);
        http.RequestAborted = end.Token;
        await next(http);
    }
}

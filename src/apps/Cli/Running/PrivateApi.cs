using System.Net.Sockets;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;
using Kestra.Model.Flows;
using Kestra.Webserver;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Kestra.Cli.Running;

/// <summary>
/// The API of a server in this process for the process itself: on a socket in a folder that only this user can enter, so that
/// it needs no port and no credentials.
/// </summary>
internal sealed class PrivateApi : IAsyncDisposable
{
    private readonly string folder;
    private readonly WebApplication application;

    private PrivateApi(string folder, WebApplication application)
    {
        this.folder = folder;
        this.application = application;
    }

    /// <param name="services">Of a started server.</param>
    public static async Task<PrivateApi> StartAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var created = Directory.CreateTempSubdirectory("kestra-").FullName;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = services.GetRequiredService<WebserverOptions>().MaxRequestBytes;
            kestrel.ListenUnixSocket(SocketIn(created));
        });
        var api = new PrivateApi(created, builder.Build());
        try
        {
            api.application.MapKestraApi(services, authentication: false);
            await api.application.StartAsync(cancellationToken);
            return api;
        }
        catch
        {
            await api.DisposeAsync();
            throw;
        }
    }

    public ApiClient CreateClient(CliHost host)
    {
        var transport = new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketIn(folder)), token);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return new ApiClient(new ApiTarget(new Uri("http://embedded/"), Tenants.Default, [], null, null), host.Time, transport);
    }

    public async ValueTask DisposeAsync()
    {
        await application.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static string SocketIn(string folder) => Path.Combine(folder, "api.sock");
}

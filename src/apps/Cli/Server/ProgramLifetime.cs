using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Kestra.Cli.Server;

/// <summary>
/// Leaves signals to the program. The host's own lifetime would listen to them too, and keep a second Ctrl+C from ending a
/// program that takes too long to stop.
/// </summary>
internal sealed class ProgramLifetime : IHostLifetime
{
    public static void Use(IServiceCollection services) => services.Replace(ServiceDescriptor.Singleton<IHostLifetime, ProgramLifetime>());

    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

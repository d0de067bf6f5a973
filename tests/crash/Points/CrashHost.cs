using System.Globalization;
using System.Runtime.InteropServices;
using Kestra.Cli.Composition;
using Kestra.Executor;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Logging;
using Kestra.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Crash.Points;

/// <summary>The product's server with crash points put around its ports. One of them is armed; the server kills itself there.</summary>
internal static class CrashHost
{
    /// <param name="arguments">The point, which time that it is reached, and the seconds after which others may take the executions over.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var crash = new CrashSwitch(arguments[0], int.Parse(arguments[1], CultureInfo.InvariantCulture));
        var lease = TimeSpan.FromSeconds(int.Parse(arguments[2], CultureInfo.InvariantCulture));
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["KESTRA_CONFIGURATION"] = Environment.GetEnvironmentVariable("KESTRA_CONFIGURATION") ?? "" };
        var configuration = new ConfigurationBuilder(environment).Force("kestra.server-type", "STANDALONE").Build();
        var levels = LogLevels.Read(configuration, null);
        await using var server = KestraServer.Create(configuration, ServerType.Standalone, ServerParts.All, levels, services => Arm(services, levels, crash, lease));
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            asked.TrySetResult();
        });
        await server.StartAsync(CancellationToken.None);
        await asked.Task;
        crash.IsStopping = true;
        await server.StopAsync(CancellationToken.None);
        return 0;
    }

    private static void Arm(IServiceCollection services, LogLevels levels, CrashSwitch crash, TimeSpan lease)
    {
        // Hundreds of kills shall not wait for hundreds of leases to run out.
        services.PostConfigure<ExecutorOptions>(options => options.LeaseTimeToLive = lease);
        services.Replace(ServiceDescriptor.Singleton<IHostLifetime, NoLifetime>());
        services.AddSingleton<ILoggerProvider>(_ => new ConsoleLines(levels, Console.Out, Console.Error, TimeProvider.System, false));
        Around<IStore>(services, inner => CrashingStore.Around(inner, crash));
        Around<IExecutionCommands>(services, inner => CrashingLanes.Around(inner, crash));
        Around<IWorkerJobSource>(services, inner => CrashingLanes.Around(inner, crash));
        Around<IExecutionChanges>(services, inner => CrashingLanes.Around(inner, crash));
    }

    private static void Around<T>(IServiceCollection services, Func<T, T> decorate)
        where T : class
    {
        for (var index = 0; index < services.Count; index++)
        {
            if (services[index] is { } service && service.ServiceType == typeof(T))
            {
                services[index] = ServiceDescriptor.Singleton(provider => decorate((T)(
                    service.ImplementationInstance ?? service.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, service.ImplementationType!))));
            }
        }
    }

    // The signal is handled here.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

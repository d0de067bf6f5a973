using Kestra.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Hosting.Lanes.Remote;

/// <summary>Puts the lanes of commands together, as every process has it.</summary>
public static class RemoteServices
{
    /// <summary>
    /// Adds <see cref="IExecutionCommands"/>, <see cref="ITriggerControl"/> and <see cref="ITriggerResults"/>. The store, <see cref="LogBuffer"/> and the clock must be there; an executor of this process
    /// registers itself as <see cref="ILocalExecutions"/>, its scheduler as <see cref="ILocalTriggers"/>.
    /// </summary>
    /// <param name="reader">Names this process among those who wait for outcomes; unique.</param>
    public static IServiceCollection AddKestraCommands(this IServiceCollection services, Func<IServiceProvider, string> reader)
    {
        services.AddSingleton(static provider => new Outbox(
            provider.GetRequiredService<IStore>().Journal,
            provider.GetRequiredService<LogBuffer>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Outbox>>(),
            drainsLogs: provider.GetService<ILocalExecutions>() is null));
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<Outbox>());
        services.AddSingleton(provider => new RemoteCommands(
            provider.GetRequiredService<IStore>().Journal,
            provider.GetRequiredService<IStore>().Hints,
            provider.GetRequiredService<Outbox>(),
            reader(provider),
            new RemoteCommandOptions(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RemoteCommands>>()));
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<RemoteCommands>());
        services.AddSingleton<IExecutionCommands>(static provider => new CommandRouter(
            provider.GetRequiredService<IStore>().Journal,
            provider.GetRequiredService<RemoteCommands>(),
            provider.GetService<ILocalExecutions>()));
        services.TryAddSingleton(static provider => new SchedulerShards(IsShared(provider) ? SchedulerShards.DefaultCount : 1));
        services.AddSingleton(static provider => new TriggerRouter(
            provider.GetRequiredService<RemoteCommands>(),
            provider.GetService<ILocalTriggers>(),
            IsShared(provider) ? provider.GetRequiredService<SchedulerShards>() : null));
        services.AddSingleton<ITriggerControl>(static provider => provider.GetRequiredService<TriggerRouter>());
        services.AddSingleton<ITriggerResults>(static provider => provider.GetRequiredService<TriggerRouter>());
        return services;
    }

    private static bool IsShared(IServiceProvider provider) => provider.GetRequiredService<IStore>().Journal.Partitions > 1;
}

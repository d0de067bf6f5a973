using Kestra.Plugins.Runners;
using NodaTime;

namespace Kestra.Plugins.Scripts.Runners;

public enum PullPolicy { IF_NOT_PRESENT, ALWAYS, NEVER }

/// <summary>How files get into the container and back: copied through a volume, or by mounting the worker's folder.</summary>
public enum FileHandlingStrategy { VOLUME, MOUNT }

/// <summary>Runs commands in a container of a Docker engine.</summary>
[Plugin("io.kestra.plugin.scripts.runner.docker.Docker", Title = "Run a task in a Docker container.")]
public sealed class DockerRunner : ITaskRunner
{
    /// <summary>Address of the engine; the local socket without it.</summary>
    public Property<string>? Host { get; init; }

    /// <summary>Content of a Docker <c>config.json</c> with credentials of registries: a text or a map.</summary>
    [PluginProperty(Dynamic = true)]
    public object? Config { get; init; }

    [PluginProperty(Dynamic = true)]
    public DockerCredentials? Credentials { get; init; }

    /// <summary>In place of the task's <c>containerImage</c>.</summary>
    public Property<string>? Image { get; init; }

    public Property<string>? User { get; init; }

    public Property<IReadOnlyList<string>> EntryPoint { get; init; } = Property.Of<IReadOnlyList<string>>((IReadOnlyList<object?>)[""]);

    public Property<IReadOnlyList<string>>? ExtraHosts { get; init; }

    public Property<string>? NetworkMode { get; init; }

    public Property<IReadOnlyList<string>>? PortBindings { get; init; }

    /// <summary>Without effect unless the plugin configuration has <c>volume-enabled: true</c>.</summary>
    public Property<IReadOnlyList<string>>? Volumes { get; init; }

    public Property<PullPolicy> PullPolicy { get; init; } = Property.Of<PullPolicy>(nameof(Runners.PullPolicy.IF_NOT_PRESENT));

    public IReadOnlyList<DockerDeviceRequest>? DeviceRequests { get; init; }

    public DockerCpu? Cpu { get; init; }

    public DockerMemory? Memory { get; init; }

    public Property<string>? ShmSize { get; init; }

    public Property<bool>? Privileged { get; init; }

    public Property<FileHandlingStrategy> FileHandlingStrategy { get; init; } = Property.Of<FileHandlingStrategy>(nameof(Runners.FileHandlingStrategy.VOLUME));

    /// <summary>The container is removed afterwards.</summary>
    public Property<bool> Delete { get; init; } = Property.Of<bool>(true);

    /// <summary>The task waits for the end of the container.</summary>
    public Property<bool> Wait { get; init; } = Property.Of<bool>(true);

    /// <summary>What a killed container is given to stop; 0 ends it at once.</summary>
    public Duration KillGracePeriod { get; init; } = Duration.Zero;

    public Task<TaskRunnerResult> RunAsync(IRunContext context, TaskCommands commands, CancellationToken cancellationToken) =>
        new Docker.DockerRun(this, context, commands).RunAsync(cancellationToken);
}

/// <summary>Credentials of one registry.</summary>
[DefinitionName("io.kestra.plugin.scripts.runner.docker.Credentials")]
public sealed class DockerCredentials
{
    public Property<string>? Registry { get; init; }

    public Property<string>? Username { get; init; }

    public Property<string>? Password { get; init; }

    public Property<string>? RegistryToken { get; init; }

    public Property<string>? IdentityToken { get; init; }

    public Property<string>? Auth { get; init; }
}

[DefinitionName("io.kestra.plugin.scripts.runner.docker.DeviceRequest")]
public sealed class DockerDeviceRequest
{
    public Property<string>? Driver { get; init; }

    public Property<int>? Count { get; init; }

    public Property<IReadOnlyList<string>>? DeviceIds { get; init; }

    public Property<IReadOnlyList<object?>>? Capabilities { get; init; }

    public Property<IReadOnlyDictionary<string, string>>? Options { get; init; }
}

[DefinitionName("io.kestra.plugin.scripts.runner.docker.Cpu")]
public sealed class DockerCpu
{
    /// <summary>Processors; a fraction is possible.</summary>
    public Property<double>? Cpus { get; init; }
}

/// <summary>Limits of memory; sizes are texts such as <c>512MB</c>.</summary>
[DefinitionName("io.kestra.plugin.scripts.runner.docker.Memory")]
public sealed class DockerMemory
{
    public Property<string>? Memory { get; init; }

    public Property<string>? MemorySwap { get; init; }

    public Property<string>? MemorySwappiness { get; init; }

    public Property<string>? MemoryReservation { get; init; }

    public Property<string>? KernelMemory { get; init; }

    public Property<bool>? OomKillDisable { get; init; }
}

using Kestra.Plugins.Runners;
using Kestra.Plugins.Scripts.Runners;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Scripts.Docker;

/// <summary>One run of commands in a container, from the image to the removal.</summary>
internal sealed class DockerRun(DockerRunner runner, IRunContext context, TaskCommands commands)
{
    // Removing a container must succeed even though the run was cancelled, but must not hang for ever.
    private static readonly TimeSpan CleanUpTime = TimeSpan.FromSeconds(30);

    private readonly DockerDefinition definition = new(runner, context, commands);

    public async Task<TaskRunnerResult> RunAsync(CancellationToken cancellationToken)
    {
        var image = runner.Image?.Render(context) ?? commands.ContainerImage
            ?? throw new TaskFailedException("This task runner needs the `containerImage` property to be set");
        using var engine = DockerEngine.Connect(runner.Host?.Render(context));
        await PullAsync(engine, image, cancellationToken);
        var usesVolume = runner.FileHandlingStrategy.Or(context, FileHandlingStrategy.VOLUME) == FileHandlingStrategy.VOLUME;
        var volume = usesVolume ? $"kestra-{context.Ids.Next().ToLowerInvariant()}" : null;
        string? container = null;
        try
        {
            if (volume is not null)
            {
                await engine.CreateVolumeAsync(volume, definition.Labels(), cancellationToken);
                context.Logger.Trace($"Volume created: {volume}");
            }

            container = await engine.CreateContainerAsync(definition.Build(image, volume), cancellationToken);
            context.Logger.Trace($"Container created: {container}");
            return await ExecuteAsync(engine, container, usesVolume, cancellationToken);
        }
        catch (OperationCanceledException) when (container is not null)
        {
            await KillAsync(engine, container);
            throw;
        }
        finally
        {
            await CleanUpAsync(engine, container, volume);
        }
    }

    private async Task<TaskRunnerResult> ExecuteAsync(DockerEngine engine, string container, bool usesVolume, CancellationToken cancellationToken)
    {
        // An archive without entries is none to the engine.
        if (usesVolume && Directory.EnumerateFileSystemEntries(commands.WorkingDirectory).Any())
        {
            await engine.CopyInAsync(container, commands.WorkingDirectory, commands.WorkingDirectory, cancellationToken);
        }

        await engine.StartAsync(container, cancellationToken);
        context.Logger.Debug($"Starting command with container id {container} [{string.Join(' ', commands.Arguments)}]");
        var details = new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["containerId"] = container };
        if (!runner.Wait.Or(context, true))
        {
            return new TaskRunnerResult(0, details);
        }

        var (answer, output) = await engine.FollowOutputAsync(container, cancellationToken);
        using (answer)
        {
            await DockerOutput.ReadAsync(output, commands.Output, cancellationToken);
        }

        var exitCode = await engine.WaitAsync(container, cancellationToken);
        if (exitCode == 0)
        {
            context.Logger.Debug("Command succeed with exit code 0");
        }

        if (usesVolume)
        {
            await engine.CopyOutAsync(container, commands.WorkingDirectory, commands.WorkingDirectory, cancellationToken);
        }

        return new TaskRunnerResult(exitCode, details);
    }

    private async Task PullAsync(DockerEngine engine, string image, CancellationToken cancellationToken)
    {
        switch (runner.PullPolicy.Or(context, PullPolicy.IF_NOT_PRESENT))
        {
            case PullPolicy.NEVER:
                return;
            case PullPolicy.IF_NOT_PRESENT when await engine.HasImageAsync(image, cancellationToken):
                return;
        }

        await engine.PullAsync(image, DockerAuthorization.Of(runner, context, image), cancellationToken);
        context.Logger.Debug($"Image pulled [{image}]");
    }

    private async Task KillAsync(DockerEngine engine, string container)
    {
        using var limit = new CancellationTokenSource(CleanUpTime + runner.KillGracePeriod.ToTimeSpan());
        try
        {
            await engine.StopAsync(container, runner.KillGracePeriod.ToTimeSpan(), limit.Token);
            context.Logger.Warn("Container was killed.");
        }
        catch (Exception error) when (error is TaskFailedException or OperationCanceledException)
        {
            context.Logger.Warn($"Container {container} could not be killed: {error.Message}");
        }
    }

    private async Task CleanUpAsync(DockerEngine engine, string? container, string? volume)
    {
        if (!runner.Delete.Or(context, true) || !runner.Wait.Or(context, true))
        {
            return;
        }

        using var limit = new CancellationTokenSource(CleanUpTime);
        try
        {
            if (container is not null)
            {
                await engine.RemoveContainerAsync(container, limit.Token);
                context.Logger.Trace($"Container deleted: {container}");
            }

            if (volume is not null)
            {
                await engine.RemoveVolumeAsync(volume, limit.Token);
                context.Logger.Trace($"Volume deleted: {volume}");
            }
        }
        catch (Exception error) when (error is TaskFailedException or OperationCanceledException)
        {
            context.Logger.Warn($"Container {container} and volume {volume} could not be removed: {error.Message}");
        }
    }
}

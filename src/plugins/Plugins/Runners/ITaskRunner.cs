namespace Kestra.Plugins.Runners;

/// <summary>Runs the commands of a script task somewhere: as a process, in a container.</summary>
public interface ITaskRunner
{
    /// <summary>Whether commands run outside of this worker's file system, so that paths in them have to be relative.</summary>
    bool IsRemote => false;

    /// <summary>Runs the commands to their end, whatever their exit code.</summary>
    /// <param name="cancellationToken">Cancelled when the run is killed or has used up its time: nothing of the commands may go on afterwards.</param>
    /// <exception cref="Tasks.TaskFailedException">The commands could not be started.</exception>
    Task<TaskRunnerResult> RunAsync(IRunContext context, TaskCommands commands, CancellationToken cancellationToken);
}

/// <summary>What a runner has to run.</summary>
public sealed record TaskCommands
{
    /// <summary>Program and arguments.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Variables beside those that the runner gives of itself.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new OrderedDictionary<string, string>();

    /// <summary>Absolute path of the folder to run in.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Absolute path of the folder whose files become outputs; null when there is none.</summary>
    public string? OutputDirectory { get; init; }

    /// <summary>For runners that use containers.</summary>
    public string? ContainerImage { get; init; }

    /// <summary>Takes each line of output, from one thread at a time.</summary>
    /// <remarks>The second argument tells whether it came from standard error.</remarks>
    public required Action<string, bool> Output { get; init; }
}

/// <param name="Details">What the runner tells of itself, as output <c>taskRunner</c>; null when nothing.</param>
public sealed record TaskRunnerResult(int ExitCode, IReadOnlyDictionary<string, object?>? Details = null);

using System.ComponentModel;
using System.Diagnostics;
using Kestra.Plugins.Runners;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Scripts.Runners;

/// <summary>Runs commands as a process of the worker's machine, with the rights of the worker.</summary>
[Plugin("io.kestra.plugin.core.runner.Process", Aliases = ["io.kestra.plugin.core.runner.ProcessTaskRunner"], Title = "Task runner that executes a task as a subprocess on the Kestra host.")]
public sealed class ProcessRunner : ITaskRunner
{
    // A background process that inherited the pipes may hold them for as long as it lives.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    public async Task<TaskRunnerResult> RunAsync(IRunContext context, TaskCommands commands, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var tree = Start(commands);
        context.Logger.Debug($"Starting command with pid {tree.Id} [{string.Join(' ', commands.Arguments)}]");
        var output = OutputReader.ReadAsync(tree.Process, commands.Output);
        try
        {
            await tree.Process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            context.Logger.Warn($"Killing process {tree.Id} for InterruptedException");
            var left = await tree.KillAsync();
            foreach (var process in left)
            {
                context.Logger.Warn($"Descendant process {process} of {tree.Id} couldn't be killed");
            }

            throw;
        }

        await DrainAsync(output);
        var exitCode = tree.Process.ExitCode;
        if (exitCode == 0)
        {
            context.Logger.Debug("Command succeed with exit code 0");
        }

        return new TaskRunnerResult(exitCode);
    }

    private static async Task DrainAsync(Task output)
    {
        try
        {
            await output.WaitAsync(DrainTime);
        }
        catch (TimeoutException)
        {
            // What still holds the pipes is no part of the command any more; what it writes is nobody's.
        }
    }

    private static ProcessTree Start(TaskCommands commands)
    {
        try
        {
            return ProcessTree.Start(commands.Arguments, commands.WorkingDirectory, Environment(commands));
        }
        catch (Win32Exception error)
        {
            throw new TaskFailedException($"Cannot run program \"{(commands.Arguments is [var program, ..] ? program : "")}\" (in directory \"{commands.WorkingDirectory}\"): {error.Message}", inner: error);
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Environment(TaskCommands commands)
    {
        foreach (var pair in commands.Environment)
        {
            yield return pair;
        }

        yield return KeyValuePair.Create("WORKING_DIR", commands.WorkingDirectory);
        if (commands.OutputDirectory is { } folder)
        {
            yield return KeyValuePair.Create("OUTPUT_DIR", folder);
        }
    }
}

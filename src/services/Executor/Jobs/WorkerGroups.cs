using Kestra.Engine;
using Microsoft.Extensions.Options;

namespace Kestra.Executor.Jobs;

/// <summary>Whether somebody works for a worker group: the worker of this process, or living ones of others.</summary>
public sealed class WorkerGroups(IOptions<ExecutorOptions> options)
{
    private readonly ExecutorOptions options = options.Value;

    public WorkerGroupPresence PresenceOf(string key) =>
        options.DeclaredWorkerGroups is { } declared && !declared.Contains(key, StringComparer.Ordinal) ? WorkerGroupPresence.Unknown
        : (options.LocalWorkerId is not null && (options.IsAlone || options.LocalWorkerGroup == key)) || options.HasOtherWorkersIn(key) ? WorkerGroupPresence.Attended
        : WorkerGroupPresence.Unattended;
}

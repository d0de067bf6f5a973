using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Execution;

/// <summary>The execution that a task is about: its own, or one that it names.</summary>
internal static class ExecutionTarget
{
    /// <exception cref="TaskFailedException">The properties do not go together.</exception>
    public static string Of(IRunContext context, Property<string>? executionId, Property<string>? @namespace, Property<string>? flowId)
    {
        if (executionId?.Render(context) is { Length: > 0 } given)
        {
            return (@namespace is null) == (flowId is null)
                ? given
                : throw new TaskFailedException("Both `namespace` and `flowId` must be set when `executionId` is set.");
        }

        return @namespace is null && flowId is null
            ? context.ExecutionId ?? throw new TaskFailedException("There is no execution here; set `executionId`.")
            : throw new TaskFailedException("`namespace` and `flowId` should only be set when `executionId` is set.");
    }
}

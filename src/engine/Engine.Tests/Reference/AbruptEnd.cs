using Kestra.Model.Executions;

namespace Kestra.Engine.Tests.Reference;

/// <summary>A task ends the execution over everything that is around it: an Exit, or a failure that another execution tries again.</summary>
internal sealed class AbruptEnd(StateType state) : Exception
{
    /// <summary>Of the task, of everything around it, and of the execution.</summary>
    public StateType State => state;
}

using Kestra.Engine.Running;

namespace Kestra.Engine.Deciding;

/// <summary>A piece of work that a decision has still to do. Steps are queued rather than called, so that depth and length of a flow never grow the stack.</summary>
internal abstract record Step
{
    /// <summary>Look at a scope: start what may start, go on to the next list of tasks, or end it.</summary>
    public sealed record Advance(Scope Scope) : Step;

    /// <summary>Start the next task of a chain.</summary>
    public sealed record Next(Scope Scope, Chain Chain) : Step;

    /// <summary>Go on with a run that has got its answer from outside.</summary>
    /// <param name="Go">Is given the decision that does it: the step may have been held since another one.</param>
    public sealed record Continue(RunNode Node, Action<Pass> Go) : Step;

    /// <summary>Send a created task run where it belongs.</summary>
    public sealed record Submit(RunNode Node) : Step;
}

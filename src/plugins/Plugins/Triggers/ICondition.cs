using Kestra.Model.Executions;
using Kestra.Model.Flows;

namespace Kestra.Plugins.Triggers;

/// <summary>A condition of a trigger: an immutable object, bound once per revision.</summary>
public interface ICondition
{
    /// <exception cref="Exception">The condition can't be tested; the message is for the user.</exception>
    bool Holds(IConditionContext context);
}

/// <summary>A condition that depends on the date of a schedule alone, so that dates can be searched with it.</summary>
public interface IScheduleCondition : ICondition;

/// <summary>What a condition is tested against.</summary>
public interface IConditionContext
{
    /// <summary>The flow that the trigger belongs to.</summary>
    Flow Flow { get; }

    /// <summary>The execution that the trigger looks at, or is about to create; null where there is none yet, as for a schedule.</summary>
    Execution? Execution { get; }

    /// <summary>The variable tree that expressions see.</summary>
    IReadOnlyDictionary<string, object?> Variables { get; }

    /// <summary>Renders a text, with further variables beside those of the context.</summary>
    string Render(string text, IReadOnlyDictionary<string, object?>? more = null);

    /// <summary>Renders to the value itself rather than to its text.</summary>
    object? RenderTyped(string text, IReadOnlyDictionary<string, object?>? more = null);
}

using Kestra.Engine;
using Kestra.Engine.Variables;
using Kestra.Expressions;
using Kestra.Model.Flows;

namespace Kestra.Hosting.Inputs;

/// <summary>
/// Looks at the <c>checks</c> of a flow before an execution of it is created. A check fails when its condition is false, or
/// can't be told.
/// </summary>
public static class FlowChecks
{
    /// <param name="inputs">As they are stored; what is encrypted is clear to the conditions.</param>
    public static CheckVerdict Judge(EngineEnvironment environment, Flow flow, string executionId, IReadOnlyDictionary<string, object?>? inputs, CancellationToken cancellationToken)
    {
        if (flow.Checks is not { Count: > 0 } checks)
        {
            return CheckVerdict.Passed;
        }

        var variables = new OrderedDictionary<string, object?>(FlowVariables.Of(environment, flow, executionId), StringComparer.Ordinal)
        {
            ["inputs"] = inputs ?? new OrderedDictionary<string, object?>(),
        };
        var host = environment.HostOf(flow.TenantId, flow.Namespace, flow.Id, executionId);
        var context = new RenderContext(DecryptedVariables.Of(variables, environment.Decrypt), host, cancellationToken);
        return new CheckVerdict([.. checks.Select(check => Fault(environment, check, context)).OfType<FailedCheck>()]);
    }

    private static FailedCheck? Fault(EngineEnvironment environment, CheckDefinition check, RenderContext context)
    {
        try
        {
            return ValueConversion.IsTruthy(environment.Expressions.Parse(check.Condition).Render(context))
                ? null
                : new FailedCheck(check, environment.Expressions.Render(check.Message, context) ?? check.Message);
        }
        catch (ExpressionException error)
        {
            return new FailedCheck(check, $"{check.Message} ({error.Message})");
        }
    }
}

/// <param name="Message">Rendered; with the reason where the condition could not be told.</param>
public sealed record FailedCheck(CheckDefinition Check, string Message);

/// <summary>What the checks of a flow come to together: the strongest behaviour of those that failed.</summary>
public sealed record CheckVerdict(IReadOnlyList<FailedCheck> Failed)
{
    public static CheckVerdict Passed { get; } = new([]);

    public CheckBehavior Behavior =>
        Has(CheckBehavior.BLOCK_EXECUTION) ? CheckBehavior.BLOCK_EXECUTION
        : Has(CheckBehavior.FAIL_EXECUTION) ? CheckBehavior.FAIL_EXECUTION
        : CheckBehavior.CREATE_EXECUTION;

    /// <summary>No execution may be created.</summary>
    public bool Blocks => Behavior == CheckBehavior.BLOCK_EXECUTION;

    /// <summary>Why the execution is FAILED from the start; null when it runs.</summary>
    public string? Failure => Behavior == CheckBehavior.CREATE_EXECUTION ? null : string.Join("; ", Failed.Where(static failed => failed.Check.Behavior != CheckBehavior.CREATE_EXECUTION).Select(static failed => failed.Message));

    private bool Has(CheckBehavior behavior) => Failed.Any(failed => failed.Check.Behavior == behavior);
}

using Kestra.Expressions;
using Kestra.Model.Flows;

namespace Kestra.Flows.Inputs;

/// <summary>Defaults of inputs without an execution.</summary>
public static class InputDefaults
{
    /// <summary>The default as the input's type.</summary>
    /// <returns>Null when there is none, when it needs more than the flow, or when it is not of the type: then only a resolution can say what is wrong.</returns>
    public static object? Of(ExpressionEngine expressions, Flow flow, InputDefinition input)
    {
        if (input.Defaults is not { } written || input.Type is InputType.SECRET or InputType.FILE)
        {
            return null;
        }

        try
        {
            var variables = new OrderedDictionary<string, object?>(StringComparer.Ordinal)
            {
                ["flow"] = new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["id"] = flow.Id, ["namespace"] = flow.Namespace, ["revision"] = flow.Revision, ["tenantId"] = flow.TenantId },
                ["vars"] = flow.Variables ?? new OrderedDictionary<string, object?>(),
            };
            return InputValues.Parse(input.Type, expressions.Render(written, new RenderContext(variables)), input.ItemType);
        }
        catch (Exception error) when (error is ExpressionException or InvalidInputException)
        {
            return null;
        }
    }
}

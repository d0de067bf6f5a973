using Kestra.Expressions;
using Kestra.Model.Flows;

namespace Kestra.Flows.Inputs;

/// <summary>Flow outputs as their declared types (§3.1 of the model).</summary>
public static class OutputConversion
{
    /// <exception cref="ExpressionException">The value is missing, or not of the type.</exception>
    public static object? Convert(OutputDefinition output, object? value)
    {
        if (value is null)
        {
            return output.Required == false ? null : throw new ExpressionException($"{output.Id}: Invalid output for `{output.Id}`, Expected `{output.Type}` but received `null` with errors:\n```\nmissing value\n```");
        }

        try
        {
            return InputValues.Parse(output.Type, value);
        }
        catch (InvalidInputException error)
        {
            throw new ExpressionException($"{output.Id}: Invalid output for `{output.Id}`, {error.Message}, but received `{Model.Json.JavaText.Of(value)}`", inner: error);
        }
    }
}

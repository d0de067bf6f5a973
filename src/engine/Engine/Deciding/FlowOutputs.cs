using Kestra.Expressions;
using Kestra.Model.Flows;

namespace Kestra.Engine.Deciding;

/// <summary>The outputs of a flow, rendered when the execution ends.</summary>
internal static class FlowOutputs
{
    public static bool ArePure(IReadOnlyList<OutputDefinition> outputs, ExpressionEngine expressions) => outputs.All(output => IsPure(output.Value, expressions));

    /// <exception cref="Exception">A required output can't be rendered or has not its type.</exception>
    public static OrderedDictionary<string, object?> Render(IReadOnlyList<OutputDefinition> outputs, EngineEnvironment environment, RenderContext scope, Action<string> ignored)
    {
        var values = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var output in outputs)
        {
            if (output.Required != false)
            {
                values[output.Id] = environment.ConvertOutput(output, environment.Expressions.RenderValue(output.Value, scope, recursive: true));
                continue;
            }

            try
            {
                var value = environment.Expressions.RenderValue(output.Value, scope, recursive: true);
                values[output.Id] = value is null ? null : environment.ConvertOutput(output, value);
            }
            catch (ExpressionException)
            {
                ignored($"Failed to render optional flow output '{output.Id}'. Output is ignored.");
            }
        }

        return values;
    }

    private static bool IsPure(object? value, ExpressionEngine expressions) => value switch
    {
        string text => expressions.Parse(text).IsPure,
        IReadOnlyDictionary<string, object?> map => map.All(pair => IsPure(pair.Key, expressions) && IsPure(pair.Value, expressions)),
        IReadOnlyList<object?> list => list.All(item => IsPure(item, expressions)),
        _ => true,
    };
}

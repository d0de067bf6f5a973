using System.Text.Json;
using Kestra.Expressions.Values;
using Kestra.Model.Json;

namespace Kestra.Expressions;

/// <summary>Evaluates expressions given as JSON lines: what <c>kestra expression eval</c> does.</summary>
public static class ExpressionEvaluation
{
    /// <summary>
    /// Reads <c>{id, expression, context, typed, recursive}</c> a line and writes <c>{id, result}</c> or <c>{id, error}</c> a line, in order.
    /// </summary>
    public static async Task RunLinesAsync(TextReader input, TextWriter output, ExpressionEngine engine, IExpressionHost? host, CancellationToken cancellationToken)
    {
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                await output.WriteLineAsync(Evaluate(line, engine, host, cancellationToken).AsMemory(), cancellationToken);
            }
        }

        await output.FlushAsync(cancellationToken);
    }

    /// <summary>One line.</summary>
    /// <param name="host">Null for a host without an outside.</param>
    public static string Evaluate(string line, ExpressionEngine engine, IExpressionHost? host, CancellationToken cancellationToken)
    {
        var answer = new OrderedDictionary<string, object?>();
        try
        {
            using var document = JsonDocument.Parse(line, ModelJson.DocumentOptions);
            var root = document.RootElement;
            if (root.TryGetProperty("id", out var id))
            {
                answer["id"] = ModelJson.ReadValue(id);
            }

            var context = root.TryGetProperty("context", out var given) ? ModelJson.ReadValue(given) as IReadOnlyDictionary<string, object?> : null;
            context ??= new OrderedDictionary<string, object?>();
            var scope = new RenderContext(context, host ?? new DetachedHost(context), cancellationToken);
            var expression = ModelJson.ReadValue(root.GetProperty("expression"));
            answer["result"] = Evaluate(expression, Flag(root, "typed"), Flag(root, "recursive"), engine, scope);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            answer["error"] = error.Message;
        }

        return ValueJson.WriteWithNulls(answer);
    }

    /// <summary>One expression: a text, or a list or map of them.</summary>
    public static object? Evaluate(object? expression, bool typed, bool recursive, ExpressionEngine engine, RenderContext scope) => (expression, typed, recursive) switch
    {
        (string text, true, true) => engine.RenderTypedRecursively(text, scope),
        (string text, true, false) => engine.RenderTyped(text, scope),
        _ => engine.RenderValue(expression, scope, recursive),
    };

    private static bool Flag(JsonElement root, string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
